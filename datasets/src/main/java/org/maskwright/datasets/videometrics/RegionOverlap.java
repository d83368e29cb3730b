package org.maskwright.datasets.videometrics;

import org.maskwright.datasets.mask.LabelMap;

/**
 * DAVIS' two measures of one object in one frame: J, the IoU of the regions, and F, the F1 of their
 * outlines.
 *
 * <p><b>Maths</b> a pixel belongs to the outline where it differs from its neighbour on the right,
 * below or right below. One of an outline is right if the other outline has a pixel within a disk
 * of radius ceil(0.008 * diagonal). Both empty is 1, one empty is 0.
 *
 * <p><b>Source</b> A Benchmark Dataset and Evaluation Methodology for Video Object Segmentation
 * (Perazzi and others, CVPR 2016), davis2017-evaluation's metrics.
 *
 * <p><b>Threads</b> one at a time: buffers serve one frame after the other.
 */
final class RegionOverlap {
  private static final double TOLERANCE = 0.008; // of the diagonal

  private final int height;
  private final int width;
  private final int radius;
  private final boolean[] truth;
  private final boolean[] found;
  private final boolean[] truthOutline;
  private final boolean[] foundOutline;
  private final int[] distance;

  RegionOverlap(int height, int width) {
    this.height = height;
    this.width = width;
    radius =
        (int) Math.ceil(TOLERANCE * Math.sqrt((double) height * height + (double) width * width));
    int pixels = height * width;
    truth = new boolean[pixels];
    found = new boolean[pixels];
    truthOutline = new boolean[pixels];
    foundOutline = new boolean[pixels];
    distance = new int[pixels];
  }

  /** J and F. */
  record Measure(double region, double boundary) {}

  /**
   * Compares a true and a predicted object.
   *
   * @param voidLabel the true label whose pixels count neither way; -1 for none
   */
  Measure of(LabelMap truths, int object, LabelMap predictions, int track, int voidLabel) {
    int[] wanted = truths.labels();
    int[] given = predictions.labels();
    long both = 0;
    long either = 0;
    for (int i = 0; i < wanted.length; i++) {
      boolean counts = wanted[i] != voidLabel;
      truth[i] = counts && wanted[i] == object;
      found[i] = counts && given[i] == track;
      both += truth[i] && found[i] ? 1 : 0;
      either += truth[i] || found[i] ? 1 : 0;
    }
    double region = either == 0 ? 1 : (double) both / either;
    return new Measure(region, boundary());
  }

  private double boundary() {
    long ofTruth = outline(truth, truthOutline);
    long ofFound = outline(found, foundOutline);
    if (ofTruth == 0 || ofFound == 0) {
      return ofTruth == ofFound ? 1 : 0;
    }
    double precision = (double) near(foundOutline, truthOutline) / ofFound;
    double recall = (double) near(truthOutline, foundOutline) / ofTruth;
    return precision + recall == 0 ? 0 : 2 * precision * recall / (precision + recall);
  }

  /** Fills the outline of a region; the number of its pixels. */
  private long outline(boolean[] region, boolean[] outline) {
    long count = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int i = y * width + x;
        boolean right = x + 1 < width && region[i] != region[i + 1];
        boolean below = y + 1 < height && region[i] != region[i + width];
        boolean both = x + 1 < width && y + 1 < height && region[i] != region[i + width + 1];
        outline[i] = right || below || both;
        count += outline[i] ? 1 : 0;
      }
    }
    return count;
  }

  /** How many pixels of an outline have one of the other within the disk. */
  private long near(boolean[] of, boolean[] other) {
    distances(other);
    long count = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        count += of[y * width + x] && isNear(x, y) ? 1 : 0;
      }
    }
    return count;
  }

  private boolean isNear(int x, int y) {
    for (int at = Math.max(0, x - radius); at <= Math.min(width - 1, x + radius); at++) {
      long d = distance[y * width + at];
      if (d <= radius && d * d + (long) (at - x) * (at - x) <= (long) radius * radius) {
        return true;
      }
    }
    return false;
  }

  /** Of each pixel to the nearest of an outline in its column; radius + 1 beyond the radius. */
  private void distances(boolean[] outline) {
    int far = radius + 1;
    for (int x = 0; x < width; x++) {
      int d = far;
      for (int i = x; i < outline.length; i += width) {
        d = outline[i] ? 0 : Math.min(far, d + 1);
        distance[i] = d;
      }
      d = far;
      for (int i = outline.length - width + x; i >= 0; i -= width) {
        d = outline[i] ? 0 : Math.min(far, d + 1);
        distance[i] = Math.min(distance[i], d);
      }
    }
  }
}
