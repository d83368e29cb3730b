package org.maskwright.datasets;

import java.util.BitSet;

/**
 * The classes that an annotation tells apart, among those of a model: where data sets with other
 * classes are trained on together, what one annotation calls nothing may be an object of another.
 *
 * <p>Immutable.
 */
public final class LabelSpace {
  /** Every class, however many there are. */
  public static final LabelSpace ALL = new LabelSpace(new BitSet(), 0);

  private final BitSet known;
  private final int classes;

  private LabelSpace(BitSet known, int classes) {
    this.known = known;
    this.classes = classes;
  }

  /**
   * Some of the classes.
   *
   * @param classes K of the model
   * @param known classes in [0,K) that the annotation tells apart
   */
  public static LabelSpace of(int classes, int... known) {
    BitSet bits = new BitSet(classes);
    for (int k : known) {
      if (k < 0 || k >= classes) {
        throw new IllegalArgumentException(
            "label space: expected classes in [0,%d), got %d".formatted(classes, k));
      }
      bits.set(k);
    }
    return bits.cardinality() == classes ? ALL : new LabelSpace(bits, classes);
  }

  /** Whether every class is told apart. */
  public boolean complete() {
    return classes == 0;
  }

  /** Whether a class is told apart. */
  public boolean has(int category) {
    return complete() || known.get(category);
  }
}
