package org.maskwright.datasets.image;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.maskwright.datasets.DatasetException;

/** The chunks of a PNG in memory, one after the other up to the end chunk. */
final class PngChunks {
  static final int HEADER = 0x49484452; // "IHDR"
  static final int DATA = 0x49444154; // "IDAT"

  /** Bytes of a chunk beside its content: length and type before it, the checksum behind. */
  static final int FRAME_BYTES = 12;

  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int END = 0x49454E44; // "IEND"

  private final byte[] file;
  private final ByteBuffer buffer;
  private int at;
  private int next = SIGNATURE.length;

  /** Before the first chunk of a file for which {@link #isPng} holds. */
  PngChunks(byte[] file) {
    this.file = file;
    this.buffer = ByteBuffer.wrap(file);
  }

  /** Whether a file begins as a PNG. */
  static boolean isPng(byte[] file) {
    int n = SIGNATURE.length;
    return file.length >= n && Arrays.equals(file, 0, n, SIGNATURE, 0, n);
  }

  /**
   * Checks that a PNG is whole: its chunks reach to the end chunk and carry the right checksums.
   *
   * @throws DatasetException if not
   */
  static void check(byte[] file) {
    PngChunks chunks = new PngChunks(file);
    do {
      chunks.advance();
      chunks.checkSum();
    } while (!chunks.isEnd());
  }

  /**
   * Goes to the next chunk.
   *
   * @throws DatasetException if the file ends in it or before it
   */
  void advance() {
    int left = file.length - next - FRAME_BYTES;
    if (left < 0 || buffer.getInt(next) < 0 || buffer.getInt(next) > left) {
      throw new DatasetException(
          "PNG: truncated after " + file.length + " bytes; fetch the file again");
    }
    at = next;
    next += FRAME_BYTES + length();
  }

  int type() {
    return buffer.getInt(at + 4);
  }

  /** Whether this is the end chunk. */
  boolean isEnd() {
    return type() == END;
  }

  /** Where the chunk's content begins. */
  int content() {
    return at + 8;
  }

  /** Bytes of the content. */
  int length() {
    return buffer.getInt(at);
  }

  /**
   * Checks the chunk against its checksum.
   *
   * @throws DatasetException if it is another one
   */
  void checkSum() {
    CRC32 crc = new CRC32();
    crc.update(file, at + 4, length() + 4);
    if ((int) crc.getValue() != buffer.getInt(content() + length())) {
      throw new DatasetException("PNG: wrong checksum at byte " + at + ", the file is damaged");
    }
  }
}
