package org.maskwright.datasets.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The strip below a picture that tells which classes it shows, in which colours, and how much of
 * each: the number of objects, or the share of the picture where objects are not told apart.
 */
final class Legend {
  /**
   * A class of the picture.
   *
   * @param objects how many; 0 where they are not told apart
   * @param share of the photograph's pixels, in [0,1]
   * @param alone whether it is one object that has the name for itself, of which no amount is told
   */
  record Entry(String name, int colour, int objects, double share, boolean alone) {
    String amount() {
      if (alone) {
        return "";
      }
      if (objects > 0) {
        return Integer.toString(objects);
      }
      double percent = 100 * share;
      return percent < 1 ? "<1 %" : String.format(Locale.ROOT, "%.0f %%", percent);
    }
  }

  private static final Color PAPER = Color.WHITE;
  private static final Color INK = new Color(0x24292F);
  private static final Color PALE = new Color(0x57606A);
  private static final double LINE = 1.7; // in text sizes, as all lengths here
  private static final double MARGIN = 0.6;
  private static final double SWATCH = 0.9;
  private static final double GAP = 0.45;
  private static final double APART = 1.4;

  private Legend() {}

  /** The classes that have a name, those of most objects first, then those of most pixels. */
  static List<Entry> entries(List<Region> regions, Palette palette, long pixels) {
    Map<Integer, Entry> byClass = new LinkedHashMap<>();
    for (Region region : regions) {
      if (region.name().isEmpty() || region.mask().area() == 0) {
        continue;
      }
      double share = region.mask().area() / (double) pixels;
      Entry one =
          new Entry(
              region.name(),
              palette.category(region.category()),
              region.thing() ? 1 : 0,
              share,
              region.alone());
      byClass.merge(
          region.category(),
          one,
          (a, b) ->
              new Entry(
                  a.name,
                  a.colour,
                  a.objects + b.objects,
                  Math.min(1, a.share + b.share),
                  a.alone && b.alone));
    }
    List<Entry> entries = new ArrayList<>(byClass.values());
    entries.sort(
        Comparator.comparingInt((Entry e) -> -e.objects)
            .thenComparingDouble(e -> -e.share)
            .thenComparing(Entry::name));
    return entries;
  }

  /** The picture with the strip below it; the picture itself if there is no entry. */
  static BufferedImage below(BufferedImage picture, List<Entry> entries, double size) {
    if (entries.isEmpty()) {
      return picture;
    }
    int width = picture.getWidth();
    List<List<Entry>> lines = lines(entries, size, width);
    int strip = (int) Math.ceil(size * (LINE * lines.size() + MARGIN));
    var out = new BufferedImage(width, picture.getHeight() + strip, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Picture.smooth(out);
    g.setColor(PAPER);
    g.fillRect(0, 0, width, out.getHeight());
    g.drawImage(picture, 0, 0, null);
    double middle = picture.getHeight() + size * (MARGIN + LINE) / 2;
    for (List<Entry> line : lines) {
      double x = size * MARGIN;
      for (Entry entry : line) {
        draw(g, entry, size, x, middle, width - size * MARGIN);
        x += width(entry, size) + size * APART;
      }
      middle += size * LINE;
    }
    g.dispose();
    return out;
  }

  private static void draw(
      Graphics2D g, Entry entry, double size, double left, double middle, double right) {
    double swatch = size * SWATCH;
    g.setColor(new Color(entry.colour));
    g.fill(
        new RoundRectangle2D.Double(
            left, middle - swatch / 2, swatch, swatch, swatch / 3, swatch / 3));
    double x = left + swatch + size * GAP;
    double baseline = middle + size * Lettering.CAP_HEIGHT / 2;
    double amount = Lettering.width(entry.amount(), Lettering.Face.BOLD, size);
    String name =
        Lettering.fit(
            entry.name, Lettering.Face.REGULAR, size, right - x - amount - size * GAP + 1);
    Lettering.draw(g, name, Lettering.Face.REGULAR, size, PALE, x, baseline);
    x += Lettering.width(name, Lettering.Face.REGULAR, size) + size * GAP;
    Lettering.draw(g, entry.amount(), Lettering.Face.BOLD, size, INK, x, baseline);
  }

  private static List<List<Entry>> lines(List<Entry> entries, double size, int width) {
    List<List<Entry>> lines = new ArrayList<>();
    double room = 0;
    for (Entry entry : entries) {
      double needed = width(entry, size) + size * APART;
      if (lines.isEmpty() || needed > room) {
        lines.add(new ArrayList<>());
        room = width - 2 * size * MARGIN + size * APART;
      }
      lines.get(lines.size() - 1).add(entry);
      room -= needed;
    }
    return lines;
  }

  private static double width(Entry entry, double size) {
    return size * (SWATCH + 2 * GAP)
        + Lettering.width(entry.name, Lettering.Face.REGULAR, size)
        + Lettering.width(entry.amount(), Lettering.Face.BOLD, size);
  }
}
