package org.maskwright.datasets.catalog;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.folder.ClassFile;

/**
 * A folder whose layout is looked for, and what is asked of it.
 *
 * @param asked what the user's settings say already
 * @param task what the data are for: of the annotations that there are, those that serve it
 */
public record LayoutQuery(DatasetSettings asked, Optional<Task> task) {
  /** Where people and tools put photographs. */
  public static final List<String> PHOTO_FOLDERS =
      List.of("images", "PNGImages", "JPEGImages", "imgs", "img", "photos", "data");

  /** Where they put label images. */
  public static final List<String> LABEL_FOLDERS =
      List.of("masks", "labels", "annotations", "PedMasks", "mask", "label");

  /** The data set's folder. */
  public Path root() {
    return asked.root();
  }

  /** Whether there is such a folder below root. */
  public boolean isDirectory(String name) {
    return Files.isDirectory(root().resolve(name));
  }

  /** Whether there is such a file below root. */
  public boolean isFile(String name) {
    return Files.isRegularFile(root().resolve(name));
  }

  /** The files with an ending in a folder below root, sorted; none if there is no folder. */
  public List<String> files(String folder, String ending) {
    return list(folder, p -> p.getFileName().toString().endsWith(ending));
  }

  /** The folders in a folder below root, sorted; none if there is no folder. */
  public List<String> folders(String folder) {
    return list(folder, Files::isDirectory);
  }

  private List<String> list(String below, Predicate<Path> kept) {
    Path folder = root().resolve(below);
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(kept).map(p -> p.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw DatasetException.ofFile(folder, "cannot list the folder", e);
    }
  }

  /** The name of a folder below root as it is spelt there, whatever the case of its letters. */
  public Optional<String> spelt(String name) {
    return isDirectory(name)
        ? Optional.of(name)
        : folders("").stream().filter(folder -> folder.equalsIgnoreCase(name)).findFirst();
  }

  /** The name that was asked for, or else the usual ones. */
  public static List<String> withAsked(String name, List<String> usual) {
    return name.isEmpty() ? usual : List.of(name);
  }

  /** Whether the user names the classes, and not the layout. */
  public boolean ownClasses() {
    return !asked.classes().isEmpty() || ClassFile.isIn(root());
  }

  /** The class file, unless the settings name the classes. */
  Optional<ClassFile> classFile() {
    return asked.classes().isEmpty() ? ClassFile.in(root()) : Optional.empty();
  }

  /** With the names of the class file, unless the settings say others. */
  public DatasetSettings named(DatasetSettings settings) {
    return classFile()
        .map(file -> settings.withClasses(file.names(), settings.ignore()))
        .orElse(settings);
  }

  /** A layout that has parts of its own: of them the one asked for. */
  public DatasetSettings divided(String type, List<String> parts) {
    return Parts.choose(asked.withHoldOut(0), parts).of(asked).withType(type);
  }
}
