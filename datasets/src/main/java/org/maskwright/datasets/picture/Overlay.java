package org.maskwright.datasets.picture;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.Size;

/**
 * Draws segmentations over a photograph: tinted regions with a contour, names where they hide
 * nothing, and below the photograph a legend of the classes it shows with the number of their
 * objects, or their share of the picture where objects are not told apart.
 *
 * <p>Objects of one class that lie beside each other have different shades of its colour, and a
 * dark line between them where they touch. Letters and lines fit the picture's size, and lines the
 * objects' too.
 *
 * <p>Small photographs are enlarged by a whole factor so that text has room, and very large ones
 * are reduced; otherwise the photograph outside the masks keeps its pixels. Colours come from a
 * {@link Palette}. An overlay is a value: each {@code with...} gives a new one.
 *
 * <pre>{@code
 * Overlay.on(rgb, width, height).panoptic(ids, segments).writePng(file);
 * }</pre>
 *
 * <p><b>Cost, memory, threads</b> four samples per output pixel up to 4 megapixels, one above, of 8
 * bytes each, and a bitmap of each instance's box; no shared state.
 */
public final class Overlay {
  private static final int DEFAULT_MIN_LONG_SIDE = 512;
  private static final int DEFAULT_MAX_LONG_SIDE = 8192;
  private static final double OPACITY = 0.4;

  private final byte[] rgb;
  private final int width;
  private final int height;
  private final Palette palette;
  private final int minLongSide;
  private final int maxLongSide;

  private Overlay(Overlay from, Palette palette, int minLongSide, int maxLongSide) {
    this(from.rgb, from.width, from.height, palette, minLongSide, maxLongSide);
  }

  private Overlay(
      byte[] rgb, int width, int height, Palette palette, int minLongSide, int maxLongSide) {
    this.rgb = rgb;
    this.width = width;
    this.height = height;
    this.palette = palette;
    this.minLongSide = minLongSide;
    this.maxLongSide = maxLongSide;
  }

  /**
   * An overlay on a photograph, with the default look.
   *
   * @param rgb interleaved RGB, 3 * width * height bytes, rows from the top; not copied
   * @throws IllegalArgumentException if the length of rgb does not fit the size
   */
  public static Overlay on(byte[] rgb, int width, int height) {
    Picture.checkSize("rgb", rgb.length, 3, width, height);
    return new Overlay(
        rgb, width, height, Palette.DEFAULT, DEFAULT_MIN_LONG_SIDE, DEFAULT_MAX_LONG_SIDE);
  }

  /** With other colours. */
  public Overlay withPalette(Palette newPalette) {
    return new Overlay(this, newPalette, minLongSide, maxLongSide);
  }

  /** With photographs enlarged by the least whole factor that makes the long side at least this. */
  public Overlay withMinLongSide(int pixels) {
    return new Overlay(this, palette, pixels, maxLongSide);
  }

  /**
   * With photographs, after they were enlarged, reduced to this long side if theirs is longer:
   * letters and lines fit that size. By default 8192.
   */
  public Overlay withMaxLongSide(int pixels) {
    return new Overlay(this, palette, minLongSide, pixels);
  }

  /** The photograph alone, as large as the overlays show it: for the left side of a comparison. */
  public Picture plain() {
    return new Picture(canvas(List.of(), size()).finish());
  }

  /**
   * A semantic map: a tint for each class, with the class's name where it has room.
   *
   * @param classIds width * height class ids, rows from the top
   * @param ignore value that is left untinted (255, say)
   * @param names class names by id; a class without a name gets no label
   * @throws IllegalArgumentException if the length of classIds does not fit the photograph
   */
  public Picture semantic(int[] classIds, int ignore, List<String> names) {
    Picture.checkSize("id map", classIds.length, 1, width, height);
    Map<Integer, OverlaySegment> classes = new HashMap<>();
    List<OverlaySegment> order = new ArrayList<>();
    for (int id : classIds) {
      if (id != ignore && !classes.containsKey(id)) {
        String name = id >= 0 && id < names.size() ? names.get(id) : "";
        OverlaySegment segment = new OverlaySegment(id, id, false, name, Double.NaN);
        classes.put(id, segment);
        order.add(segment);
      }
    }
    return panoptic(classIds, order);
  }

