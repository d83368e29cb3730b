package org.maskwright.datasets;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A folder whose files are named by a data set. The names come from others: they may not leave the
 * folder, neither by {@code ..} or an absolute path nor by a symbolic link.
 *
 * <p>The folder itself, and the folders above it, may be links.
 *
 * @param root the folder
 * @param links what to do with symbolic links below it
 * @param channels that its photographs are read with
 */
public record DataFolder(Path root, Links links, Channels channels) {
  private static final int MOST_NAMED = 8;
  private static final int MAX_DEPTH = 8;

  /** What to do with a file that is, or lies behind, a symbolic link out of its folder. */
  public enum Links {
    /** An error. */
    REFUSE,
    /** Read what the link points to. */
    FOLLOW
  }

  public DataFolder {
    Objects.requireNonNull(root, "root");
    Objects.requireNonNull(links, "links");
    Objects.requireNonNull(channels, "channels");
  }

  /** A folder whose photographs are colours. */
  public DataFolder(Path root, Links links) {
    this(root, links, Channels.RGB);
  }

  /** A folder that links may not leave. */
  public static DataFolder of(Path root) {
    return new DataFolder(root, Links.REFUSE);
  }

  /** A folder in this one, named by the program or the user, not by a data file. */
  public DataFolder in(String... names) {
    Path path = root;
    for (String name : names) {
      path = path.resolve(name);
    }
    return new DataFolder(path, links, channels);
  }

  /**
   * The path of a named file, whether it exists or not.
   *
   * @throws DatasetException if the name leads out of the folder
   */
  public Path resolve(String name) {
    try {
      Path base = root.toAbsolutePath().normalize();
      Path path = base.resolve(name).normalize();
      if (name.isEmpty() || Path.of(name).isAbsolute() || !path.startsWith(base)) {
        throw new DatasetException(
            "file name \"%s\": expected a name inside %s".formatted(name, root));
      }
      return root.resolve(base.relativize(path));
    } catch (InvalidPathException e) {
      throw new DatasetException("file name \"%s\": %s".formatted(name, FileNames.problem(e)), e);
    }
  }

  /**
   * As {@link #resolve}, for a file that is about to be read.
   *
   * @throws DatasetException if it does not exist, is no regular file, or a link leads out of the
   *     folder
   */
  public Path existing(String name) {
    Path path = resolve(name);
    try {
      Path real = path.toRealPath();
      if (links == Links.REFUSE && !real.startsWith(root.toRealPath())) {
        throw DatasetException.ofFile(
            path,
            "a symbolic link leads out of %s to %s; a data set may be read with data.train.links = follow"
                .formatted(root, real));
      }
      if (!Files.isRegularFile(real)) {
        throw DatasetException.ofFile(path, "expected a file, found something else");
      }
      return path;
    } catch (IOException e) {
      throw DatasetException.ofFile(
          path, "the file does not exist or cannot be reached" + beside(path), e);
    }
  }

  /**
   * The names of the files directly in this folder, sorted.
   *
   * @throws DatasetException if the folder cannot be listed
   */
  public List<String> files() {
    return list(false);
  }

  /**
   * The files in this folder and those below it, sorted, as names with slashes.
   *
   * @throws DatasetException if a folder cannot be listed
   */
  public List<String> filesBelow() {
    FileVisitOption[] follow =
        links == Links.FOLLOW
            ? new FileVisitOption[] {FileVisitOption.FOLLOW_LINKS}
            : new FileVisitOption[0];
    try (Stream<Path> files = Files.walk(root, MAX_DEPTH, follow)) {
      return files
          .filter(file -> !Files.isDirectory(file))
          .map(file -> root.relativize(file).toString().replace('\\', '/'))
          .filter(name -> !name.startsWith(".") && !name.contains("/."))
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw DatasetException.ofFile(
          root, "the folder does not exist or cannot be listed" + beside(root), e);
    }
  }

  /** The names of the folders directly in this folder, sorted. */
  public List<String> folders() {
    return list(true);
  }

  private List<String> list(boolean folders) {
    try (Stream<Path> entries = Files.list(root)) {
      return entries
          .filter(p -> Files.isDirectory(p) == folders)
          .map(p -> p.getFileName().toString())
          .filter(name -> !name.startsWith("."))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw DatasetException.ofFile(
          root, "the folder does not exist or cannot be listed" + beside(root), e);
    }
  }

  /** The few files or folders there are where one is missing: another spelling, another part. */
  private static String beside(Path missing) {
    String name = missing.getFileName().toString();
    String ending = name.contains(".") ? name.substring(name.lastIndexOf('.')) : "";
    try (Stream<Path> entries = Files.list(missing.resolveSibling("."))) {
      List<String> there =
          entries
              .filter(p -> Files.isDirectory(p) == ending.isEmpty())
              .map(p -> p.getFileName().toString())
              .filter(other -> other.endsWith(ending) && !other.startsWith("."))
              .sorted()
              .limit(MOST_NAMED + 1)
              .toList();
      return there.isEmpty() || there.size() > MOST_NAMED ? "" : "; there are " + there;
    } catch (IOException e) {
      return "";
    }
  }
}
