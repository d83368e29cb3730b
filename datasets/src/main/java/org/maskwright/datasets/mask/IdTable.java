package org.maskwright.datasets.mask;

import java.util.Arrays;

/**
 * A small map from ids of any size to numbers &gt;= 0, by open addressing.
 *
 * <p><b>Threads</b> any number may read a table that none writes.
 */
public final class IdTable {
  private static final int SPREAD = 0x9E3779B9; // 2^32 / golden ratio

  private final int[] keys;
  private final int[] values;
  private final int shift;

  /** A table for at most {@code capacity} ids. */
  public IdTable(int capacity) {
    int bits = Math.max(2, 33 - Integer.numberOfLeadingZeros(Math.max(1, capacity)));
    this.keys = new int[1 << bits];
    this.values = new int[1 << bits];
    this.shift = 32 - bits;
    Arrays.fill(values, -1);
  }

  /** Maps {@code id} to {@code value}, replacing what it was mapped to. */
  public void put(int id, int value) {
    int at = slot(id);
    keys[at] = id;
    values[at] = value;
  }

  /** What {@code id} was mapped to, or -1. */
  public int get(int id) {
    return values[slot(id)];
  }

  private int slot(int id) {
    int at = (id * SPREAD) >>> shift;
    while (values[at] >= 0 && keys[at] != id) {
      at = (at + 1) & (keys.length - 1);
    }
    return at;
  }
}
