package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;

/**
 * Resizes to one size, whatever the proportions: for networks that see all pictures so. Differs
 * from {@link ResizeToFit}, which keeps the proportions.
 *
 * @param height rows
 * @param width columns
 */
public record ResizeTo(int height, int width) implements Transform {
  /** Checks the ranges. */
  public ResizeTo {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "resize: expected a size > 0, got %d x %d".formatted(height, width));
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    return view.resized(width, height);
  }
}
