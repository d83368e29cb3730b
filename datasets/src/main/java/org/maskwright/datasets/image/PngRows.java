package org.maskwright.datasets.image;

import org.maskwright.datasets.DatasetException;

/**
 * The filtered rows of a PNG one after another, inflated a block at a time into a buffer that stays
 * in the processor's cache.
 */
final class PngRows {
  private static final int BLOCK_BYTES = 1 << 16;

  private final ZlibStream stream;
  private final byte[] buffer;
  private int row; // where the next row begins
  private int end; // of what is inflated

  /**
   * @param maxRowBytes of the longest row, filter byte included
   */
  PngRows(ZlibStream stream, int maxRowBytes, PngBuffers buffers) {
    this.stream = stream;
    int kept = Math.max(ZlibStream.WINDOW, maxRowBytes);
    int fresh = Math.max(BLOCK_BYTES, maxRowBytes);
    this.buffer = buffers.rows(Math.addExact(kept, fresh) + ZlibStream.OVERSHOOT);
  }

  /** Holds the rows; behind each of them there are at least {@link ZlibStream#OVERSHOOT} bytes. */
  byte[] buffer() {
    return buffer;
  }

  /**
   * Where in the buffer the filter byte of the next row is; valid until the next call.
   *
   * @param bytes of the row, filter byte included
   */
  int next(int bytes) {
    if (end - row < bytes) {
      fill(bytes);
    }
    int at = row;
    row += bytes;
    return at;
  }

  private void fill(int bytes) {
    int kept = Math.min(end, Math.max(ZlibStream.WINDOW, end - row));
    System.arraycopy(buffer, end - kept, buffer, 0, kept);
    row -= end - kept;
    end = stream.inflate(buffer, kept, buffer.length - ZlibStream.OVERSHOOT);
    if (end - row < bytes) {
      throw new DatasetException("truncated PNG: image data end before the last row");
    }
  }

  /** Reads on to the stream's end, so that its checksum is verified. */
  void finish() {
    if (end == row && !stream.finished()) {
      int kept = Math.min(end, ZlibStream.WINDOW);
      System.arraycopy(buffer, end - kept, buffer, 0, kept);
      row = kept;
      end = stream.inflate(buffer, kept, kept + 1);
    }
    if (end > row) {
      throw new DatasetException("damaged PNG: more image data than rows");
    }
  }
}
