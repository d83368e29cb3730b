package org.maskwright.datasets.weak;

import java.util.random.RandomGenerator;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.mask.Rle;

/**
 * What somebody would have given of an object in place of its mask.
 *
 * <p><b>Threads</b> Several at once; without state.
 */
@FunctionalInterface
public interface WeakForm {
  /**
   * What is known of an object.
   *
   * @param mask the object's, at least one pixel
   * @param random the object's own stream
   */
  SegmentMask of(Rle mask, RandomGenerator random);

  /** The object's box alone. */
  static WeakForm boxes() {
    return new BoxForm();
  }

  /** The object's box taken for its mask: what a box is worth without a loss of its own. */
  static WeakForm boxMasks() {
    return new BoxMaskForm();
  }

  /**
   * The object's box and so many points, uniform in the box, each labelled by the mask.
   *
   * @param count at least 1
   * @throws IllegalArgumentException if count is smaller
   */
  static WeakForm points(int count) {
    return new PointForm(count);
  }
}
