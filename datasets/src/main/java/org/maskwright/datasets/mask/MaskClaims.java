package org.maskwright.datasets.mask;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compares what an annotation says about a mask, its area and its box, with the mask. Tools round
 * and measure outlines differently, so only what cannot be a matter of rounding is told.
 */
public final class MaskClaims {
  private static final double AREA_SLACK_PX = 16;
  private static final double AREA_RATIO = 1.5;
  private static final double BOX_SLACK_PX = 2;
  private static final double BOX_IOU = 0.5;

  private MaskClaims() {}

  /** What is wrong with an area in pixels; nothing if it is not a number. */
  public static Optional<String> area(double said, long pixels) {
    double more = Math.max(said, pixels);
    double less = Math.min(said, pixels);
    return more - less > AREA_SLACK_PX && more > AREA_RATIO * less
        ? Optional.of(areas(said, pixels))
        : Optional.empty();
  }

  /** What is wrong with an area that must be the number of pixels. */
  public static Optional<String> exactArea(long said, long pixels) {
    return said == pixels ? Optional.empty() : Optional.of(areas(said, pixels));
  }

  private static String areas(double said, long pixels) {
    return String.format(Locale.ROOT, "area is %.0f, the mask has %d pixels", said, pixels);
  }

  /** What is wrong with a box; nothing if there is none. */
  public static Optional<String> box(Box said, Box mask) {
    if (said == null) {
      return Optional.empty();
    }
    double apart =
        Math.max(
            Math.max(Math.abs(said.x() - mask.x()), Math.abs(said.y() - mask.y())),
            Math.max(
                Math.abs(said.x() + said.width() - mask.x() - mask.width()),
                Math.abs(said.y() + said.height() - mask.y() - mask.height())));
    return apart > BOX_SLACK_PX && said.iou(mask) < BOX_IOU
        ? Optional.of("bbox is %s, that of the mask is %s".formatted(text(said), text(mask)))
        : Optional.empty();
  }

  /** The number of pixels of each id of a map, and the box around them. */
  public static Map<Integer, Region> regions(LabelMap map) {
    Map<Integer, long[]> pixels = new HashMap<>();
    Map<Integer, int[]> bounds = new HashMap<>();
    int[] ids = map.labels();
    int width = map.width();
    for (int start = 0; start < ids.length; ) {
      int y = start / width;
      int end = start + 1;
      while (end < (y + 1) * width && ids[end] == ids[start]) {
        end++;
      }
      pixels.computeIfAbsent(ids[start], id -> new long[1])[0] += end - start;
      extend(
          bounds.computeIfAbsent(
              ids[start], id -> new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE, 0, 0}),
          start - y * width,
          y,
          end - y * width,
          y + 1);
      start = end;
    }
    Map<Integer, Region> regions = new HashMap<>();
    pixels.forEach((id, count) -> regions.put(id, new Region(count[0], box(bounds.get(id)))));
    return regions;
  }

  /** Pixels of an id, and the box around them. */
  public record Region(long pixels, Box box) {
    /** Of an id that no pixel has. */
    public static final Region NONE = new Region(0, Box.EMPTY);
  }

  private static void extend(int[] bounds, int x0, int y0, int x1, int y1) {
    bounds[0] = Math.min(bounds[0], x0);
    bounds[1] = Math.min(bounds[1], y0);
    bounds[2] = Math.max(bounds[2], x1);
    bounds[3] = Math.max(bounds[3], y1);
  }

  private static Box box(int[] bounds) {
    return bounds[0] == Integer.MAX_VALUE
        ? Box.EMPTY
        : new Box(bounds[0], bounds[1], bounds[2] - bounds[0], bounds[3] - bounds[1]);
  }

  private static String text(Box box) {
    return String.format(
        Locale.ROOT, "[%.0f, %.0f, %.0f, %.0f]", box.x(), box.y(), box.width(), box.height());
  }
}
