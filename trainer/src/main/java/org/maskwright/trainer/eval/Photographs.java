package org.maskwright.trainer.eval;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.trainer.output.OutputFolder;

/**
 * Photographs to predict: files, what is in folders and their sub-folders, and what lists name. A
 * list is a text file with the ending {@code .txt}: a file or a folder on each line, relative to
 * the list's folder or else to the working directory; lines that begin with {@code #} are comments.
 * Hidden folders, links to folders and folders of results are left out.
 */
public final class Photographs {
  /**
   * A photograph, with its name below the folder that all of them have in common.
   *
   * @param name with slashes, such as {@code a/x.png}
   */
  public record Photograph(Path file, String name) {}

  private static final String LIST = ".txt";

  private Photographs() {}

  /**
   * Finds them, in the order of the arguments and of names. A file that is missing is one of them:
   * reading it will tell.
   *
   * @throws DatasetException if there are none, a list is empty, or a folder or a list cannot be
   *     read
   */
  public static List<Photograph> find(List<Path> arguments) {
    List<Path> files = new ArrayList<>();
    Path common = null;
    for (Path argument : named(arguments)) {
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

  /** The arguments, with what is on its lines in place of each list. */
  private static List<Path> named(List<Path> arguments) {
    List<Path> all = new ArrayList<>();
    for (Path argument : arguments) {
      if (!isList(argument)) {
        all.add(argument);
        continue;
      }
      int before = all.size();
      for (String line : TextFile.lines(argument)) {
        if (!line.isBlank() && !line.startsWith("#")) {
          all.add(listed(argument, line.strip()));
        }
      }
      if (all.size() == before) {
        throw DatasetException.ofFile(
            argument, "expected photographs or folders of them, one a line; the list is empty");
      }
    }
    return all;
  }

  private static boolean isList(Path argument) {
    return argument.toString().toLowerCase(Locale.ROOT).endsWith(LIST)
        && !Files.isDirectory(argument);
  }

  private static Path listed(Path list, String name) {
    try {
      Path beside = list.resolveSibling(name);
      return !Files.exists(beside) && Files.exists(Path.of(name)) ? Path.of(name) : beside;
    } catch (InvalidPathException e) {
      throw DatasetException.ofFile(list, "\"" + name + "\" is no name of a file", e);
    }
  }

  /** Names without their endings; where several are the same, -2, -3, ... follows. */
  public static List<String> outputNames(List<Photograph> photographs) {
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
