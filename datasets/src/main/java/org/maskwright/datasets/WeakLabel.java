package org.maskwright.datasets;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.maskwright.datasets.mask.Box;

/**
 * What somebody said of where an object is, short of drawing its mask: places in it and beside it,
 * the box that it fills from side to side, both, or neither.
 *
 * <p>Coordinates are pixels of the picture, pixel centres at +0.5.
 *
 * @param box empty if nobody drew one; of an area above 0
 * @param points labelled places
 */
public record WeakLabel(Optional<Box> box, PointLabels points) {
  /** That there is such an object. */
  public static final WeakLabel CLASS_ONLY = new WeakLabel(Optional.empty(), PointLabels.NONE);

  /** How far what people and tools write may be off by rounding. */
  private static final double MARGIN_PX = 1.5;

  /**
   * Checks the box.
   *
   * @throws IllegalArgumentException if it has no area, is reversed or not finite
   */
  public WeakLabel {
    Objects.requireNonNull(points, "points");
    box.ifPresent(WeakLabel::requireArea);
  }

  /** A box alone. */
  public static WeakLabel of(Box box) {
    return new WeakLabel(Optional.of(box), PointLabels.NONE);
  }

  /** Points alone. */
  public static WeakLabel of(PointLabels points) {
    return new WeakLabel(Optional.empty(), points);
  }

  private static void requireArea(Box box) {
    boolean finite = Double.isFinite(box.x()) && Double.isFinite(box.y());
    boolean area = box.width() > 0 && box.height() > 0 && Double.isFinite(box.area());
    if (!finite || !area) {
      throw new IllegalArgumentException(
          "box: expected left, top and a width and height above 0, got %s, %s, %s x %s; a box is written as [left, top, width, height]"
              .formatted(box.x(), box.y(), box.width(), box.height()));
    }
  }

  /** Whether only the class is known. */
  public boolean classOnly() {
    return box.isEmpty() && points.count() == 0;
  }

  /** What it is, for people: {@code 10 points and a box}. */
  public String described() {
    if (classOnly()) {
      return "neither mask, points nor box";
    }
    String some = points.count() == 1 ? "1 point" : points.count() + " points";
    return points.count() == 0 ? "a box" : box.isPresent() ? some + " and a box" : some;
  }

  /** That it is all there is, as a problem of the annotation where a mask is needed. */
  public DatasetException noMask() {
    return new DatasetException("no mask, but " + described());
  }

  /**
   * Checks that it can be of an object of a picture, and cuts a box that leaves the picture by
   * rounding.
   *
   * @throws IllegalArgumentException if a point is outside the picture, a point of the object is
   *     outside its box, one pixel has both labels, or the box is outside the picture
   */
  public WeakLabel within(Size picture) {
    Map<Long, Boolean> seen = new HashMap<>();
    for (int p = 0; p < points.count(); p++) {
      requireInPicture(p, picture);
      Boolean before = seen.putIfAbsent(points.pixel(p), points.inside(p));
      if (before != null && before != points.inside(p)) {
        throw new IllegalArgumentException(
            "the point %s is labelled both 1 (inside) and 0 (outside)".formatted(place(p)));
      }
      requireInBox(p);
    }
    return new WeakLabel(box.map(b -> cut(b, picture)), points);
  }

  private void requireInPicture(int p, Size picture) {
    boolean in =
        points.x(p) >= 0
            && points.y(p) >= 0
            && points.x(p) <= picture.width()
            && points.y(p) <= picture.height();
    if (!in) {
      throw new IllegalArgumentException(
          "the point %s is outside the picture of %s".formatted(place(p), picture));
    }
  }

  private void requireInBox(int p) {
    if (points.inside(p) && box.isPresent() && !beside(p, box.get()).isEmpty()) {
      throw new IllegalArgumentException(
          "the point %s is labelled 1 (inside), but is %s of the object's box [%s, %s, %s, %s]"
              .formatted(
                  place(p),
                  beside(p, box.get()),
                  box.get().x(),
                  box.get().y(),
                  box.get().width(),
                  box.get().height()));
    }
  }

  /** Where a point is beside a box; empty if it is in it, to within rounding. */
  private String beside(int p, Box of) {
    double x = points.x(p);
    double y = points.y(p);
    if (x < of.x() - MARGIN_PX) {
      return "left";
    }
    if (x > of.x() + of.width() + MARGIN_PX) {
      return "right";
    }
    if (y < of.y() - MARGIN_PX) {
      return "above";
    }
    return y > of.y() + of.height() + MARGIN_PX ? "below" : "";
  }

  /** Places labelled outside that are outside the box too: true, and nothing new. */
  public int idle() {
    int idle = 0;
    for (int p = 0; p < points.count() && box.isPresent(); p++) {
      idle += !points.inside(p) && !beside(p, box.get()).isEmpty() ? 1 : 0;
    }
    return idle;
  }

  private String place(int p) {
    return "(%s, %s)".formatted(points.x(p), points.y(p));
  }

  private static Box cut(Box box, Size picture) {
    double right = box.x() + box.width();
    double bottom = box.y() + box.height();
    boolean out =
        box.x() < -MARGIN_PX
            || box.y() < -MARGIN_PX
            || right > picture.width() + MARGIN_PX
            || bottom > picture.height() + MARGIN_PX;
    Box inside = clipped(box, picture).orElse(Box.EMPTY);
    if (out || inside.width() <= 0) {
      throw new IllegalArgumentException(
          "the box [%s, %s, %s, %s] is outside the picture of %s; a box is written as [left, top, width, height]"
              .formatted(box.x(), box.y(), box.width(), box.height(), picture));
    }
    return inside;
  }

  /** The part of a box that is in a picture; empty if there is none. */
  public static Optional<Box> clipped(Box box, Size picture) {
    double left = Math.max(0, box.x());
    double top = Math.max(0, box.y());
    double width = Math.min(picture.width(), box.x() + box.width()) - left;
    double height = Math.min(picture.height(), box.y() + box.height()) - top;
    return width > 0 && height > 0
        ? Optional.of(new Box(left, top, width, height))
        : Optional.empty();
  }
}
