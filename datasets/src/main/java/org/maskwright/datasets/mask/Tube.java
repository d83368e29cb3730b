package org.maskwright.datasets.mask;

import java.util.List;

/**
 * The masks of one object in the frames of a video: a mask for each frame that shows it, nothing
 * for the others.
 *
 * <p><b>Threads</b> Immutable.
 */
public final class Tube {
  private final Rle[] masks; // null where the object is absent

  private Tube(Rle[] masks) {
    this.masks = masks;
  }

  /**
   * A tube of masks of one size.
   *
   * @param masks one entry a frame, null where the object is absent
   * @throws IllegalArgumentException if two masks differ in size
   */
  public static Tube of(List<Rle> masks) {
    Rle first = null;
    for (int t = 0; t < masks.size(); t++) {
      Rle mask = masks.get(t);
      if (mask == null) {
        continue;
      }
      if (first != null && (mask.height() != first.height() || mask.width() != first.width())) {
        throw new IllegalArgumentException(
            "frame %d: a mask of %d x %d pixels, expected %d x %d as in the frames before"
                .formatted(t, mask.width(), mask.height(), first.width(), first.height()));
      }
      first = mask;
    }
    return new Tube(masks.toArray(Rle[]::new));
  }

  /** The mean area of the masks that have a pixel; 0 if none has. */
  public double meanArea() {
    long sum = 0;
    int shown = 0;
    for (Rle mask : masks) {
      long area = mask == null ? 0 : mask.area();
      sum += area;
      shown += area > 0 ? 1 : 0;
    }
    return shown == 0 ? 0 : (double) sum / shown;
  }

  /**
   * Intersection over union in space and time: pixels of all frames that both have, over pixels
   * that either has; 0 where neither has any.
   *
   * @throws IllegalArgumentException if the numbers of frames or the masks' sizes differ
   */
  public double iou(Tube other) {
    if (other.masks.length != masks.length) {
      throw new IllegalArgumentException(
          "tubes of %d and %d frames, expected as many"
              .formatted(masks.length, other.masks.length));
    }
    long both = 0;
    long either = 0;
    for (int t = 0; t < masks.length; t++) {
      Rle a = masks[t];
      Rle b = other.masks[t];
      long shared = a == null || b == null ? 0 : a.intersectionArea(b);
      both += shared;
      either += (a == null ? 0 : a.area()) + (b == null ? 0 : b.area()) - shared;
    }
    return either == 0 ? 0 : (double) both / either;
  }
}
