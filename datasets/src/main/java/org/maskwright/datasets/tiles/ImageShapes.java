package org.maskwright.datasets.tiles;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/** The segments of an image, to be cut along windows: polygons as the pixels that they cover. */
final class ImageShapes {
  private final List<Segment> segments;
  private final Size picture;
  private final List<Rle> runs = new ArrayList<>(); // null where a label map has the mask
  private final List<Optional<Window>> boxes = new ArrayList<>(); // of runs with a pixel

  ImageShapes(List<Segment> segments, Size picture) {
    this.segments = segments;
    this.picture = picture;
    for (Segment segment : segments) {
      Rle mask = null;
      if (segment.mask() instanceof SegmentMask.Polygons polygons) {
        mask = Polygons.toRle(polygons.rings(), picture.height(), picture.width());
      } else if (segment.mask() instanceof SegmentMask.Runs given) {
        mask = given.rle();
      } else if (segment.mask() instanceof SegmentMask.Weak weak) {
        mask = weak.toRle(picture); // cannot be cut: refused
      }
      runs.add(mask);
      boxes.add(mask == null || mask.area() == 0 ? Optional.empty() : Optional.of(box(mask)));
    }
  }

  private static Window box(Rle mask) {
    Box box = mask.box();
    return new Window((int) box.x(), (int) box.y(), (int) box.width(), (int) box.height());
  }

  /**
   * What a window shows of a segment.
   *
   * @param segment its number
   * @param pixels those in the window, at least 1
   * @param longSide of the box around them
   * @param mask at the size of the window
   */
  record Part(int segment, long pixels, int longSide, SegmentMask mask) {}

  /** The segments with a pixel in a window, in order, with what they have in there. */
  List<Segment> in(Window window) {
    if (window.equals(Window.of(picture))) {
      return segments;
    }
    return parts(window).stream()
        .map(
            part -> {
              Segment whole = segments.get(part.segment());
              return new Segment(whole.category(), whole.crowd(), whole.id(), part.mask());
            })
        .toList();
  }

  /** What a window shows of the segments, in their order. */
  List<Part> parts(Window window) {
    List<Part> out = new ArrayList<>();
    IdentityHashMap<LabelMap, CutLabels> maps = new IdentityHashMap<>();
    for (int i = 0; i < runs.size(); i++) {
      if (segments.get(i).mask() instanceof SegmentMask.Labelled labelled) {
        maps.computeIfAbsent(labelled.map(), map -> new CutLabels(map, window))
            .part(i, labelled.id())
            .ifPresent(out::add);
      } else if (boxes.get(i).filter(window::meets).isPresent()) {
        Rle part = runs.get(i).cut(window.x(), window.y(), window.height(), window.width());
        long pixels = part.area();
        if (pixels > 0) {
          Window box = box(part);
          int longSide = Math.max(box.width(), box.height());
          out.add(new Part(i, pixels, longSide, new SegmentMask.Runs(part)));
        }
      }
    }
    return out;
  }

  /** A part of a label map, and where its labels are. */
  private static final class CutLabels {
    private final LabelMap part;
    private final Map<Integer, Extent> extents = new HashMap<>();

    CutLabels(LabelMap whole, Window window) {
      int width = window.width();
      int[] all = whole.labels();
      int[] labels = new int[width * window.height()];
      for (int y = 0; y < window.height(); y++) {
        int from = (window.y() + y) * whole.width() + window.x();
        System.arraycopy(all, from, labels, y * width, width);
        int start = 0;
        for (int x = 1; x <= width; x++) {
          int label = labels[y * width + start];
          if (x == width || labels[y * width + x] != label) {
            extents.computeIfAbsent(label, l -> new Extent()).add(start, x, y);
            start = x;
          }
        }
      }
      this.part = new LabelMap(window.height(), width, labels);
    }

    Optional<Part> part(int segment, int id) {
      return Optional.ofNullable(extents.get(id))
          .map(
              extent ->
                  new Part(
                      segment,
                      extent.pixels,
                      Math.max(extent.right - extent.left, extent.bottom - extent.top),
                      new SegmentMask.Labelled(part, id)));
    }
  }

  /** The pixels of a label and the box around them. */
  private static final class Extent {
    private long pixels;
    private int left = Integer.MAX_VALUE;
    private int right;
    private int top = Integer.MAX_VALUE;
    private int bottom;

    void add(int from, int to, int y) {
      pixels += to - from;
      left = Math.min(left, from);
      right = Math.max(right, to);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
}
