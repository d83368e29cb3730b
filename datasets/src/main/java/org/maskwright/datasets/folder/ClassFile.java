package org.maskwright.datasets.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.DatasetException;

/**
 * The class names of a user's own data, one a line: line n names the label n - 1.
 *
 * @param names in the order of the labels
 * @param notice what was guessed about the file, for the user
 */
public record ClassFile(List<String> names, Optional<String> notice) {
  /** The names such a file may have, in a data set's folder. */
  public static final List<String> NAMES = List.of("classes.txt", "class_names.txt", "labels.txt");

  public ClassFile {
    names = List.copyOf(names);
  }

  /**
   * The class file in a folder, if there is one.
   *
   * @throws DatasetException as {@link #read}
   */
  public static Optional<ClassFile> in(Path folder) {
    return NAMES.stream()
        .map(folder::resolve)
        .filter(Files::exists)
        .findFirst()
        .map(ClassFile::read);
  }

  /** Whether there is one in a folder, right or wrong. */
  public static boolean isIn(Path folder) {
    return NAMES.stream().anyMatch(name -> Files.exists(folder.resolve(name)));
  }

  /**
   * Reads a class file. Blank lines at its end are nothing.
   *
   * @throws DatasetException if it cannot be read, names no class or one class twice, or has a line
   *     that names none, after which all labels would be off by one
   */
  public static ClassFile read(Path file) {
    TextFile text = TextFile.read(file);
    List<String> names = new ArrayList<>(text.lines().stream().map(String::strip).toList());
    while (!names.isEmpty() && names.get(names.size() - 1).isEmpty()) {
      names.remove(names.size() - 1);
    }
    if (names.isEmpty()) {
      throw DatasetException.ofFile(file, "expected class names, one a line, found none");
    }
    Map<String, Integer> lineOf = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      if (!TextFile.says(names.get(i))) {
        throw DatasetException.ofFile(
            file,
            "line %d: expected a class name, found a %s line; line n names the label n - 1, so leave it out or name the label %d"
                .formatted(i + 1, names.get(i).isEmpty() ? "blank" : "comment", i));
      }
      Integer before = lineOf.putIfAbsent(names.get(i), i + 1);
      if (before != null) {
        throw DatasetException.ofFile(
            file,
            "line %d: the class \"%s\" is that of line %d too; give each label a name of its own"
                .formatted(i + 1, names.get(i), before));
      }
    }
    return new ClassFile(names, text.notice());
  }
}
