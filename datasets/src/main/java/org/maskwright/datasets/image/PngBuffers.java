package org.maskwright.datasets.image;

/** Arrays that PNGs are read into one after another; they grow to the largest. */
final class PngBuffers {
  private byte[] rows = new byte[0];
  private byte[] pixels = new byte[0];

  /** For filtered rows; at least {@code length} bytes of anything. */
  byte[] rows(int length) {
    if (rows.length < length) {
      rows = new byte[length];
    }
    return rows;
  }

  /** For the pixels of a map, which the next one overwrites; at least {@code length} bytes. */
  byte[] pixels(int length) {
    if (pixels.length < length) {
      pixels = new byte[length];
    }
    return pixels;
  }
}
