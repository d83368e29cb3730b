package org.maskwright.datasets.folder;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.datasets.DatasetException;

/**
 * The class names of a user's own data, one a line: line n names the label n - 1.
 *
 * <p>A file of lines {@code id:name,synonym,...} is one too, as OpenSeg (arXiv 2112.12143) and
 * those after it publish them: ids count up line by line, and the name is the first. An id 0 of
 * {@code invalid_class_id} is no class; the labels are then the ids less 1.
 *
 * @param names in the order of the labels
 * @param synonyms of each class all its names, the first of them its own
 * @param notice what was guessed about the file, for the user
 */
public record ClassFile(List<String> names, List<List<String>> synonyms, Optional<String> notice) {
  /** The names such a file may have, in a data set's folder. */
  public static final List<String> NAMES = List.of("classes.txt", "class_names.txt", "labels.txt");

  private static final Pattern NUMBERED = Pattern.compile("(\\d{1,9})\\s*:(.*)");
  private static final String NO_CLASS = "invalid_class_id";

  public ClassFile {
    names = List.copyOf(names);
    synonyms = synonyms.stream().map(List::copyOf).toList();
  }

  /** Names without synonyms. */
  public ClassFile(List<String> names, Optional<String> notice) {
    this(names, names.stream().map(List::of).toList(), notice);
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
    if (names.stream().allMatch(line -> NUMBERED.matcher(line).matches())) {
      return numbered(file, names, text.notice());
    }
    requireEach(file, names);
    return new ClassFile(names, text.notice());
  }

  private static ClassFile numbered(Path file, List<String> lines, Optional<String> notice) {
    List<List<String>> synonyms = new ArrayList<>();
    int first = 0;
    for (int i = 0; i < lines.size(); i++) {
      Matcher line = NUMBERED.matcher(lines.get(i));
      line.matches();
      int id = Integer.parseInt(line.group(1));
      first = i == 0 ? id : first;
      if (id != first + i || first > 1) {
        throw DatasetException.ofFile(
            file,
            "line %d: expected the id %d, as ids count up from 0 or 1 line by line, got %d"
                .formatted(i + 1, first > 1 ? 1 : first + i, id));
      }
      synonyms.add(
          Arrays.stream(line.group(2).split(",", -1))
              .map(String::strip)
              .filter(name -> !name.isEmpty())
              .distinct()
              .toList());
      if (synonyms.get(i).isEmpty()) {
        throw DatasetException.ofFile(
            file, "line %d: expected id:name,synonym,..., got no name".formatted(i + 1));
      }
    }
    if (synonyms.get(0).get(0).equals(NO_CLASS)) {
      synonyms.remove(0);
    }
    List<String> names = synonyms.stream().map(words -> words.get(0)).toList();
    requireEach(file, names);
    return new ClassFile(names, synonyms, notice);
  }

  private static void requireEach(Path file, List<String> names) {
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
  }
}
