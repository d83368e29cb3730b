package org.maskwright.trainer.video;

import org.maskwright.datasets.mask.Rle;

/**
 * An object of a video while it may be seen again: its shape where it was last whole, its pace, its
 * class and its look.
 */
final class Track {
  private static final double OVERLAP = 0.6; // weights of likeness, which add up to 1
  private static final double LOOK = 0.25;
  private static final double NEAR = 0.15;

  /** What a part of the expected mask is worth beside one of the whole. */
  private static final double PART = 0.75;

  /** What a sighting of another class is worth. */
  private static final double OTHER_CLASS = 0.6;

  /** What a sighting is worth that the model takes for another object. */
  private static final double OTHER_OBJECT = 0.6;

  /** What a frame without a sighting leaves. */
  private static final double FADING = 0.985;

  /** A sighting with less of the usual area is partly hidden. */
  private static final double WHOLE = 0.8;

  /** After so many frames what is seen is the object's new size. */
  private static final int MOST_HIDDEN = 8;

  private static final double NEW_PACE = 0.5;
  private static final double NEW_LOOK = 0.2;
  private static final double MOST_SIZE_RATIO = 3;

  private final int number;
  private int classIndex;
  private double classWeight;
  private Look look;
  private Rle shape;
  private double x; // of the shape's centre
  private double y;
  private double area;
  private int shapeFrame; // where it was whole
  private double paceX; // pixels a frame
  private double paceY;
  private int whole; // sightings
  private int hidden; // frames in a row
  private int lastSeen;
  private int object; // by the model's numbers; 0 where it follows none

  Track(int number, Sighting first, int frame) {
    this.number = number;
    classIndex = first.classIndex();
    classWeight = first.score();
    look = first.look();
    lastSeen = frame;
    object = first.object();
    take(first.mask(), frame);
    area = first.mask().area();
    whole = 1;
  }

  int number() {
    return number;
  }

  int lastSeen() {
    return lastSeen;
  }

  private void take(Rle mask, int frame) {
    double[] centre = centre(mask);
    shape = mask;
    x = centre[0];
    y = centre[1];
    shapeFrame = frame;
  }

  /** The mean place of a mask's pixels. */
  private static double[] centre(Rle mask) {
    double[] sum = new double[2];
    mask.forEachRun(
        (column, y0, y1) -> {
          int pixels = y1 - y0;
          sum[0] += (double) column * pixels;
          sum[1] += (y0 + y1 - 1) / 2.0 * pixels;
        });
    double all = mask.area();
    return new double[] {sum[0] / all, sum[1] / all};
  }

  /** Takes a sighting of this object. */
  void see(Sighting sighting, int frame) {
    lastSeen = frame;
    object = sighting.object();
    look = look.towards(sighting.look(), NEW_LOOK);
    classWeight += sighting.classIndex() == classIndex ? sighting.score() : -sighting.score();
    if (classWeight < 0) {
      classIndex = sighting.classIndex();
      classWeight = -classWeight;
    }
    double seen = sighting.mask().area();
    boolean part = seen < WHOLE * area;
    hidden = part ? hidden + 1 : 0;
    if (part && hidden < MOST_HIDDEN) {
      return;
    }
    double beforeX = x;
    double beforeY = y;
    int frames = frame - shapeFrame;
    take(sighting.mask(), frame);
    if (hidden == 0) {
      double share = whole == 1 ? 1 : NEW_PACE;
      paceX += share * ((x - beforeX) / frames - paceX);
      paceY += share * ((y - beforeY) / frames - paceY);
      whole++;
    }
    area = hidden == 0 ? (area + seen) / 2 : seen;
    hidden = 0;
  }

  /** Where the object is to be in a frame. */
  Expected expectedAt(int frame) {
    double dx = paceX * (frame - shapeFrame);
    double dy = paceY * (frame - shapeFrame);
    return new Expected(
        shifted(shape, (int) Math.rint(dx), (int) Math.rint(dy)), x + dx, y + dy, frame);
  }

  /** A mask moved by whole pixels, without what leaves the frame; null if nothing is left. */
  private static Rle shifted(Rle mask, int dx, int dy) {
    int width = mask.width() - Math.abs(dx);
    int height = mask.height() - Math.abs(dy);
    if (width < 1 || height < 1) {
      return null;
    }
    Rle stays = mask.cut(Math.max(0, -dx), Math.max(0, -dy), height, width);
    return stays.placed(Math.max(0, dx), Math.max(0, dy), mask.height(), mask.width());
  }

  /** The object's expected place. */
  final class Expected {
    private final Rle mask;
    private final double centreX;
    private final double centreY;
    private final double fading;
    private final double reach;

    private Expected(Rle mask, double centreX, double centreY, int frame) {
      this.mask = mask;
      this.centreX = centreX;
      this.centreY = centreY;
      int gap = frame - lastSeen - 1;
      fading = Math.pow(FADING, gap);
      reach = Math.sqrt(area) * (1 + gap / 4.0);
    }

    /**
     * How much a sighting is like this object, in [0,1]: wholly where the model says that it is,
     * and less where it says that it is another.
     */
    double likeness(Sighting sighting) {
      if (sighting.object() == 0 || object == 0) {
        return appearance(sighting);
      }
      return sighting.object() == object ? 1 : OTHER_OBJECT * appearance(sighting);
    }

    private double appearance(Sighting sighting) {
      long seen = sighting.mask().area();
      double ofMask = mask == null ? 0 : overlap(sighting.mask(), seen);
      double[] centre = centre(sighting.mask());
      double distance = Math.hypot(centre[0] - centreX, centre[1] - centreY) / reach;
      double near = Math.exp(-distance * distance);
      double ratio = Math.max(seen / area, area / seen);
      if (ofMask == 0 && (near < NEAR || ratio > MOST_SIZE_RATIO)) {
        return 0;
      }
      double sum = OVERLAP * ofMask + LOOK * look.similarity(sighting.look()) + NEAR * near;
      return sum * fading * (sighting.classIndex() == classIndex ? 1 : OTHER_CLASS);
    }

    private double overlap(Rle other, long seen) {
      long shared = mask.intersectionArea(other);
      long own = mask.area();
      if (shared == 0) {
        return 0;
      }
      double iou = (double) shared / (own + seen - shared);
      double part = seen < own ? PART * shared / seen : 0;
      return Math.max(iou, part * Math.sqrt((double) seen / own));
    }
  }
}
