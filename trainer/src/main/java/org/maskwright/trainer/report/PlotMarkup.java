package org.maskwright.trainer.report;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/** A {@link Plot} as inline SVG with a legend in HTML below. */
final class PlotMarkup {
  private static final int WIDTH = 420;
  private static final int HEIGHT = 240;
  private static final int LEFT = 52;
  private static final int RIGHT = 12;
  private static final int TOP = 10;
  private static final int BOTTOM = 36;
  private static final int WANTED_TICKS = 5;
  private static final int FEW_POINTS = 30;

  /** Colours of the style sheet; lines beyond them are dashed. */
  private static final int COLOURS = 8;

  /** A span of numbers with round ones in it. */
  private record Axis(double low, double high, double tick) {
    static Axis of(DoubleStream values) {
      double[] all = values.filter(Double::isFinite).toArray();
      double low = DoubleStream.of(all).min().orElse(0);
      double high = DoubleStream.of(all).max().orElse(1);
      if (low == high) {
        double room = low == 0 ? 1 : Math.abs(low) / 2;
        return around(low - room, high + room);
      }
      return around(low, high);
    }

    private static Axis around(double low, double high) {
      double rough = (high - low) / WANTED_TICKS;
      double power = Math.pow(10, Math.floor(Math.log10(rough)));
      double in = rough / power;
      double tick = power * (in <= 1 ? 1 : in <= 2 ? 2 : in <= 5 ? 5 : 10);
      return new Axis(low, high, tick);
    }

    /** Begins and ends at ticks. */
    Axis rounded() {
      return new Axis(Math.floor(low / tick) * tick, Math.ceil(high / tick) * tick, tick);
    }

    double share(double value) {
      return (value - low) / (high - low);
    }

    String label(double value) {
      double shown = Math.abs(value) < tick / 2 ? 0 : value;
      double largest = Math.max(Math.abs(low), Math.abs(high));
      if (largest >= 1e6 || largest < 1e-3) {
        return String.format(Locale.ROOT, "%.1e", shown).replaceFirst("e([+-])0?", "e$1");
      }
      int digits = (int) Math.max(0, -Math.floor(Math.log10(tick) + 1e-9));
      return String.format(Locale.ROOT, "%." + digits + "f", shown);
    }
  }

  private final Markup out;
  private final Plot plot;
  private final Axis x;
  private final Axis y;

  private PlotMarkup(Markup out, Plot plot) {
    this.out = out;
    this.plot = plot;
    boolean unit = plot.range() == Plot.Range.UNIT;
    Axis one = Axis.of(DoubleStream.of(0, 1));
    this.x = unit ? one : Axis.of(values(Plot.Point::x));
    this.y = unit ? one : Axis.of(values(Plot.Point::y)).rounded();
  }

  private DoubleStream values(ToDoubleFunction<Plot.Point> of) {
    return plot.lines().stream().flatMap(l -> l.drawn().stream()).mapToDouble(of);
  }

  /** Writes a plot; lines without a point are left out. */
  static void write(Markup out, Plot plot) {
    List<Plot.Line> lines = plot.lines().stream().filter(Plot.Line::isDrawn).toList();
    if (!lines.isEmpty()) {
      new PlotMarkup(out, new Plot(plot.title(), plot.xLabel(), lines, plot.range())).write();
    }
  }

  private void write() {
    out.in(
        "figure",
        () -> {
          out.name("figcaption", plot.title());
          out.in(
              "svg",
              () -> {
                out.text("title", plot.title());
                grid();
                for (int i = 0; i < plot.lines().size(); i++) {
                  line(plot.lines().get(i), style(i));
                }
              },
              "xmlns",
              "http://www.w3.org/2000/svg",
              "viewBox",
              "0 0 " + WIDTH + " " + HEIGHT,
              "role",
              "img");
          legend();
        },
        "class",
        "plot");
  }

  private static String style(int line) {
    return "l" + line % COLOURS + (line / COLOURS % 2 == 1 ? " dashed" : "");
  }

  private void grid() {
    for (double v = Math.ceil(y.low() / y.tick() - 1e-9) * y.tick();
        v <= y.high() + y.tick() * 1e-6;
        v += y.tick()) {
      String at = Markup.number(py(v));
      out.empty(
          "line", "class", "grid", "x1", "" + LEFT, "x2", "" + (WIDTH - RIGHT), "y1", at, "y2", at);
      out.text("text", y.label(v), "class", "ylabel", "x", "" + (LEFT - 6), "y", at);
    }
    String bottom = "" + (HEIGHT - BOTTOM);
    out.empty(
        "line",
        "class",
        "axis",
        "x1",
        "" + LEFT,
        "x2",
        "" + (WIDTH - RIGHT),
        "y1",
        bottom,
        "y2",
        bottom);
    for (double v = Math.ceil(x.low() / x.tick() - 1e-9) * x.tick();
        v <= x.high() + x.tick() * 1e-6;
        v += x.tick()) {
      out.text(
          "text",
          x.label(v),
          "class",
          "xlabel",
          "x",
          Markup.number(px(v)),
          "y",
          "" + (HEIGHT - BOTTOM + 15));
    }
    out.text(
        "text",
        plot.xLabel(),
        "class",
        "xlabel",
        "x",
        Markup.number((LEFT + WIDTH - RIGHT) / 2.0),
        "y",
        "" + (HEIGHT - 4));
  }

  private void line(Plot.Line line, String style) {
    List<Plot.Point> points = line.drawn();
    StringBuilder path = new StringBuilder();
    boolean pen = false;
    for (Plot.Point p : points) {
      if (Double.isFinite(p.y())) {
        path.append(pen ? 'L' : 'M')
            .append(Markup.number(px(p.x())))
            .append(' ')
            .append(Markup.number(py(p.y())));
      }
      pen = Double.isFinite(p.y());
    }
    out.empty("path", "class", style, "d", path.toString());
    if (points.size() <= FEW_POINTS) {
      for (Plot.Point p : points) {
        if (Double.isFinite(p.y())) {
          out.empty(
              "circle",
              "class",
              style,
              "cx",
              Markup.number(px(p.x())),
              "cy",
              Markup.number(py(p.y())),
              "r",
              "2.5");
        }
      }
    }
  }

  private void legend() {
    int stride = plot.lines().stream().mapToInt(Plot.Line::stride).max().orElse(1);
    out.in(
        "p",
        () -> {
          for (int i = 0; i < plot.lines().size(); i++) {
            int line = i;
            out.in(
                "span",
                () -> {
                  out.text("span", "", "class", "key " + style(line));
                  out.name("span", plot.lines().get(line).name());
                });
          }
          if (stride > 1) {
            out.text("span", "each point the mean of up to " + stride + " logged values");
          }
        },
        "class",
        "legend");
  }

  private double px(double value) {
    return LEFT + x.share(value) * (WIDTH - LEFT - RIGHT);
  }

  private double py(double value) {
    return HEIGHT - BOTTOM - y.share(value) * (HEIGHT - TOP - BOTTOM);
  }
}
