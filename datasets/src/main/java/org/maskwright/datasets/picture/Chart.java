package org.maskwright.datasets.picture;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A line chart: loss and metric curves over steps, with a grid at round numbers and a legend.
 *
 * <p>Non-finite values break a line. Lines of few points show their points.
 */
public final class Chart {
  private static final class Series {
    final String name;
    final double[] x;
    final double[] y;

    Series(String name, double[] x, double[] y) {
      this.name = name;
      this.x = x;
      this.y = y;
    }
  }

  /** The round numbers of an axis and how many digits they need. */
  private record Ticks(double first, double step, int count, int digits) {}

  private static final int WIDTH = 900;
  private static final int HEIGHT = 500;
  private static final double SIZE = 14;
  private static final double TITLE_SIZE = 18;
  private static final int SHOW_POINTS_BELOW = 30;
  private static final int WANTED_TICKS = 6;
  private static final Color INK = new Color(0x24292F);
  private static final Color PALE = new Color(0xE3E6EA);
  private static final Color AXIS = new Color(0x8C959F);

  private final String title;
  private final String xLabel;
  private final String yLabel;
  private final List<Series> series = new ArrayList<>();
  private double fixedLow = Double.NaN;
  private double fixedHigh = Double.NaN;

  /** An empty chart. */
  public Chart(String title, String xLabel, String yLabel) {
    this.title = title;
    this.xLabel = xLabel;
    this.yLabel = yLabel;
  }

  /**
   * Adds a line.
   *
   * @throws IllegalArgumentException if x and y differ in length
   */
  public Chart line(String name, double[] x, double[] y) {
    if (x.length != y.length) {
      throw new IllegalArgumentException(
          "line " + name + ": " + x.length + " x values but " + y.length + " y values");
    }
    series.add(new Series(name, x.clone(), y.clone()));
    return this;
  }

  /** Fixes the y axis instead of fitting it to the values. */
  public Chart yRange(double low, double high) {
    if (!(low < high)) {
      throw new IllegalArgumentException("y range: expected low < high, got " + low + ", " + high);
    }
    fixedLow = low;
    fixedHigh = high;
    return this;
  }

