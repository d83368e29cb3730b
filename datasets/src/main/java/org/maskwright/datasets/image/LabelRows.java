package org.maskwright.datasets.image;

import org.maskwright.datasets.mask.LabelMap;

/**
 * Labels that are given row by row, so that a large image need not be in memory.
 *
 * <p><b>Threads</b> one.
 */
public interface LabelRows {
  /** Rows, H. */
  int height();

  /** Pixels of a row, W. */
  int width();

  /**
   * The labels of a row; rows are asked for from the first to the last.
   *
   * @param into [W]
   */
  void row(int y, int[] into);

  /** The rows of a map. */
  static LabelRows of(LabelMap map) {
    return new LabelRows() {
      @Override
      public int height() {
        return map.height();
      }

      @Override
      public int width() {
        return map.width();
      }

      @Override
      public void row(int y, int[] into) {
        System.arraycopy(map.labels(), y * map.width(), into, 0, map.width());
      }
    };
  }
}
