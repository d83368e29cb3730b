package org.maskwright.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.UUID;

/**
 * Writes a file as a whole or not at all: the content goes to a hidden file beside it, which then
 * takes the name in one step. A reader sees the old content or the new one; a full disk or a kill
 * leaves what was there before. Missing folders are made. Readable by others as any new file is.
 *
 * <p><b>Errors</b> every method throws an {@link OutputException} that names the file.
 */
public final class OutputFile {
  private static final int PIECE_BYTES = 1 << 20;

  private OutputFile() {}

  /** Writes what a file is to hold. */
  @FunctionalInterface
  public interface Content {
    /** Called once, with a channel at position 0 of an empty file. */
    void writeTo(FileChannel channel) throws IOException;
  }

  /**
   * Writes a file that others can make again, such as a picture: whole, but on the disk only when
   * the system gets to it.
   */
  public static void write(Path file, byte[] content) {
    write(file, channel -> writeFully(channel, ByteBuffer.wrap(content)));
  }

  /** As {@link #write(Path, byte[])}, content that is made as it is written. */
  public static void write(Path file, Content content) {
    write(file, content, false);
  }

  /** As {@link #write(Path, byte[])}, text in UTF-8. */
  public static void write(Path file, String text) {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a file that is on the disk when this returns, and so is its name. */
  public static void writeDurably(Path file, Content content) {
    write(file, content, true);
  }

  /** As {@link #writeDurably(Path, Content)}, text in UTF-8. */
  public static void writeDurably(Path file, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    writeDurably(file, channel -> writeFully(channel, ByteBuffer.wrap(bytes)));
  }

  /** Writes all remaining bytes, in pieces: the channel keeps a native copy of the largest. */
  public static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
    int end = bytes.limit();
    while (bytes.position() < end) {
      channel.write(bytes.limit(Math.min(end, bytes.position() + PIECE_BYTES)));
    }
  }

  /** Makes a folder and those above it. */
  public static void createFolder(Path folder) {
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      throw failure(folder, e);
    }
  }

  /** What a failed write is reported as: the file, the reason in words, and what to do. */
  public static OutputException failure(Path file, IOException cause) {
    return new OutputException(file, "cannot be written: " + reason(file, cause), cause);
  }

  /** Why something cannot be written, and what to do; without the file's name. */
  public static String reason(Path file, IOException cause) {
    String text = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
    if (text.contains("no space left") || text.contains("not enough space")) {
      return "the disk is full (No space left on device%s); free some space, or write to another disk"
          .formatted(free(file));
    }
    if (text.contains("quota exceeded")) {
      return "the disk quota is used up; free some space, or write to another disk";
    }
    if (text.contains("read-only file system")) {
      return "the file system is read-only; write to another folder";
    }
    if (text.contains("not a directory")) {
      return "a file has the name of its folder, expected a folder; write to another folder";
    }
    if (cause instanceof AccessDeniedException denied) {
      return "no permission for " + denied.getFile() + "; change it, or write to another folder";
    }
    if (cause instanceof FileAlreadyExistsException taken) {
      return taken.getFile() + " is a file, expected a folder; write to another folder";
    }
    if (cause instanceof NoSuchFileException missing) {
      return missing.getFile() + " does not exist; write to another folder";
    }
    return cause instanceof FileSystemException known && known.getReason() != null
        ? known.getReason() + "; write to another folder"
        : cause + "; write to another folder";
  }

  private static void write(Path file, Content content, boolean durably) {
    Path absolute = file.toAbsolutePath();
    Path folder = absolute.getParent();
    if (folder == null || Files.isDirectory(absolute)) {
      throw new OutputException(file, "is a folder, expected the name of a file to write", null);
    }
    // Not createTempFile: its files are readable by their owner only.
    Path temporary = folder.resolve("." + UUID.randomUUID() + ".tmp");
    try {
      try {
        Files.createDirectories(folder);
        try (FileChannel channel =
            FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
          content.writeTo(channel);
          if (durably) {
            channel.force(true);
          }
        }
        move(temporary, absolute);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      throw failure(file, e);
    }
    if (durably) {
      sync(folder);
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

  private static String free(Path file) {
    for (Path at = file.toAbsolutePath(); at != null; at = at.getParent()) {
      if (Files.exists(at)) {
        try {
          return ", " + (Files.getFileStore(at).getUsableSpace() >> 20) + " MiB are free";
        } catch (IOException e) {
          return "";
        }
      }
    }
    return "";
  }
}
