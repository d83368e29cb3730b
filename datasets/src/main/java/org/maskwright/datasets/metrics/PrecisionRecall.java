package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Precision and recall of one class at every score threshold, detections matched at IoU 0.5.
 *
 * <p><b>Maths</b> with r right and w wrong detections of at least the threshold's score, and n true
 * objects: precision r / (r + w), recall r / n, F1 = 2r / (r + w + n).
 *
 * @param truths n; crowd regions are not counted
 * @param points one for each score that occurs, by falling score
 */
public record PrecisionRecall(long truths, List<Point> points) {
  /** Keeps a copy. */
  public PrecisionRecall {
    points = List.copyOf(points);
  }

  /**
   * What counts at one threshold.
   *
   * @param threshold a score: detections of this score and above count
   * @param right of these, how many match a true object
   * @param wrong and how many match none
   */
  public record Point(double threshold, long right, long wrong) {
    /** The share of the detections that are right. */
    public double precision() {
      return (double) right / (right + wrong);
    }
  }

  /** The share of the true objects that are found at a point; NaN without any. */
  public double recall(Point point) {
    return truths == 0 ? Double.NaN : (double) point.right() / truths;
  }

  /** The harmonic mean of precision and recall at a point. */
  public double f1(Point point) {
    return 2.0 * point.right() / (point.right() + point.wrong() + truths);
  }

  /** The point of the highest F1, of equals that of the highest threshold; empty if F1 is 0. */
  public Optional<Point> best() {
    Point best = null;
    for (Point p : points) {
      if (p.right() > 0 && (best == null || isBetter(p, best))) {
        best = p;
      }
    }
    return Optional.ofNullable(best);
  }

  /** Exactly: no rounding makes equals unequal. */
  private boolean isBetter(Point p, Point than) {
    long all = p.right() + p.wrong() + truths;
    long allThan = than.right() + than.wrong() + truths;
    return Math.multiplyExact(p.right(), allThan) > Math.multiplyExact(than.right(), all);
  }

  /**
   * The points that a picture of the curve needs: those at which recall has risen by a step since
   * the one before, the best and the last.
   *
   * @param steps from recall 0 to 1, at least 1
   */
  public List<Point> outline(int steps) {
    List<Point> out = new ArrayList<>();
    Optional<Point> best = best();
    long next = 1;
    for (int i = 0; i < points.size(); i++) {
      Point p = points.get(i);
      boolean risen = p.right() >= next;
      if (risen) {
        next = p.right() + Math.max(1, truths / steps);
      }
      if (risen || i == points.size() - 1 || best.equals(Optional.of(p))) {
        out.add(p);
      }
    }
    return out;
  }
}
