package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;

/**
 * Photometric distortion as SSD trains with: brightness, contrast, saturation and hue, each with
 * probability 0.5, contrast before or after the other two with probability 0.5.
 *
 * <p><b>Source</b> SSD (arXiv 1512.02325); the ranges and the 8-bit steps are those of detectron2's
 * ColorAugSSDTransform.
 */
public record ColorJitter() implements Transform {
  private static final double BRIGHTNESS = 32;
  private static final double LOW = 0.5;
  private static final double HIGH = 1.5;
  private static final int HUE = 18;

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    double brightness = random.nextBoolean() ? uniform(-BRIGHTNESS, BRIGHTNESS, random) : 0;
    ColorChange.Order order =
        random.nextBoolean() ? ColorChange.Order.CONTRAST_FIRST : ColorChange.Order.CONTRAST_LAST;
    double contrast = random.nextBoolean() ? uniform(LOW, HIGH, random) : 1;
    double saturation = random.nextBoolean() ? uniform(LOW, HIGH, random) : 1;
    int hue = random.nextBoolean() ? random.nextInt(-HUE, HUE + 1) : 0;
    return view.recolored(
        new ColorChange((float) brightness, (float) contrast, (float) saturation, hue, order));
  }

  private static double uniform(double low, double high, RandomGenerator random) {
    return low + (high - low) * random.nextDouble();
  }
}
