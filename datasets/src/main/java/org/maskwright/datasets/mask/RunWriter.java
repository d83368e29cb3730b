package org.maskwright.datasets.mask;

import java.util.Arrays;

/**
 * Collects run lengths: neighbouring pieces of one value become one run, and the last run is always
 * written.
 */
final class RunWriter {
  private int[] counts = new int[16];
  private int size;
  private boolean value;
  private int length;

  void pixel(boolean foreground) {
    if (foreground == value) {
      length++;
    } else {
      push();
      value = foreground;
      length = 1;
    }
  }

  void piece(boolean foreground, int pixels) {
    if (pixels == 0) {
      return;
    }
    if (foreground != value) {
      push();
      value = foreground;
      length = 0;
    }
    length += pixels;
  }

  private void push() {
    if (size == counts.length) {
      counts = Arrays.copyOf(counts, size * 2);
    }
    counts[size++] = length;
  }

  int[] finish() {
    push();
    return Arrays.copyOf(counts, size);
  }
}
