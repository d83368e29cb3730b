package org.maskwright.datasets.scenes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.UUID;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.files.OutputFile;

/**
 * A folder with a data set that is made from settings: it appears complete or not at all, and is
 * left alone where it holds the very same one. A file in it, the manifest, says what it holds.
 */
final class GeneratedFolder {
  private final Path dir;
  private final String kind;
  private final String manifestName;
  private final String manifest;

  /** Writes the files of a data set but the manifest. */
  @FunctionalInterface
  interface Content {
    void write(Path root) throws IOException;
  }

  /**
   * A folder.
   *
   * @param kind what it is to hold, such as {@code Scenes}
   * @param manifestName the manifest's file name
   * @param manifest its text: all that decides the other files
   */
  GeneratedFolder(Path dir, String kind, String manifestName, String manifest) {
    this.dir = dir.toAbsolutePath().normalize();
    this.kind = kind;
    this.manifestName = manifestName;
    this.manifest = manifest;
  }

  /**
   * Writes the data set unless it is there.
   *
   * @return whether files were written
   * @throws DatasetException if the folder holds anything else
   * @throws org.maskwright.files.OutputException if it cannot be written
   */
  boolean write(Content files) {
    try {
      return writeUnlessPresent(files);
    } catch (UncheckedIOException e) {
      throw OutputFile.failure(dir, e.getCause());
    } catch (IOException e) {
      throw OutputFile.failure(dir, e);
    }
  }

  private boolean writeUnlessPresent(Content files) throws IOException {
    if (isWritten()) {
      return false;
    }
    if (Files.exists(dir) && !isEmpty(dir) && !Files.isRegularFile(dir.resolve(manifestName))) {
      throw DatasetException.ofFile(
          dir,
          "expected a missing or empty folder or one with %s (%s), found other files; choose another folder"
              .formatted(kind, manifestName));
    }
    Files.createDirectories(dir.getParent());
    // Not createTempDirectory: its folders are open to their owner only.
    Path fresh = dir.resolveSibling("." + dir.getFileName() + "-" + UUID.randomUUID());
    Files.createDirectory(fresh);
    try {
      files.write(fresh);
      Files.writeString(fresh.resolve(manifestName), manifest);
      return replace(fresh);
    } finally {
      delete(fresh);
    }
  }

  /** Whether the folder holds this very data set. */
  private boolean isWritten() throws IOException {
    Path file = dir.resolve(manifestName);
    return Files.isRegularFile(file) && Files.readString(file).equals(manifest);
  }

  /**
   * Puts the finished folder in place of the old one, which is moved aside first, and back if that
   * fails.
   *
   * @return false if another process has written the same data set in the meantime
   */
  boolean replace(Path fresh) throws IOException {
    if (isWritten()) {
      return false;
    }
    Path aside = fresh.resolveSibling(fresh.getFileName() + "-old");
    try {
      if (Files.exists(dir)) {
        move(dir, aside);
      }
      move(fresh, dir);
    } catch (IOException e) {
      if (isWritten()) {
        delete(aside);
        return false;
      }
      if (Files.exists(aside) && !Files.exists(dir)) {
        move(aside, dir);
      }
      throw e;
    }
    delete(aside);
    return true;
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to);
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> children = Files.list(folder)) {
      return children.findAny().isEmpty();
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
