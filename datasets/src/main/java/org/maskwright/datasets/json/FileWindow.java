package org.maskwright.datasets.json;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A part of a file, as bytes, and a place in it. The window moves along as the place does.
 *
 * <p><b>Memory</b> twice the longest value that is read, at least what is read at once.
 * <b>Threads</b> one; several windows may share a channel.
 */
final class FileWindow {
  /** What is longer than this is not for a window. */
  private static final int MOST_BYTES = 1 << 25;

  /** Read at once. */
  static final int SIZE = 1 << 18;

  /** Those of the window; the byte behind the last is 0, which ends every loop and is no JSON. */
  byte[] bytes;

  /** How many there are. */
  int end;

  /** The place in the window. */
  int at;

  private final FileChannel file;
  private long offset; // of the window in the file

  /**
   * At the beginning of a file.
   *
   * @param size the bytes to read at once, see {@link #SIZE}
   */
  FileWindow(FileChannel file, int size) {
    this.file = file;
    this.bytes = new byte[size + 1];
  }

  /** Goes to a place of the file. */
  void moveTo(long position) {
    offset = position;
    at = 0;
    end = 0;
    bytes[0] = 0;
  }

  /** The place in the file. */
  long position() {
    return offset + at;
  }

  /**
   * Reads on, lets go what lies before {@code start} and goes back there; false at the file's end.
   */
  boolean more(int start) throws IOException {
    byte[] into = bytes;
    int kept = end - start;
    if (kept >= bytes.length / 2) {
      if (bytes.length > MOST_BYTES) {
        return false;
      }
      into = new byte[2 * bytes.length];
    }
    System.arraycopy(bytes, start, into, 0, kept);
    bytes = into;
    offset += start;
    at = 0;
    end = kept;
    int read = file.read(ByteBuffer.wrap(bytes, end, bytes.length - 1 - end), offset + end);
    end += Math.max(0, read);
    bytes[end] = 0;
    return read > 0;
  }

  /** What to throw where a byte is not what it should be. */
  Unusual unexpected(int place) {
    return place >= end ? Unusual.WINDOW_ENDS : Unusual.VALUE;
  }
}
