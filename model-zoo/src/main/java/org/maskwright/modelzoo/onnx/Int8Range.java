package org.maskwright.modelzoo.onnx;

/**
 * The values of a tensor that unsigned bytes stand for: a byte n is scale x (n - zero point). What
 * is beyond is cut off.
 *
 * @param least at most 0, so that 0 has a byte of its own
 * @param most at least 0
 */
public record Int8Range(float least, float most) {
  private static final int STEPS = 255;

  /** Takes 0 in. */
  public Int8Range {
    if (!(Float.isFinite(least) && Float.isFinite(most) && least <= most)) {
      throw new IllegalArgumentException(
          "range: expected finite numbers in order, got %s and %s".formatted(least, most));
    }
    least = Math.min(0, least);
    most = Math.max(0, most);
  }

  /** What one step of a byte is worth, > 0. */
  public float scale() {
    return Math.max((most - least) / STEPS, Float.MIN_NORMAL);
  }

  /** The byte of 0, in [0,255]. */
  public int zeroPoint() {
    return Math.min(STEPS, Math.round(-least / scale()));
  }

  /** A part of it on both sides of 0. */
  Int8Range part(double share) {
    return new Int8Range((float) (share * least), (float) (share * most));
  }

  /** What both hold. */
  Int8Range and(Int8Range other) {
    return new Int8Range(Math.min(least, other.least), Math.max(most, other.most));
  }
}
