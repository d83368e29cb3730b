package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;

/**
 * Pads at the right and the bottom: to at least a size, and to a multiple of a number.
 *
 * @param height the smallest height
 * @param width the smallest width
 * @param multiple each side becomes a multiple of this, 1 for any
 */
public record Pad(int height, int width, int multiple) implements Transform {
  public Pad {
    if (height < 1 || width < 1 || multiple < 1) {
      throw new IllegalArgumentException(
          "pad: expected numbers > 0, got %d x %d, multiple %d".formatted(width, height, multiple));
    }
  }

  /** Pads to {@code height} x {@code width}. */
  public static Pad to(int height, int width) {
    return new Pad(height, width, 1);
  }

  /** Pads each side to a multiple of {@code multiple}. */
  public static Pad toMultipleOf(int multiple) {
    return new Pad(1, 1, multiple);
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    Size size = view.padded();
    return view.padded(
        roundUp(Math.max(width, size.width())), roundUp(Math.max(height, size.height())));
  }

  private int roundUp(int length) {
    return Math.multiplyExact((length + multiple - 1) / multiple, multiple);
  }
}
