package org.maskwright.trainer.result;

import java.util.Comparator;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.trainer.result.TiledObjects.Part;

/**
 * An object of a picture, of one or more parts.
 *
 * @param best the part with the largest score
 * @param whole whether one of its tiles shows it whole
 * @param mask at the size of the picture, not empty
 * @param area of the mask, in pixels
 * @param box around the mask
 */
record JoinedObject(Part best, boolean whole, Rle mask, long area, Window box) {
  /** What an object that every tile cuts is worth beside one that a tile shows whole. */
  private static final double CUT = 0.5;

  /** The surest first. */
  static final Comparator<JoinedObject> BY_SCORE =
      Comparator.comparing(JoinedObject::best, Part.ORDER);

  /** The largest first. */
  static final Comparator<JoinedObject> BY_AREA =
      Comparator.comparingLong(JoinedObject::area).reversed().thenComparing(BY_SCORE);

  /** The one to be relied on first: a cut object's score counts half. */
  static final Comparator<JoinedObject> BY_TRUST =
      Comparator.comparingDouble((JoinedObject o) -> o.score() * (o.whole() ? 1 : CUT))
          .reversed()
          .thenComparing(BY_SCORE);

  static JoinedObject of(Part best, boolean whole, Rle mask) {
    Box box = mask.box();
    Window around = new Window((int) box.x(), (int) box.y(), (int) box.width(), (int) box.height());
    return new JoinedObject(best, whole, mask, mask.area(), around);
  }

  double score() {
    return best.score();
  }

  /** The pixels that it has in common with another one of its class; 0 of another class. */
  private long common(JoinedObject other) {
    return best.classIndex() == other.best.classIndex() && box.meets(other.box)
        ? mask.intersectionArea(other.mask)
        : 0;
  }

  /** Whether the two are more than half the same. */
  boolean repeats(JoinedObject other) {
    long common = common(other);
    return 2 * common > area + other.area - common;
  }

  /** Whether it is a piece, cut by every tile, of which at least half lies in another object. */
  boolean isPieceOf(JoinedObject other) {
    return !whole && other.score() >= CUT * score() && 2 * common(other) >= area;
  }
}
