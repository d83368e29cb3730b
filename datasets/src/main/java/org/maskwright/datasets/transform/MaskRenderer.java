package org.maskwright.datasets.transform;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.maskwright.datasets.MaskStack;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.IdTable;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Polygons;
import org.maskwright.datasets.mask.Rle;

/**
 * Draws the masks of segments as a view shows them: polygons as moved coordinates, rasterised in
 * the crop; run lengths and label maps by nearest neighbour. Nothing is made at the size of the
 * image.
 *
 * <p><b>Thread safety</b> One renderer serves one thread.
 */
final class MaskRenderer {
  private final View view;
  private final int[] columns;
  private final int[] rows;
  private final MaskStack stack;

  /** A renderer into {@code stack}, which has the padded size of {@code view}. */
  MaskRenderer(View view, MaskStack stack) {
    this.view = view;
    this.columns = view.sourceColumns();
    this.rows = view.sourceRows();
    this.stack = stack;
  }

  /** Draws each segment into the mask its target says; segments with target -1 are left out. */
  void draw(List<Segment> segments, int[] targets) {
    IdentityHashMap<LabelMap, List<Integer>> byMap = new IdentityHashMap<>();
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] < 0) {
        continue;
      }
      SegmentMask mask = segments.get(i).mask();
      if (mask instanceof SegmentMask.Polygons polygons) {
        drawPolygons(polygons, targets[i]);
      } else if (mask instanceof SegmentMask.Runs runs) {
        drawRuns(runs.rle(), targets[i]);
      } else if (mask instanceof SegmentMask.Labelled labelled) {
        byMap.computeIfAbsent(labelled.map(), m -> new ArrayList<>()).add(i);
      }
    }
    byMap.forEach(
        (map, members) -> {
          IdTable table = new IdTable(members.size());
          for (int i : members) {
            table.put(((SegmentMask.Labelled) segments.get(i).mask()).id(), targets[i]);
          }
          drawLabels(map, table);
        });
  }

  private void drawPolygons(SegmentMask.Polygons polygons, int target) {
    Size content = view.content();
    List<double[]> inside = new ArrayList<>(polygons.rings().size());
    for (double[] ring : polygons.rings()) {
      double[] mapped = view.map(ring);
      if (meets(mapped, content)) {
        inside.add(mapped);
      }
    }
    for (double[] ring : inside) {
      Polygons.toRle(ring, content.height(), content.width())
          .forEachRun((x, y0, y1) -> stack.setColumn(target, x, y0, y1));
    }
  }

  private static boolean meets(double[] ring, Size content) {
    double minX = Double.POSITIVE_INFINITY;
    double minY = Double.POSITIVE_INFINITY;
    double maxX = Double.NEGATIVE_INFINITY;
    double maxY = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < ring.length; i += 2) {
      minX = Math.min(minX, ring[i]);
      maxX = Math.max(maxX, ring[i]);
      minY = Math.min(minY, ring[i + 1]);
      maxY = Math.max(maxY, ring[i + 1]);
    }
    return maxX > 0 && maxY > 0 && minX < content.width() && minY < content.height();
  }

  private void drawRuns(Rle rle, int target) {
    int[] firstColumn = firstPositions(columns, rle.width(), view.mirrored());
    int[] firstRow = firstPositions(rows, rle.height(), false);
    boolean mirrored = view.mirrored();
    rle.forEachRun(
        (x, y0, y1) -> {
          int from = mirrored ? columns.length - firstColumn[x + 1] : firstColumn[x];
          int to = mirrored ? columns.length - firstColumn[x] : firstColumn[x + 1];
          if (from < to) {
            for (int y = firstRow[y0]; y < firstRow[y1]; y++) {
              stack.setRow(target, y, from, to);
            }
          }
        });
  }

  /**
   * For each source position s, and one beyond, the number of content positions, counted in the
   * source's direction, that show something before s.
   */
  private static int[] firstPositions(int[] from, int sourceLength, boolean mirrored) {
    int[] first = new int[sourceLength + 1];
    for (int i = 0; i < from.length; i++) {
      first[from[mirrored ? from.length - 1 - i : i] + 1]++;
    }
    for (int s = 0; s < sourceLength; s++) {
      first[s + 1] += first[s];
    }
    return first;
  }

  private void drawLabels(LabelMap map, IdTable targets) {
    int[] ids = map.labels();
    int[] touched = new int[columns.length];
    int touchedCount = 0;
    for (int y = 0; y < rows.length; y++) {
      if (y > 0 && rows[y] == rows[y - 1]) {
        for (int i = 0; i < touchedCount; i++) {
          stack.copyRow(touched[i], y - 1, y);
        }
        continue;
      }
      touchedCount = 0;
      int start = rows[y] * map.width();
      int runStart = 0;
      int runId = ids[start + columns[0]];
      for (int x = 1; x <= columns.length; x++) {
        int id = x < columns.length ? ids[start + columns[x]] : ~runId;
        if (id != runId) {
          int target = targets.get(runId);
          if (target >= 0) {
            stack.setRow(target, y, runStart, x);
            touched[touchedCount++] = target;
          }
          runId = id;
          runStart = x;
        }
      }
    }
  }
}
