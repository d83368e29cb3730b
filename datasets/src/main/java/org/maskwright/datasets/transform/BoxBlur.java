package org.maskwright.datasets.transform;

import org.maskwright.datasets.RgbImage;

/**
 * A Gaussian blur by three boxes of fractional width, along rows and then along columns; what lies
 * outside has the level of the edge.
 *
 * <p><b>Source</b> Gwosdek et al., SSVM 2011; Pillow's GaussianBlur, equal to the level
 */
final class BoxBlur {
  private static final int PASSES = 3;
  private static final int ONE = 1 << 24;

  private final int reach; // pixels that count in full, to each side
  private final long full; // weight of one of them
  private final long part; // weight of the pixel beyond, on each side

  /**
   * @param sigma of the Gaussian, in pixels
   */
  BoxBlur(float sigma) {
    float variance = sigma * sigma / PASSES;
    float length = (float) Math.sqrt(12.0 * variance + 1.0);
    float whole = (float) Math.floor((length - 1.0) / 2.0);
    float rest = (2 * whole + 1) * (whole * (whole + 1) - 3 * variance);
    rest /= 6 * (variance - (whole + 1) * (whole + 1));
    float radius = whole + rest;
    this.reach = (int) radius;
    this.full = (long) (ONE / (radius * 2 + 1));
    this.part = (ONE - (reach * 2 + 1) * full) / 2;
  }

  /** Blurs in place. */
  void change(RgbImage image) {
    if (part == 0 && reach == 0) {
      return;
    }
    int width = image.width();
    int height = image.height();
    byte[] pixels = image.data();
    int[] line = new int[Math.max(width, height)];
    int[] next = new int[line.length];
    for (int c = 0; c < 3; c++) {
      for (int y = 0; y < height; y++) {
        along(pixels, 3 * y * width + c, 3, width, line, next);
      }
    }
    for (int c = 0; c < 3; c++) {
      for (int x = 0; x < width; x++) {
        along(pixels, 3 * x + c, 3 * width, height, line, next);
      }
    }
  }

  private void along(byte[] pixels, int from, int step, int length, int[] line, int[] next) {
    for (int i = 0, at = from; i < length; i++, at += step) {
      line[i] = pixels[at] & 0xFF;
    }
    int[] in = line;
    int[] out = next;
    for (int pass = 0; pass < PASSES; pass++) {
      once(in, out, length);
      int[] swap = in;
      in = out;
      out = swap;
    }
    for (int i = 0, at = from; i < length; i++, at += step) {
      pixels[at] = (byte) in[i];
    }
  }

  private void once(int[] in, int[] out, int length) {
    int last = length - 1;
    long sum = 0;
    for (int i = -reach - 1; i < reach; i++) {
      sum += in[Math.max(0, Math.min(last, i))];
    }
    for (int i = 0; i < length; i++) {
      int before = in[Math.max(0, i - reach - 1)];
      sum += in[Math.min(last, i + reach)] - before;
      int after = in[Math.min(last, i + reach + 1)];
      out[i] = (int) ((sum * full + (before + after) * part + (ONE >> 1)) >> 24);
    }
  }
}
