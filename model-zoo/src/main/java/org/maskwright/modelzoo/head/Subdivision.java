package org.maskwright.modelzoo.head;

import java.util.Arrays;
import org.maskwright.engine.runtime.Parallel;

/**
 * How masks that are functions of the place become maps: on a coarse grid first, which is doubled
 * several times, and each time the function is asked again where the map is least certain.
 *
 * <p><b>Source</b> PointRend (arXiv 1912.08193), section 3.1
 *
 * @param finer cells of the finest grid for each of the features' map, along a side
 * @param steps how often the grid is doubled
 * @param points asked again in each step, of each mask
 */
public record Subdivision(int finer, int steps, int points) {
  /** The sides of the first grid on a map of such a side. */
  int first(int side) {
    int last = Math.multiplyExact(side, finer);
    int factor = 1 << steps;
    return Math.max(1, (last + factor - 1) / factor);
  }

  /**
   * The same number of cells in each of several maps.
   *
   * <p><b>Shapes</b> points [n,P,2]
   */
  static final class Cells {
    private final int[] indices; // [n,P] in all maps together
    private final float[] points;
    private final int count;

    private Cells(int[] indices, float[] points, int count) {
      this.indices = indices;
      this.points = points;
      this.count = count;
    }

    /** P. */
    int count() {
      return count;
    }

    float[] points() {
      return points;
    }

    /** Writes values [n,P] into maps [n,h,w]. */
    void put(float[] values, float[] maps) {
      for (int i = 0; i < indices.length; i++) {
        maps[indices[i]] = values[i];
      }
    }
  }

  /** The cells of each of n maps [n,h,w] whose logits are nearest to 0. */
  Cells uncertain(float[] logits, int n, int height, int width) {
    int cells = Math.multiplyExact(height, width);
    int count = Math.min(points, cells);
    int[] indices = new int[Math.multiplyExact(n, count)];
    float[] xy = new float[2 * indices.length];
    Parallel.forEach(
        n,
        i -> {
          int[] nearest = nearest(logits, i * cells, cells, count);
          for (int p = 0; p < count; p++) {
            int at = i * count + p;
            indices[at] = i * cells + nearest[p];
            int row = nearest[p] / width;
            xy[2 * at] = (nearest[p] - row * width + 0.5f) / width;
            xy[2 * at + 1] = (row + 0.5f) / height;
          }
        });
    return new Cells(indices, xy, count);
  }

  /** Numbers of the values nearest to 0, in rising order; of equals the first. */
  private static int[] nearest(float[] values, int from, int length, int count) {
    float[] sizes = new float[length];
    for (int i = 0; i < length; i++) {
      sizes[i] = Math.abs(values[from + i]);
    }
    float[] sorted = sizes.clone();
    Arrays.sort(sorted);
    float limit = sorted[count - 1];
    int below = 0;
    for (float size : sizes) {
      below += size < limit ? 1 : 0;
    }
    int equal = count - below;
    int[] out = new int[count];
    int n = 0;
    for (int i = 0; i < length; i++) {
      if (sizes[i] < limit || sizes[i] == limit && equal-- > 0) {
        out[n++] = i;
      }
    }
    return out;
  }
}
