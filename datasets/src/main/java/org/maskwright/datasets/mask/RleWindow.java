package org.maskwright.datasets.mask;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Parts of masks, masks as parts, and smaller ones, run by run. */
final class RleWindow {
  private RleWindow() {}

  /** Runs of a mask that is made column by column, from the foreground alone. */
  private static final class Foreground {
    private final RunWriter runs = new RunWriter();
    private final int height;
    private int at;

    Foreground(int height) {
      this.height = height;
    }

    void add(int x, int y0, int y1) {
      int start = x * height + y0;
      runs.piece(false, start - at);
      runs.piece(true, y1 - y0);
      at = start + y1 - y0;
    }

    Rle mask(int width) {
      runs.piece(false, height * width - at);
      return Rle.trusted(height, width, runs.finish());
    }
  }

  static Rle cut(Rle mask, int x, int y, int height, int width) {
    Rle.checkedPixels(height, width);
    if (x < 0 || y < 0 || x > mask.width() - width || y > mask.height() - height) {
      throw new IllegalArgumentException(
          "cut of %d x %d pixels at (%d, %d): expected it inside the mask of %d x %d"
              .formatted(width, height, x, y, mask.width(), mask.height()));
    }
    Foreground out = new Foreground(height);
    mask.forEachRun(
        (column, y0, y1) -> {
          int from = Math.max(y0 - y, 0);
          int to = Math.min(y1 - y, height);
          if (column >= x && column - x < width && from < to) {
            out.add(column - x, from, to);
          }
        });
    return out.mask(width);
  }

  static Rle placed(Rle mask, int x, int y, int height, int width) {
    Rle.checkedPixels(height, width);
    if (x < 0 || y < 0 || x > width - mask.width() || y > height - mask.height()) {
      throw new IllegalArgumentException(
          "mask of %d x %d pixels at (%d, %d): expected it inside a picture of %d x %d"
              .formatted(mask.width(), mask.height(), x, y, width, height));
    }
    Foreground out = new Foreground(height);
    mask.forEachRun((column, y0, y1) -> out.add(x + column, y + y0, y + y1));
    return out.mask(width);
  }

  static Rle sampled(Rle mask, int height, int width) {
    Rle.checkedPixels(height, width);
    int[] columns = samplesBefore(mask.width(), width);
    int[] rows = samplesBefore(mask.height(), height);
    SampledColumn column = new SampledColumn(columns, height);
    mask.forEachRun((x, y0, y1) -> column.add(x, rows[y0], rows[y1]));
    column.end();
    return column.out.mask(width);
  }

  /** The samples of one column of a mask, which a larger one shows more than once. */
  private static final class SampledColumn {
    private final int[] columns;
    private final Foreground out;
    private final List<int[]> pieces = new ArrayList<>();
    private int x;

    SampledColumn(int[] columns, int height) {
      this.columns = columns;
      this.out = new Foreground(height);
    }

    void add(int newX, int from, int to) {
      if (newX != x) {
        end();
        x = newX;
      }
      if (from < to) {
        pieces.add(new int[] {from, to});
      }
    }

    void end() {
      for (int to = columns[x]; to < columns[x + 1]; to++) {
        for (int[] piece : pieces) {
          out.add(to, piece[0], piece[1]);
        }
      }
      pieces.clear();
    }
  }

  /** For each position of the larger side, and one beyond, how many samples lie before it. */
  private static int[] samplesBefore(int of, int samples) {
    int[] out = new int[of + 1];
    for (int i = 0; i < samples; i++) {
      out[(int) ((2L * i + 1) * of / (2L * samples)) + 1]++;
    }
    for (int i = 0; i < of; i++) {
      out[i + 1] += out[i];
    }
    return out;
  }

  static SortedMap<Integer, Rle> ofLabels(int[] rowMajor, int height, int width) {
    Map<Integer, Foreground> masks = new HashMap<>();
    for (int x = 0; x < width; x++) {
      int start = 0;
      for (int y = 1; y <= height; y++) {
        int label = rowMajor[start * width + x];
        if (y == height || rowMajor[y * width + x] != label) {
          masks.computeIfAbsent(label, unseen -> new Foreground(height)).add(x, start, y);
          start = y;
        }
      }
    }
    SortedMap<Integer, Rle> out = new TreeMap<>();
    masks.forEach((label, mask) -> out.put(label, mask.mask(width)));
    return out;
  }
}
