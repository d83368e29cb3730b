package org.maskwright.trainer.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Lines over an axis.
 *
 * @param title above it
 * @param xLabel what runs to the right
 * @param lines drawn in their order
 * @param range of both axes
 */
public record Plot(String title, String xLabel, List<Line> lines, Range range) {
  /** More points of a line are drawn as the means of neighbours. */
  static final int MOST_POINTS = 300;

  /** Keeps a copy. */
  public Plot {
    lines = List.copyOf(lines);
  }

  /** What the axes span. */
  public enum Range {
    /** What the lines take. */
    OF_LINES,
    /** 0 to 1. */
    UNIT
  }

  /** A point; a line is broken where y is not finite. */
  public record Point(double x, double y) {}

  /** A line by rising x, or in the order of a curve. */
  public record Line(String name, List<Point> points) {
    /** Keeps a copy. */
    public Line {
      points = List.copyOf(points);
    }

    /** Whether there is something to draw. */
    public boolean isDrawn() {
      return points.stream().anyMatch(p -> Double.isFinite(p.y()));
    }

    /** How many neighbours each drawn point is the mean of. */
    int stride() {
      return (points.size() + MOST_POINTS - 1) / MOST_POINTS;
    }

    /** What is drawn: all points, or means of as many neighbours as it takes. */
    List<Point> drawn() {
      int stride = stride();
      if (stride <= 1) {
        return points;
      }
      List<Point> out = new ArrayList<>();
      for (int i = 0; i < points.size(); i += stride) {
        List<Point> some =
            points.subList(i, Math.min(points.size(), i + stride)).stream()
                .filter(p -> Double.isFinite(p.y()))
                .toList();
        double y = some.stream().mapToDouble(Point::y).average().orElse(Double.NaN);
        double x = points.get(Math.min(points.size() - 1, i + stride / 2)).x();
        out.add(new Point(x, y));
      }
      return out;
    }
  }
}