  /**
   * A panoptic map: stuff in its class's colour, things in shades of it. Pixels of ids that are in
   * no segment (void) stay as they are.
   *
   * @param ids width * height segment ids, rows from the top
   * @throws IllegalArgumentException if the length of ids does not fit the photograph
   */
  public Picture panoptic(int[] ids, List<OverlaySegment> segments) {
    Picture.checkSize("id map", ids.length, 1, width, height);
    int[] numbers = numbers(ids, segments);
    List<RegionMask> masks = RegionMask.ofMap(numbers, segments.size(), width);
    List<Region> regions = new ArrayList<>();
    for (int i = 0; i < segments.size(); i++) {
      OverlaySegment s = segments.get(i);
      String label = OverlaySegment.label(s.name(), s.score());
      regions.add(new Region(masks.get(i), s.category(), s.thing(), s.name(), label));
    }
    return draw(regions, (canvas, colours) -> canvas.tint(numbers, colours));
  }

  /**
   * Instances, the smaller over the larger; they may overlap.
   *
   * @throws IllegalArgumentException if the size of a mask does not fit the photograph
   */
  public Picture instances(List<OverlayInstance> instances) {
    List<Region> regions = instances.stream().map(i -> i.region(width, height)).toList();
    return draw(
        regions,
        (canvas, colours) -> {
          for (int i : Shades.largestFirst(regions)) {
            canvas.tint(regions.get(i).mask(), i + 1, colours);
          }
        });
  }

  /** The number of each pixel's segment, counted from 1; 0 for none. */
  private static int[] numbers(int[] ids, List<OverlaySegment> segments) {
    Map<Integer, Integer> numberOf = new HashMap<>();
    for (int i = 0; i < segments.size(); i++) {
      numberOf.put(segments.get(i).id(), i + 1);
    }
    int[] numbers = new int[ids.length];
    for (int i = 0; i < ids.length; i++) {
      numbers[i] =
          i > 0 && ids[i] == ids[i - 1] ? numbers[i - 1] : numberOf.getOrDefault(ids[i], 0);
    }
    return numbers;
  }

  /** Tints regions in colours by their numbers, which start at 1. */
  @FunctionalInterface
  private interface Tint {
    void on(Canvas canvas, int[] colours);
  }

  private Picture draw(List<Region> regions, Tint tint) {
    PictureSize size = size();
    Canvas canvas = canvas(regions, size);
    int[] colours = Shades.of(regions, palette, width, height);
    int[] byNumber = new int[regions.size() + 1];
    int[] kinds = new int[regions.size() + 1];
    for (int i = 0; i < regions.size(); i++) {
      byNumber[i + 1] = colours[i];
      kinds[i + 1] = regions.get(i).thing() ? Math.max(0, regions.get(i).category()) : -1;
    }
    tint.on(canvas, byNumber);
    canvas.part(kinds);
    boolean[] seen = canvas.seen(regions.size());
    for (int i = 0; i < regions.size(); i++) {
      if (!seen[i + 1]) {
        canvas.show(regions.get(i).mask(), i + 1, byNumber);
      }
    }
    BufferedImage image = canvas.finish();
    Graphics2D g = Picture.smooth(image);
    LabelPlacer.draw(g, LabelPlacer.labels(regions, colours, size), size.text());
    g.dispose();
    List<Legend.Entry> entries = Legend.entries(regions, palette, (long) width * height);
    return new Picture(Legend.below(image, entries, size.text()));
  }

  /** How large the photograph is drawn; a legend adds rows below. */
  public Size drawnSize() {
    PictureSize size = size();
    return new Size(size.width(), size.height());
  }

  private PictureSize size() {
    return PictureSize.of(width, height, minLongSide, maxLongSide);
  }

  private Canvas canvas(List<Region> regions, PictureSize size) {
    return new Canvas(rgb, size, OPACITY, size.line(regions));
  }
}
