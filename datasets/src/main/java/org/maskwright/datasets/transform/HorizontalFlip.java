package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;

/**
 * Exchanges left and right.
 *
 * @param probability how often, 0..1
 */
public record HorizontalFlip(double probability) implements Transform {
  public HorizontalFlip {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException("flip: expected a probability 0..1, got " + probability);
    }
  }

  @Override
  public View apply(View view, Sample sample, RandomGenerator random) {
    return random.nextDouble() < probability ? view.flipped() : view;
  }
}
