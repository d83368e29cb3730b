package org.maskwright.datasets.weak;

import java.util.Optional;
import java.util.random.RandomGenerator;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/**
 * A box and points.
 *
 * <p><b>Source</b> PointSup (arXiv 2104.06404), section 3: places uniform in the box, whole pixels,
 * an annotator says of each whether the object is there. A pixel may come twice.
 *
 * @param count points of each object
 */
record PointForm(int count) implements WeakForm {
  private static final double PIXEL_CENTRE = 0.5;

  PointForm {
    if (count < 1) {
      throw new IllegalArgumentException("points: expected at least 1 an object, got " + count);
    }
  }

  @Override
  public SegmentMask of(Rle mask, RandomGenerator random) {
    Box box = mask.box();
    double[] xy = new double[2 * count];
    boolean[] inside = new boolean[count];
    byte[] bitmap = mask.toBitmap();
    for (int p = 0; p < count; p++) {
      int x = (int) (box.x() + random.nextDouble() * box.width());
      int y = (int) (box.y() + random.nextDouble() * box.height());
      xy[2 * p] = x + PIXEL_CENTRE;
      xy[2 * p + 1] = y + PIXEL_CENTRE;
      inside[p] = bitmap[y * mask.width() + x] != 0;
    }
    return new SegmentMask.Weak(new WeakLabel(Optional.of(box), PointLabels.of(xy, inside)));
  }
}
