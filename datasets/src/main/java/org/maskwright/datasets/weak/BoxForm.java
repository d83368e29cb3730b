package org.maskwright.datasets.weak;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Rle;

/** A box, as a detection data set has it. */
record BoxForm() implements WeakForm {
  @Override
  public SegmentMask of(Rle mask, RandomGenerator random) {
    return new SegmentMask.Weak(WeakLabel.of(mask.box()));
  }
}
