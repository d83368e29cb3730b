package org.maskwright.datasets.labelling;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.maskwright.datasets.PointLabels;

/** Lines and clicks as labelled places, one a pixel. */
final class Strokes {
  /** Pixels from one place on a line to the next: neighbours say the same. */
  private static final double STEP_PX = 4;

  private Strokes() {}

  /** Places that were clicked: x0, y0, x1, y1, ... */
  static PointLabels points(double[] xy, boolean inside) {
    boolean[] labels = new boolean[xy.length / 2];
    Arrays.fill(labels, inside);
    return distinct(PointLabels.of(xy, labels));
  }

  /** Places along a line through points: its ends, and evenly between them. */
  static PointLabels along(double[] line, boolean inside) {
    if (line.length < 2) {
      throw new IllegalArgumentException("line: expected at least one point, got none");
    }
    double length = 0;
    for (int i = 2; i < line.length; i += 2) {
      length += Math.hypot(line[i] - line[i - 2], line[i + 1] - line[i - 1]);
    }
    int count = 1 + (int) Math.ceil(length / STEP_PX);
    double[] xy = new double[2 * count];
    int segment = 2;
    double before = 0; // length up to the segment
    for (int p = 0; p < count; p++) {
      double at = count == 1 ? 0 : length * p / (count - 1);
      while (segment + 2 < line.length && at > before + length(line, segment)) {
        before += length(line, segment);
        segment += 2;
      }
      double own = line.length < 4 ? 0 : length(line, segment);
      double share = own == 0 ? 0 : Math.min(1, (at - before) / own);
      int from = line.length < 4 ? 0 : segment - 2;
      int to = line.length < 4 ? 0 : segment;
      xy[2 * p] = line[from] + share * (line[to] - line[from]);
      xy[2 * p + 1] = line[from + 1] + share * (line[to + 1] - line[from + 1]);
    }
    return points(xy, inside);
  }

  private static double length(double[] line, int end) {
    return Math.hypot(line[end] - line[end - 2], line[end + 1] - line[end - 1]);
  }

  /** Without places whose pixel came before with the same label. */
  private static PointLabels distinct(PointLabels all) {
    Set<Long> seen = new HashSet<>();
    return all.where(p -> seen.add(all.pixel(p)));
  }

  /**
   * What others were found at, as places outside of one: where it has no place of its own, and all
   * together counting as much as its own.
   */
  static PointLabels beside(PointLabels own, PointLabels others) {
    Set<Long> taken = new HashSet<>();
    double sum = 0;
    for (int p = 0; p < own.count(); p++) {
      taken.add(own.pixel(p));
      sum += own.weight(p);
    }
    PointLabels found = others.where(p -> others.inside(p) && taken.add(others.pixel(p)));
    float[] weights = new float[found.count()];
    Arrays.fill(weights, (float) Math.min(1, sum / Math.max(1, found.count())));
    return PointLabels.of(found.coordinates(), new boolean[found.count()], weights);
  }
}
