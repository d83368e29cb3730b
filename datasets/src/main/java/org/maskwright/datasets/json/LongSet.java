package org.maskwright.datasets.json;

import java.util.Arrays;

/**
 * A set of longs that takes 12 to 24 bytes an entry: a million annotation ids are checked for
 * duplicates.
 */
final class LongSet {
  private long[] slots = new long[64];
  private int size;
  private boolean zero;

  /** Adds the value; false if it was there. */
  boolean add(long value) {
    if (value == 0) {
      boolean added = !zero;
      zero = true;
      return added;
    }
    if (size * 3 > slots.length * 2) {
      grow();
    }
    int slot = find(slots, value);
    if (slots[slot] == value) {
      return false;
    }
    slots[slot] = value;
    size++;
    return true;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    Arrays.stream(slots).filter(v -> v != 0).forEach(v -> larger[find(larger, v)] = v);
    slots = larger;
  }

  private static int find(long[] slots, long value) {
    long mixed = value * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & (slots.length - 1);
    while (slots[slot] != 0 && slots[slot] != value) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }
}
