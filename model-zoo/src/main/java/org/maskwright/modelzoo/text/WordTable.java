package org.maskwright.modelzoo.text;

import java.util.List;

/**
 * Classes as rows of vectors: a class's score is the greatest product with its rows.
 *
 * <p>Immutable.
 */
public final class WordTable {
  private final List<String> names;
  private final int width;
  private final int perClass;
  private final float[] rows;

  /**
   * A table.
   *
   * @param names of the K classes
   * @param width D
   * @param perClass S, rows of a class; one with fewer repeats its first, which changes no maximum
   * @param rows [K,S,D], copied
   * @throws IllegalArgumentException if a size does not fit
   */
  public WordTable(List<String> names, int width, int perClass, float[] rows) {
    this.names = List.copyOf(names);
    this.width = width;
    this.perClass = perClass;
    this.rows = rows.clone();
    if (names.isEmpty() || width < 1 || perClass < 1) {
      throw new IllegalArgumentException(
          "word table: expected classes, a width and rows, got %d classes, width %d and %d rows"
              .formatted(names.size(), width, perClass));
    }
    long expected = (long) names.size() * perClass * width;
    if (rows.length != expected) {
      throw new IllegalArgumentException(
          "word table: expected %d numbers of [%d,%d,%d], got %d"
              .formatted(expected, names.size(), perClass, width, rows.length));
    }
  }

  /** Names of the K classes. */
  public List<String> names() {
    return names;
  }

  /** D. */
  public int width() {
    return width;
  }

  /** S, rows of a class. */
  public int perClass() {
    return perClass;
  }

  /** A copy of the rows [K,S,D]. */
  public float[] rows() {
    return rows.clone();
  }
}
