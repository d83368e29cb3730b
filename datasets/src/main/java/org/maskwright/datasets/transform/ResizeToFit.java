package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;

/**
 * Resizes, proportions kept, to the largest size that fits into a frame: for networks whose input
 * has one size. Smaller pictures grow.
 *
 * @param height rows of the frame
 * @param width columns of the frame
 */
public record ResizeToFit(int height, int width) implements Transform {
  /** Checks the ranges. */
  public ResizeToFit {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "resize to fit: expected a frame > 0, got %d x %d".formatted(height, width));
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    Size size = sizeFor(view.content(), height, width);
    return view.resized(size.width(), size.height());
  }

  /** The size after the resize of {@code from} into a frame. */
  public static Size sizeFor(Size from, int height, int width) {
    double scale = Math.min((double) height / from.height(), (double) width / from.width());
    return new Size(
        (int) Math.max(1, Math.min(width, Math.rint(scale * from.width()))),
        (int) Math.max(1, Math.min(height, Math.rint(scale * from.height()))));
  }
}
