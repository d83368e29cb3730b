package org.maskwright.datasets.labels;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.maskwright.files.OutputFile;

/**
 * The right to write a file: one process has it at a time, and a killed one no more. Knows whether
 * somebody else has written the file in spite of it.
 */
final class FileHold implements AutoCloseable {
  private static final int NAME_BYTES = 64;

  /** Enough to notice that a file is another one. */
  private record Stamp(long bytes, long modifiedMillis, Object key) {}

  private final Path file;
  private final FileChannel lockFile;
  private Stamp seen;

  private FileHold(Path file, FileChannel lockFile) {
    this.file = file;
    this.lockFile = lockFile;
  }

  /**
   * Takes the right.
   *
   * @throws LabelConflictException if another process has it
   * @throws org.maskwright.files.OutputException if the file's folder cannot be written
   */
  static FileHold of(Path file) {
    Path lock = file.toAbsolutePath().resolveSibling("." + file.getFileName() + ".lock");
    OutputFile.createFolder(lock.getParent());
    try {
      FileChannel channel =
          FileChannel.open(
              lock, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      try {
        if (!lock(channel)) {
          throw new LabelConflictException(
              "%s: process %s is labelling with this file; use its page, or end it and start again"
                  .formatted(file, owner(channel)));
        }
        channel.truncate(0);
        channel.write(
            ByteBuffer.wrap(
                Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        FileHold hold = new FileHold(file, channel);
        hold.look();
        return hold;
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw OutputFile.failure(lock, e);
    }
  }

  private static boolean lock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock(NAME_BYTES, 1, /* shared= */ false); // behind the text
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // of this process
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(NAME_BYTES);
    channel.read(text, 0);
    return new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
  }

  /** Remembers the file as it is. */
  void look() {
    seen = stamp();
  }

  /**
   * Checks that the file is as it was, or gone.
   *
   * @throws LabelConflictException if it is not
   */
  void requireUnchanged() {
    Stamp now = stamp();
    if (now != null && !now.equals(seen)) {
      throw new LabelConflictException(
          "%s: another program has changed this file since it was read, and nothing was saved over it; end this server, look at the file and start again"
              .formatted(file));
    }
  }

  /** Null if the file is not there. */
  private Stamp stamp() {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      return new Stamp(found.size(), found.lastModifiedTime().toMillis(), found.fileKey());
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException e) {
      throw OutputFile.failure(file, e);
    }
  }
}
