package org.maskwright.datasets.transform;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.Sample;

/**
 * A step of an augmentation: decides what is shown, touches no pixel.
 *
 * <p><b>Thread safety</b> Implementations are immutable; all randomness comes from {@code random}.
 */
@FunctionalInterface
public interface Transform {
  /**
   * The next view.
   *
   * @param view what the steps before decided
   * @param sample the sample, for steps that look at the annotation
   * @param random the sample's own stream
   */
  View apply(View view, Sample sample, RandomGenerator random);
}
