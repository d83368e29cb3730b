package org.maskwright.datasets.captions;

import java.util.Arrays;

/**
 * Numbers of each picture: the latest first, each with the place of the one before it.
 *
 * <p><b>Memory</b> 4 bytes a picture and 8 a number.
 */
final class Chains {
  private final int[] latest; // of a picture, -1 if it has none
  private int[] numbers = new int[64];
  private int[] before = new int[64];
  private int count;

  Chains(int pictures) {
    latest = new int[pictures];
    Arrays.fill(latest, -1);
  }

  /** Adds a number to those of a picture, unless it has it. */
  void add(int picture, int number) {
    for (int at = latest[picture]; at >= 0; at = before[at]) {
      if (numbers[at] == number) {
        return;
      }
    }
    if (count == numbers.length) {
      int more = Math.addExact(count, count / 2);
      numbers = Arrays.copyOf(numbers, more);
      before = Arrays.copyOf(before, more);
    }
    numbers[count] = number;
    before[count] = latest[picture];
    latest[picture] = count++;
  }

  /** Whether a picture has one. */
  boolean has(int picture) {
    return latest[picture] >= 0;
  }

  /** How many there are, of all pictures. */
  int count() {
    return count;
  }

  /** Those of a picture, in the order in which they came. */
  int[] of(int picture) {
    int n = 0;
    for (int at = latest[picture]; at >= 0; at = before[at]) {
      n++;
    }
    int[] out = new int[n];
    for (int at = latest[picture]; at >= 0; at = before[at]) {
      out[--n] = numbers[at];
    }
    return out;
  }
}