  /**
   * Draws the chart, 900 x 500 pixels.
   *
   * @throws IllegalStateException if no line has a finite point
   */
  public Picture draw() {
    double[] xRange = range(true);
    double[] yRange = range(false);
    Ticks xTicks = xTicks(xRange);
    Ticks yTicks = ticks(yRange[0], yRange[1], 0);
    double left = 34 + widest(yTicks) + SIZE;
    double top = 24 + TITLE_SIZE + SIZE * 1.9;
    var plot = new Rectangle2D.Double(left, top, WIDTH - left - 24, HEIGHT - top - 58);
    var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Picture.smooth(image);
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, WIDTH, HEIGHT);
    String shown = Lettering.fit(title, Lettering.Face.BOLD, TITLE_SIZE, WIDTH - 40);
    Lettering.draw(g, shown, Lettering.Face.BOLD, TITLE_SIZE, INK, 20, 14 + TITLE_SIZE);
    axes(g, plot, xRange, yRange, xTicks, yTicks);
    legend(g, plot);
    for (int i = 0; i < series.size(); i++) {
      curve(g, plot, xRange, yRange, series.get(i), new Color(Palette.distinct(i)));
    }
    g.dispose();
    return new Picture(image);
  }

  private void axes(
      Graphics2D g,
      Rectangle2D plot,
      double[] xRange,
      double[] yRange,
      Ticks xTicks,
      Ticks yTicks) {
    for (int i = 0; i < yTicks.count(); i++) {
      double value = yTicks.first() + i * yTicks.step();
      double y = toY(plot, yRange, value);
      rule(g, PALE, plot.getX(), y, plot.getMaxX(), y);
      String text = number(value, yTicks);
      double w = Lettering.width(text, Lettering.Face.REGULAR, SIZE);
      text(g, text, plot.getX() - 8 - w, y + SIZE * 0.36);
    }
    for (int i = 0; i < xTicks.count(); i++) {
      double value = xTicks.first() + i * xTicks.step();
      double x = toX(plot, xRange, value);
      rule(g, AXIS, x, plot.getMaxY(), x, plot.getMaxY() + 5);
      String text = number(value, xTicks);
      double w = Lettering.width(text, Lettering.Face.REGULAR, SIZE);
      text(g, text, x - w / 2, plot.getMaxY() + 8 + SIZE);
    }
    rule(g, AXIS, plot.getX(), plot.getMaxY(), plot.getMaxX(), plot.getMaxY());
    double w = Lettering.width(xLabel, Lettering.Face.REGULAR, SIZE);
    text(g, xLabel, plot.getCenterX() - w / 2, HEIGHT - 14);
    double up = Lettering.width(yLabel, Lettering.Face.REGULAR, SIZE);
    Graphics2D turned = (Graphics2D) g.create();
    turned.rotate(-Math.PI / 2);
    text(turned, yLabel, -plot.getCenterY() - up / 2, 12 + SIZE);
    turned.dispose();
  }

  private void legend(Graphics2D g, Rectangle2D plot) {
    double x = plot.getX();
    double y = plot.getY() - SIZE * 0.9;
    for (int i = 0; i < series.size(); i++) {
      g.setColor(new Color(Palette.distinct(i)));
      g.setStroke(new BasicStroke(3, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
      g.draw(new Line2D.Double(x + 2, y - SIZE * 0.35, x + 20, y - SIZE * 0.35));
      String name = series.get(i).name;
      text(g, name, x + 28, y);
      x += 28 + Lettering.width(name, Lettering.Face.REGULAR, SIZE) + 22;
    }
  }

  private static void curve(
      Graphics2D g, Rectangle2D plot, double[] xRange, double[] yRange, Series line, Color colour) {
    Graphics2D clipped = (Graphics2D) g.create();
    clipped.clip(
        new Rectangle2D.Double(
            plot.getX() - 5, plot.getY() - 5, plot.getWidth() + 10, plot.getHeight() + 10));
    clipped.setColor(colour);
    clipped.setStroke(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    var path = new Path2D.Double();
    boolean open = false;
    for (int i = 0; i < line.x.length; i++) {
      if (!Double.isFinite(line.x[i]) || !Double.isFinite(line.y[i])) {
        open = false;
        continue;
      }
      double px = toX(plot, xRange, line.x[i]);
      double py = toY(plot, yRange, line.y[i]);
      if (open) {
        path.lineTo(px, py);
      } else {
        path.moveTo(px, py);
      }
      open = true;
      if (line.x.length < SHOW_POINTS_BELOW) {
        clipped.fill(new Ellipse2D.Double(px - 3.5, py - 3.5, 7, 7));
      }
    }
    clipped.draw(path);
    clipped.dispose();
  }

  /** Lowest and highest finite value, widened a little; a range of no width is opened. */
  private double[] range(boolean ofX) {
    if (!ofX && !Double.isNaN(fixedLow)) {
      return new double[] {fixedLow, fixedHigh};
    }
    double[] all =
        series.stream()
            .flatMapToDouble(s -> Arrays.stream(ofX ? s.x : s.y))
            .filter(Double::isFinite)
            .toArray();
    if (all.length == 0) {
      throw new IllegalStateException("chart " + title + ": no line has a finite point");
    }
    double low = Arrays.stream(all).min().getAsDouble();
    double high = Arrays.stream(all).max().getAsDouble();
    double margin =
        high > low ? (ofX ? 0 : 0.04 * (high - low)) : Math.max(0.5, 0.1 * Math.abs(low));
    boolean startsAtZero = !ofX && low >= 0 && low < 0.35 * high;
    return new double[] {startsAtZero ? 0 : low - margin, high + margin};
  }

  /** What is written below the x axis. */
  List<String> xLabels() {
    Ticks ticks = xTicks(range(true));
    return IntStream.range(0, ticks.count())
        .mapToObj(i -> number(ticks.first() + i * ticks.step(), ticks))
        .toList();
  }

  /** Steps or processes are counted: between whole numbers there is nothing to mark. */
  private Ticks xTicks(double[] range) {
    boolean counts =
        series.stream().flatMapToDouble(s -> Arrays.stream(s.x)).allMatch(x -> x == Math.rint(x));
    return ticks(range[0], range[1], counts ? 1 : 0);
  }

  /** Multiples of 1, 2 or 5 times a power of ten inside a range, at least {@code least} apart. */
  private static Ticks ticks(double low, double high, double least) {
    double rough = Math.max(least, (high - low) / WANTED_TICKS);
    int exponent = (int) Math.floor(Math.log10(rough));
    double power = Math.pow(10, exponent);
    double factor = rough / power;
    double step = (factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10) * power;
    double first = Math.ceil(low / step - 1e-9) * step;
    int count = (int) Math.floor((high - first) / step + 1e-9) + 1;
    int digits = Math.max(0, -(int) Math.floor(Math.log10(step) + 1e-9));
    return new Ticks(first, step, count, digits);
  }

  private static String number(double value, Ticks ticks) {
    double shown = Math.abs(value) < 1e-9 * ticks.step() ? 0 : value;
    return ticks.digits() > 6 || Math.abs(shown) >= 1e7
        ? String.format(Locale.ROOT, "%.1e", shown)
        : String.format(Locale.ROOT, "%." + ticks.digits() + "f", shown);
  }

  private static double widest(Ticks ticks) {
    double widest = 0;
    for (int i = 0; i < ticks.count(); i++) {
      String text = number(ticks.first() + i * ticks.step(), ticks);
      widest = Math.max(widest, Lettering.width(text, Lettering.Face.REGULAR, SIZE));
    }
    return widest;
  }

  private static double toX(Rectangle2D plot, double[] range, double value) {
    return plot.getX() + plot.getWidth() * (value - range[0]) / (range[1] - range[0]);
  }

  private static double toY(Rectangle2D plot, double[] range, double value) {
    return plot.getMaxY() - plot.getHeight() * (value - range[0]) / (range[1] - range[0]);
  }

  private static void rule(Graphics2D g, Color colour, double x0, double y0, double x1, double y1) {
    g.setColor(colour);
    g.setStroke(new BasicStroke(1));
    g.draw(new Line2D.Double(x0, y0, x1, y1));
  }

  private static void text(Graphics2D g, String text, double x, double y) {
    Lettering.draw(g, text, Lettering.Face.REGULAR, SIZE, INK, x, y);
  }
}
