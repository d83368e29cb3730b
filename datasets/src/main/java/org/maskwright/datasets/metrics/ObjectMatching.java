package org.maskwright.datasets.metrics;

import java.util.Arrays;
import org.maskwright.datasets.metrics.InstanceErrors.Detected;
import org.maskwright.datasets.metrics.InstanceErrors.TrueObject;

/**
 * Which detection of an image is which true object at given score thresholds, and what the others
 * are: see {@link InstanceErrors}. A detection that lies by half in a crowd of its class and
 * matches no object does not count.
 */
final class ObjectMatching {
  static final int NONE = -1;

  private static final double MATCH = 0.5;
  private static final double OUTLINE = 0.3;
  private static final int LEAST_PIECE = 10; // a tenth of the object

  /** Whether a detection counts. */
  final boolean[] counts;

  /** The object that a detection matches, or {@link #NONE}. */
  final int[] truthOf;

  /** The detection that matches an object, or {@link #NONE}. */
  final int[] detectionOf;

  /** What became of each object; null for crowds. */
  final TrueObject[] truths;

  /** What each detection is; null for those that do not count. */
  final Detected[] detections;

  private final ImageOverlaps image;
  private final int[] held; // objects of which a detection holds half

  /**
   * @param thresholds by class
   */
  ObjectMatching(ImageOverlaps image, double[] thresholds) {
    this.image = image;
    counts = new boolean[image.detections()];
    truthOf = new int[image.detections()];
    detectionOf = new int[image.truths()];
    truths = new TrueObject[image.truths()];
    detections = new Detected[image.detections()];
    held = new int[image.detections()];
    Arrays.fill(truthOf, NONE);
    Arrays.fill(detectionOf, NONE);
    for (int d = 0; d < counts.length; d++) {
      counts[d] = image.score[d] >= thresholds[image.detectedClass[d]];
      if (counts[d]) {
        match(d);
      }
    }
    judgeMatched();
    judgePieces();
    judgeOutlines();
    judgeRest();
  }

  /** Gives a detection the free object of the highest IoU; of equals one of its class. */
  private void match(int d) {
    int best = NONE;
    double bestIou = MATCH;
    boolean onCrowd = false;
    for (int p = image.firstPair[d]; p < image.firstPair[d + 1]; p++) {
      int g = image.truth[p];
      if (image.crowd[g]) {
        onCrowd |= image.isSameClass(d, g) && image.liesIn(d, p);
        continue;
      }
      held[d] += image.holds(p) ? 1 : 0;
      double iou = image.iou(d, p);
      boolean closer = iou > bestIou || iou == bestIou && best == NONE;
      boolean fitter = iou == bestIou && best != NONE && !image.isSameClass(d, best);
      if (detectionOf[g] == NONE && (closer || fitter && image.isSameClass(d, g))) {
        best = g;
        bestIou = iou;
      }
    }
    if (best != NONE) {
      truthOf[d] = best;
      detectionOf[best] = d;
    } else if (onCrowd) {
      counts[d] = false;
    }
  }

  private void judgeMatched() {
    for (int d = 0; d < counts.length; d++) {
      int g = truthOf[d];
      if (g != NONE) {
        boolean right = image.isSameClass(d, g);
        detections[d] = right ? Detected.RIGHT : Detected.WRONG_CLASS;
        truths[g] = right ? TrueObject.FOUND : TrueObject.WRONG_CLASS;
      }
    }
  }

  /** Merged objects, then split ones. */
  private void judgePieces() {
    int[] pieces = new int[truths.length];
    long[] covered = new long[truths.length];
    for (int d = 0; d < counts.length; d++) {
      for (int p = image.firstPair[d]; counts[d] && p < image.firstPair[d + 1]; p++) {
        int g = image.truth[p];
        if (image.crowd[g] || detectionOf[g] != NONE) {
          continue;
        }
        if (held[d] > 1 && image.holds(p)) {
          truths[g] = TrueObject.MERGED;
        }
        boolean large = LEAST_PIECE * image.shared(p) >= image.truthPixels[g];
        if (truthOf[d] == NONE && large && image.liesIn(d, p)) {
          pieces[g]++;
          covered[g] += image.shared(p);
        }
      }
    }
    for (int g = 0; g < truths.length; g++) {
      if (truths[g] == null && pieces[g] > 1 && 2 * covered[g] >= image.truthPixels[g]) {
        truths[g] = TrueObject.SPLIT;
      }
    }
  }

  /** One to one, the highest score first. */
  private void judgeOutlines() {
    for (int d = 0; d < counts.length; d++) {
      if (!counts[d] || truthOf[d] != NONE || held[d] > 1) {
        continue;
      }
      int best = NONE;
      double bestIou = OUTLINE;
      boolean duplicate = false;
      for (int p = image.firstPair[d]; p < image.firstPair[d + 1]; p++) {
        int g = image.truth[p];
        double iou = image.iou(d, p);
        duplicate |= iou >= MATCH && !image.crowd[g];
        boolean free = truths[g] == null && !image.crowd[g] && image.isSameClass(d, g);
        if (free && (iou > bestIou || iou == bestIou && best == NONE)) {
          best = g;
          bestIou = iou;
        }
      }
      if (best != NONE && !duplicate) {
        truths[best] = TrueObject.OUTLINE;
        detections[d] = Detected.OUTLINE;
      }
    }
  }

  private void judgeRest() {
    for (int g = 0; g < truths.length; g++) {
      if (truths[g] == null && !image.crowd[g]) {
        truths[g] = TrueObject.MISSED;
      }
    }
    for (int d = 0; d < counts.length; d++) {
      if (counts[d] && detections[d] == null) {
        detections[d] = leftOver(d);
      }
    }
  }

  private Detected leftOver(int d) {
    boolean duplicate = false;
    boolean part = false;
    for (int p = image.firstPair[d]; p < image.firstPair[d + 1]; p++) {
      boolean object = !image.crowd[image.truth[p]];
      duplicate |= object && image.iou(d, p) >= MATCH;
      part |= object && image.liesIn(d, p);
    }
    if (duplicate) {
      return Detected.DUPLICATE;
    }
    if (held[d] > 1) {
      return Detected.MERGE;
    }
    return part ? Detected.PART : Detected.INVENTED;
  }
}
