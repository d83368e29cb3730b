package org.maskwright.files;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;

/**
 * A file of this process's own, for what is too large for memory, in the system's temporary folder
 * ({@code java.io.tmpdir}). It goes with the process, where the system can on whatever way it ends.
 *
 * <p><b>Threads</b> any; one at a time is served. Not a channel, which an interrupted thread would
 * close for all.
 */
public final class ScratchFile implements AutoCloseable {
  private final Path path;
  private final RandomAccessFile file;

  private ScratchFile(Path path, RandomAccessFile file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Makes an empty one.
   *
   * @throws OutputException if it cannot be made
   */
  public static ScratchFile create() {
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));
    try {
      File made = File.createTempFile("maskwright-", ".scratch");
      RandomAccessFile opened = new RandomAccessFile(made, "rw");
      if (!made.delete()) { // an open file keeps its name on Windows
        made.deleteOnExit();
      }
      return new ScratchFile(made.toPath(), opened);
    } catch (IOException e) {
      throw OutputFile.failure(folder, e);
    }
  }

  /**
   * Writes behind what was written last.
   *
   * @throws OutputException if the disk is full or the file is closed
   */
  public synchronized void append(byte[] content, int from, int length) {
    try {
      file.seek(file.length());
      file.write(content, from, length);
    } catch (IOException e) {
      throw OutputFile.failure(path, e);
    }
  }

  /**
   * Reads.
   *
   * @throws OutputException if the file is shorter or closed
   */
  public synchronized void read(long position, byte[] into, int at, int length) {
    try {
      file.seek(position);
      file.readFully(into, at, length);
    } catch (IOException e) {
      throw OutputFile.failure(path, e);
    }
  }

  /** Gives the space back. */
  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      throw OutputFile.failure(path, e);
    }
  }
}
