package org.maskwright.datasets.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.geom.Rectangle2D;
import java.awt.geom.RoundRectangle2D;
import java.util.ArrayList;
import java.util.List;

/**
 * Puts labels where they hide nothing: in the middle of a region that has room for one, else beside
 * an object where nothing small is and no other label. The largest regions come first, and labels
 * take a small part of the picture together; the legend tells what has none.
 */
final class LabelPlacer {
  /** A label and where it is, in pixels of the picture. */
  record Label(Region region, int colour, Rectangle2D place) {}

  /** Share of the picture that labels may take. */
  private static final double BUDGET = 0.08;

  /** Regions that are asked, the largest first. */
  private static final int ASKED = 60;

  /** Of more objects than this, no label stands beside its object, where it may seem another's. */
  private static final int FEW_OBJECTS = 20;

  /** An object of less than this many areas of a label is not covered at all. */
  private static final double LARGE = 4;

  /** Share of a large region that the label of another may cover. */
  private static final double OF_ANOTHER = 0.1;

  /** Share of a large object that its own label may cover. */
  private static final double OF_ITS_OWN = 0.3;

  /** Share of a label that lies on what it names, where it stands in it. */
  private static final double INSIDE = 0.6;

  private static final double INSIDE_STUFF = 0.97;
  private static final double HEIGHT = 1.45; // in text sizes
  private static final double PADDING = 0.4;
  private static final double WIDEST = 0.5; // of the picture

  private final List<Region> regions;
  private final PictureSize size;
  private final boolean beside;
  private final List<Label> placed = new ArrayList<>();

  private LabelPlacer(List<Region> regions, PictureSize size) {
    this.regions = regions;
    this.size = size;
    this.beside = regions.stream().filter(Region::thing).count() <= FEW_OBJECTS;
  }

  /**
   * The labels that have a place.
   *
   * @param colours of the regions
   */
  static List<Label> labels(List<Region> regions, int[] colours, PictureSize size) {
    return new LabelPlacer(regions, size).place(colours);
  }

  /** Draws all labels. */
  static void draw(Graphics2D g, List<Label> labels, double textSize) {
    for (Label label : labels) {
      pill(g, label, textSize);
    }
  }

  private List<Label> place(int[] colours) {
    double left = BUDGET * size.pixels();
    int asked = 0;
    for (int i : Shades.largestFirst(regions)) {
      Region region = regions.get(i);
      if (region.label().isEmpty() || region.mask().area() == 0) {
        continue;
      }
      if (asked++ == ASKED) {
        break;
      }
      double width =
          Math.min(
              WIDEST * size.width(),
              Lettering.width(region.label(), Lettering.Face.BOLD, size.text())
                  + 2 * PADDING * size.text());
      double height = HEIGHT * size.text();
      Rectangle2D place = width * height <= left ? place(i, width, height) : null;
      if (place != null) {
        placed.add(new Label(region, colours[i], place));
        left -= width * height;
      }
    }
    return placed;
  }

  /** Null if there is none. */
  private Rectangle2D place(int own, double w, double h) {
    Region region = regions.get(own);
    Rectangle2D box = size.inPicture(region.mask().box());
    if (box.getWidth() * box.getHeight() >= w * h) { // it may have room
      DeepestPoint deepest = DeepestPoint.of(region.mask());
      double s = size.scale();
      double x = (deepest.x() + 0.5) * s - w / 2;
      double y = (deepest.y() + 0.5) * s - h / 2;
      for (double shift : new double[] {0, -0.8, 0.8, -1.6, 1.6}) {
        var inside = new Rectangle2D.Double(x, y + shift * h, w, h);
        if (isInside(region, inside) && isFree(own, inside)) {
          return inside;
        }
      }
    }
    if (!region.thing() || !beside) {
      return null;
    }
    double gap = 2;
    double middleX = Math.max(0, Math.min(size.width() - w, box.getCenterX() - w / 2));
    double middleY = Math.max(0, Math.min(size.height() - h, box.getCenterY() - h / 2));
    double[][] corners = {
      {middleX, box.getY() - h - gap},
      {middleX, box.getMaxY() + gap},
      {box.getMaxX() + gap, middleY},
      {box.getX() - w - gap, middleY}
    };
    for (double[] corner : corners) {
      var at = new Rectangle2D.Double(corner[0], corner[1], w, h);
      if (isFree(own, at)) {
        return at;
      }
    }
    return null;
  }

  private boolean isInside(Region region, Rectangle2D place) {
    Rectangle covers = size.inPhoto(place);
    double needed = region.thing() ? INSIDE : INSIDE_STUFF;
    return region.mask().covered(covers) >= needed * covers.width * covers.height;
  }

  /** Whether a label of a region is in the picture there, apart from others, and hides nothing. */
  private boolean isFree(int own, Rectangle2D place) {
    if (!new Rectangle(size.width(), size.height()).contains(place)
        || placed.stream().anyMatch(label -> label.place().intersects(place))) {
      return false;
    }
    Rectangle covers = size.inPhoto(place);
    double large = LARGE * covers.width * covers.height;
    for (int i = 0; i < regions.size(); i++) {
      Region region = regions.get(i);
      long area = region.mask().area();
      double share = area < large ? 0 : i == own ? ofItsOwn(region) : OF_ANOTHER;
      if (region.mask().covered(covers) > share * area) {
        return false;
      }
    }
    return true;
  }

  private static double ofItsOwn(Region region) {
    return region.thing() ? OF_ITS_OWN : 1;
  }

  private static void pill(Graphics2D g, Label label, double size) {
    Rectangle2D place = label.place();
    double round = place.getHeight() * 0.5;
    Color dark = new Color(Palette.darkened(label.colour()));
    g.setColor(new Color(dark.getRed(), dark.getGreen(), dark.getBlue(), 225));
    g.fill(
        new RoundRectangle2D.Double(
            place.getX(), place.getY(), place.getWidth(), place.getHeight(), round, round));
    double baseline = place.getCenterY() + size * Lettering.CAP_HEIGHT / 2;
    double left = place.getX() + size * PADDING;
    String text =
        Lettering.fit(
            label.region().label(),
            Lettering.Face.BOLD,
            size,
            place.getWidth() - 2 * PADDING * size + 1);
    Lettering.draw(g, text, Lettering.Face.BOLD, size, Color.WHITE, left, baseline);
  }
}
