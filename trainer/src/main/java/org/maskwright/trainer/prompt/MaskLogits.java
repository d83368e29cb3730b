package org.maskwright.trainer.prompt;

/**
 * An answer as the decoder gave it, to hand back with the next prompt: logits [h,w] at a quarter of
 * the sides of the model's padded input.
 */
public final class MaskLogits {
  private final int height;
  private final int width;
  private final float[] values;

  /**
   * Takes over values, row by row.
   *
   * @throws IllegalArgumentException if there are not height * width
   */
  public MaskLogits(int height, int width, float[] values) {
    if (values.length != (long) height * width) {
      throw new IllegalArgumentException(
          "mask logits: expected %d x %d values, got %d".formatted(height, width, values.length));
    }
    this.height = height;
    this.width = width;
    this.values = values;
  }

  /** h. */
  public int height() {
    return height;
  }

  /** w. */
  public int width() {
    return width;
  }

  /** The values themselves, row by row; not to be changed. */
  public float[] values() {
    return values;
  }
}
