package org.maskwright.datasets.weak;

import java.util.List;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/** The rectangle of the box as a mask. */
record BoxMaskForm() implements WeakForm {
  @Override
  public SegmentMask of(Rle mask, RandomGenerator random) {
    Box box = mask.box();
    double right = box.x() + box.width();
    double bottom = box.y() + box.height();
    return new SegmentMask.Polygons(
        List.of(new double[] {box.x(), box.y(), right, box.y(), right, bottom, box.x(), bottom}));
  }
}
