package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * Replaces a file as a whole or not at all: the content goes to a temporary file beside it, is
 * synced to the disk, and takes the name in one step. Readable by others as any new file is.
 */
final class AtomicFile {
  private AtomicFile() {}

  /** Writes what the file is to hold. */
  interface Content {
    /** Called once, with a channel at position 0 of an empty file. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file, and the folders above it where they are missing.
   *
   * @throws CheckpointException if it cannot be written; what was there before is unchanged then
   */
  static void write(Path file, Content content) {
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    Path temporary = null;
    try {
      if (folder == null || absolute.getFileName() == null) {
        throw new CheckpointException(file, "is not a file name");
      }
      Files.createDirectories(folder);
      // Not createTempFile: its files are readable by their owner only.
      temporary = folder.resolve("." + absolute.getFileName() + "." + UUID.randomUUID() + ".tmp");
      try (FileChannel channel =
          FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        content.writeTo(channel);
        channel.force(true);
      }
      move(temporary, absolute);
      sync(folder);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be written: " + e, e);
    } finally {
      deleteQuietly(temporary);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** Makes the new name durable; not possible on Windows, where opening a folder fails. */
  private static void sync(Path folder) {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The content itself is on the disk; only the rename may still be in the file system's log.
    }
  }

  private static void deleteQuietly(Path temporary) {
    if (temporary == null) {
      return;
    }
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      // A leftover temporary file does not harm; the first failure is the one to report.
    }
  }
}
