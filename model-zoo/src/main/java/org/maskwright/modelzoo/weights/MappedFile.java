package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Supplier;
import org.maskwright.files.InputFile;

/**
 * A file in memory-mapped windows: one for files up to 2 GiB, else one per request. Windows are
 * mapped while the file is open and outlive {@link #close()}, so a file replaced later stays
 * readable.
 */
public final class MappedFile implements ByteSource, AutoCloseable {
  private final Path file;
  private final FileChannel channel;
  private final long size;
  private final ByteBuffer whole;

  private MappedFile(Path file, FileChannel channel) throws IOException {
    this.file = file;
    this.channel = channel;
    this.size = channel.size();
    this.whole = size <= Integer.MAX_VALUE ? channel.map(MapMode.READ_ONLY, 0, size) : null;
  }

  static MappedFile open(Path file) {
    requireRegular(file);
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      return new MappedFile(file, channel);
    } catch (IOException e) {
      closeQuietly(channel);
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }

  /**
   * Refuses what a reader would wait for.
   *
   * @throws CheckpointException if it is a folder, a pipe or a device
   */
  public static void requireRegular(Path file) {
    InputFile.require(file, problem -> new CheckpointException(file, problem));
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public Supplier<ByteBuffer> window(long offset, int length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new CheckpointException(
          file,
          "bytes [%d, %d) lie outside the file of %d bytes"
              .formatted(offset, offset + length, size));
    }
    ByteBuffer view;
    if (whole != null) {
      view = whole.slice((int) offset, length);
    } else {
      try {
        view = channel.map(MapMode.READ_ONLY, offset, length);
      } catch (IOException e) {
        throw new CheckpointException(file, "cannot be mapped: " + e, e);
      }
    }
    return () -> view;
  }

  /** Closes the channel; windows stay valid. */
  @Override
  public void close() {
    closeQuietly(channel);
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel == null) {
      return;
    }
    try {
      channel.close();
    } catch (IOException e) {
      // Opened for reading: nothing can be lost.
    }
  }
}
