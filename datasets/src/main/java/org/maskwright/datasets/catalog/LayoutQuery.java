package org.maskwright.datasets.catalog;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
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
 * <p><b>Threads</b> one at a time.
 */
public final class LayoutQuery {
  /** Where people and tools put photographs. */
  public static final List<String> PHOTO_FOLDERS =
      List.of("images", "PNGImages", "JPEGImages", "imgs", "img", "photos", "data");

  /** Where they put label images. */
  public static final List<String> LABEL_FOLDERS =
      List.of("masks", "labels", "annotations", "PedMasks", "mask", "label", "classes");

  private static final int HEAD_BYTES = 1 << 16;
  private static final int JSON_DEPTH = 3;
  private static final int MOST_JSON = 100;

  private final DatasetSettings asked;
  private final Optional<Task> task;
  private List<String> json; // null until asked for

  /**
   * A question.
   *
   * @param asked what the user's settings say already
   * @param task what the data are for: of the annotations that there are, those that serve it
   */
  public LayoutQuery(DatasetSettings asked, Optional<Task> task) {
    this.asked = asked;
    this.task = task;
  }

  /** What the user's settings say already. */
  public DatasetSettings asked() {
    return asked;
  }

  /** What the data are for. */
  public Optional<Task> task() {
    return task;
  }

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

  /**
   * Files in a folder below root and in its sub-folders, relative to root, in no order.
   *
   * @param kept which of them, by their names
   * @param most so many are looked for
   */
  public List<Path> filesBelow(String folder, Predicate<String> kept, int most) {
    Path below = root().resolve(folder);
    if (!Files.isDirectory(below)) {
      return List.of();
    }
    try (Stream<Path> files =
        Files.find(
            below,
            Integer.MAX_VALUE,
            (file, attributes) ->
                attributes.isRegularFile() && kept.test(file.getFileName().toString()))) {
      return files.limit(most).map(file -> root().relativize(file)).toList();
    } catch (IOException | UncheckedIOException e) {
      throw DatasetException.ofFile(below, "cannot list the folder", e);
    }
  }

  /**
   * The first JSON files in the folder and two folders below, at most 100, sorted, as names with
   * slashes.
   */
  public List<String> jsonFiles() {
    if (json == null) {
      try (Stream<Path> files =
          Files.find(
              root(),
              JSON_DEPTH,
              (file, attributes) ->
                  attributes.isRegularFile() && file.getFileName().toString().endsWith(".json"))) {
        json =
            files
                .map(file -> root().relativize(file).toString().replace('\\', '/'))
                .sorted(
                    Comparator.comparing((String file) -> file.split("/", -1).length)
                        .thenComparing(file -> file))
                .limit(MOST_JSON)
                .toList();
      } catch (IOException | UncheckedIOException e) {
        throw DatasetException.ofFile(root(), "cannot list the folder", e);
      }
    }
    return json;
  }

  /** The first of {@link #jsonFiles} that begins as it should. */
  public Optional<String> firstJson(Predicate<String> begins) {
    return jsonFiles().stream().filter(file -> begins.test(head(root().resolve(file)))).findFirst();
  }

  /** The first bytes of a text; "" if it cannot be read, which says nothing about the layout. */
  public static String head(Path file) {
    if (!Files.isRegularFile(file)) {
      return "";
    }
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(HEAD_BYTES), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      return "";
    }
  }

  /** The name of a folder below root as it is spelt there, whatever the case of its letters. */
  public Optional<String> spelt(String name) {
    String above = name.substring(0, name.lastIndexOf('/') + 1);
    return isDirectory(name)
        ? Optional.of(name)
        : folders(above).stream()
            .map(folder -> above + folder)
            .filter(folder -> folder.equalsIgnoreCase(name))
            .findFirst();
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
