package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;
import org.maskwright.datasets.Size;

/**
 * Crops what is larger than a fixed size and pads what is smaller, at the right and the bottom.
 *
 * <p><b>Maths</b> offset = round(max(0, in - out) u), with one u ~ U(0, 1) for both axes, halves to
 * even.
 *
 * <p><b>Source</b> detectron2's FixedSizeCrop.
 *
 * @param height output height
 * @param width output width
 */
public record FixedSizeCrop(int height, int width) implements Transform {
  public FixedSizeCrop {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException("crop: expected > 0, got " + width + " x " + height);
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    double u = random.nextDouble();
    Size size = view.content();
    int x = (int) Math.rint(Math.max(0, size.width() - width) * u);
    int y = (int) Math.rint(Math.max(0, size.height() - height) * u);
    return view.cropped(x, y, Math.min(width, size.width()), Math.min(height, size.height()))
        .padded(width, height);
  }
}
