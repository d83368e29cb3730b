package org.maskwright.datasets.picture;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Draws segmentations over a photograph: tinted regions with a contour and a readable label.
 *
 * <p>Small photographs are enlarged by a whole factor so that text has room; the photograph outside
 * the masks keeps its pixels otherwise. Colours come from a {@link Palette}: stable for each class
 * and instance. An overlay is a value: each {@code with...} gives a new one.
 *
 * <pre>{@code
 * Overlay.on(rgb, width, height).panoptic(ids, segments).writePng(file);
 * }</pre>
 *
 * <p><b>Cost, memory, threads</b> four samples per output pixel up to 4 megapixels, one above; no
 * shared state.
 */
public final class Overlay {
  private static final int DEFAULT_MIN_LONG_SIDE = 512;
  private static final double OPACITY = 0.45;

  private final Picture photo;
  private final Palette palette;
  private final int minLongSide;

  private Overlay(Picture photo, Palette palette, int minLongSide) {
    this.photo = photo;
    this.palette = palette;
    this.minLongSide = minLongSide;
  }

  /**
   * An overlay on a photograph, with the default look.
   *
   * @param rgb interleaved RGB, 3 * width * height bytes, rows from the top
   * @throws IllegalArgumentException if the length of rgb does not fit the size
   */
  public static Overlay on(byte[] rgb, int width, int height) {
    return new Overlay(Picture.ofRgb(rgb, width, height), Palette.DEFAULT, DEFAULT_MIN_LONG_SIDE);
  }

  /** With other colours. */
  public Overlay withPalette(Palette newPalette) {
    return new Overlay(photo, newPalette, minLongSide);
  }

  /** With photographs enlarged by the least whole factor that makes the long side at least this. */
  public Overlay withMinLongSide(int pixels) {
    return new Overlay(photo, palette, pixels);
  }

  /** The photograph alone, enlarged as the overlays are: for the left side of a comparison. */
  public Picture plain() {
    return canvas().finish();
  }

  /**
   * A semantic map: a tint for each class, with the class's name at its deepest point.
   *
   * @param classIds width * height class ids, rows from the top
   * @param ignore value that is left untinted (255, say)
   * @param names class names by id; a class without a name gets no label
   * @throws IllegalArgumentException if the length of classIds does not fit the photograph
   */
  public Picture semantic(int[] classIds, int ignore, List<String> names) {
    Map<Integer, Canvas.Look> looks = new HashMap<>();
    for (int id : classIds) {
      if (id != ignore) {
        looks.computeIfAbsent(
            id,
            k ->
                new Canvas.Look(
                    palette.category(k), k >= 0 && k < names.size() ? names.get(k) : ""));
      }
    }
    return drawMap(classIds, looks);
  }

  /**
   * A panoptic map: stuff in its class's colour, things in shades of it. Pixels of ids that are in
   * no segment (void) stay as they are.
   *
   * @param ids width * height segment ids, rows from the top
   * @throws IllegalArgumentException if the length of ids does not fit the photograph
   */
  public Picture panoptic(int[] ids, List<OverlaySegment> segments) {
    Map<Integer, Canvas.Look> looks = new HashMap<>();
    Map<Integer, Integer> seen = new HashMap<>();
    for (OverlaySegment s : segments) {
      int n = s.thing() ? seen.merge(s.category(), 1, Integer::sum) - 1 : 0;
      looks.put(
          s.id(),
          new Canvas.Look(
              palette.instance(s.category(), n), OverlaySegment.label(s.name(), s.score())));
    }
    return drawMap(ids, looks);
  }

  /**
   * Instances, the first on top; they may overlap.
   *
   * @throws IllegalArgumentException if the length of a mask does not fit the photograph
   */
  public Picture instances(List<OverlayInstance> instances) {
    Canvas canvas = canvas();
    List<Canvas.Look> looks = new ArrayList<>();
    Map<Integer, Integer> seen = new HashMap<>();
    for (OverlayInstance instance : instances) {
      int n = seen.merge(instance.category, 1, Integer::sum) - 1;
      looks.add(new Canvas.Look(palette.instance(instance.category, n), instance.label));
    }
    for (int i = instances.size() - 1; i >= 0; i--) {
      canvas.tint(instances.get(i).mask, looks.get(i), OPACITY);
    }
    for (int i = 0; i < instances.size(); i++) {
      canvas.label(instances.get(i).mask, looks.get(i));
    }
    return canvas.finish();
  }

  private Picture drawMap(int[] ids, Map<Integer, Canvas.Look> looks) {
    Canvas canvas = canvas();
    canvas.tint(ids, looks, OPACITY);
    byte[] mask = new byte[ids.length];
    looks.forEach(
        (id, look) -> {
          for (int i = 0; i < ids.length; i++) {
            mask[i] = (byte) (ids[i] == id ? 1 : 0);
          }
          canvas.label(mask, look);
        });
    return canvas.finish();
  }

  private Canvas canvas() {
    int longSide = Math.max(photo.width(), photo.height());
    int factor = Math.max(1, (minLongSide + longSide - 1) / longSide);
    return new Canvas(photo, factor);
  }
}
