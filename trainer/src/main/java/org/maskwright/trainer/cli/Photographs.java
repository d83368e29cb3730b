package org.maskwright.trainer.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.trainer.output.OutputFolder;

/**
 * The photographs that a command line names: files, and what is in folders and their sub-folders.
 * Hidden folders, links to folders and folders of results are left out.
 */
final class Photographs {
  /**
   * A photograph, with its name below the folder that all of them have in common.
   *
   * @param name with slashes, such as {@code a/x.png}
   */
  record Photograph(Path file, String name) {}

  private Photographs() {}

  /**
   * Finds them, in the order of the arguments and of names.
   *
   * @throws DatasetException if there are none, or a folder cannot be read
   */
  static List<Photograph> find(List<Path> arguments) {
    List<Path> files = new ArrayList<>();
    Path common = null;
    for (Path argument : arguments) {
      boolean folder = Files.isDirectory(argument);
      if (folder) {
        collect(argument, files);
      } else {
        files.add(argument);
      }
      Path base = folder ? whole(argument) : whole(argument).getParent();
      common = common == null ? base : commonFolder(common, base);
    }
    if (files.isEmpty()) {
      throw new DatasetException(
          arguments
              + ": no photographs found; expected JPEG, PNG, BMP, WebP or TIFF files, by their endings");
    }
    List<Photograph> found = new ArrayList<>();
    for (Path file : files) {
      Path below = common == null ? file.getFileName() : common.relativize(whole(file));
      found.add(new Photograph(file, below.toString().replace('\\', '/')));
    }
    return found;
  }

  /** Names without their endings; where several are the same, -2, -3, ... follows. */
  static List<String> outputNames(List<Photograph> photographs) {
    Set<String> used = new LinkedHashSet<>();
    for (Photograph photograph : photographs) {
      String stem = photograph.name().replaceFirst("\\.[^./]+$", "");
      String name = stem;
      for (int n = 2; !used.add(name); n++) {
        name = stem + "-" + n;
      }
    }
    return List.copyOf(used);
  }

  private static void collect(Path folder, List<Path> files) {
    List<Path> entries;
    try (Stream<Path> inside = Files.list(folder)) {
      entries = inside.sorted().toList();
    } catch (IOException e) {
      throw DatasetException.ofFile(folder, "the folder cannot be read: " + e, e);
    }
    for (Path entry : entries) {
      String name = entry.getFileName().toString();
      if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
        if (!name.startsWith(".") && !OutputFolder.isOne(entry)) {
          collect(entry, files);
        }
      } else if (OutputFolder.isPicture(entry)) {
        files.add(entry);
      }
    }
  }

  private static Path whole(Path path) {
    return path.toAbsolutePath().normalize();
  }

  /** Null if they have nothing in common, as on two drives. */
  private static Path commonFolder(Path a, Path b) {
    Path common = a;
    while (common != null && !b.startsWith(common)) {
      common = common.getParent();
    }
    return common;
  }
}
