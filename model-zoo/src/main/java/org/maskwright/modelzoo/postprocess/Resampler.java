package org.maskwright.modelzoo.postprocess;

import java.util.Arrays;

/**
 * Resizes small planes to bands of rows of a large image: first each needed source row across, then
 * the rows downwards. Memory is one band.
 *
 * <p><b>Threads</b> stateless but for what the caller passes.
 */
final class Resampler {
  private final LinearTaps rows;
  private final LinearTaps columns;
  private final int sourceWidth;

  Resampler(LinearTaps rows, LinearTaps columns, int sourceWidth) {
    this.rows = rows;
    this.columns = columns;
    this.sourceWidth = sourceWidth;
  }

  /** Mask logits to the original size: padded input, cut to the content, original. */
  static Resampler toOriginal(QueryOutputs outputs, ImageFrame frame) {
    return new Resampler(
        composed(outputs.maskHeight(), frame.paddedHeight(), frame.contentHeight(), frame.height()),
        composed(outputs.maskWidth(), frame.paddedWidth(), frame.contentWidth(), frame.width()),
        outputs.maskWidth());
  }

  /** As {@link #toOriginal} with rows and columns swapped, for column-major results. */
  static Resampler toOriginalTransposed(int maskHeight, int maskWidth, ImageFrame frame) {
    return new Resampler(
        composed(maskWidth, frame.paddedWidth(), frame.contentWidth(), frame.width()),
        composed(maskHeight, frame.paddedHeight(), frame.contentHeight(), frame.height()),
        maskHeight);
  }

  /** Mask logits to the content part of the padded input. */
  static Resampler toContent(QueryOutputs outputs, ImageFrame frame) {
    LinearTaps cutRows = LinearTaps.bilinear(frame.contentHeight(), frame.contentHeight());
    LinearTaps cutColumns = LinearTaps.bilinear(frame.contentWidth(), frame.contentWidth());
    return new Resampler(
        LinearTaps.bilinear(outputs.maskHeight(), frame.paddedHeight())
            .then(cutRows, outputs.maskHeight()),
        LinearTaps.bilinear(outputs.maskWidth(), frame.paddedWidth())
            .then(cutColumns, outputs.maskWidth()),
        outputs.maskWidth());
  }

  private static LinearTaps composed(int mask, int padded, int content, int original) {
    return LinearTaps.bilinear(mask, padded).then(LinearTaps.bilinear(content, original), mask);
  }

  /** Rows of the result. */
  int height() {
    return rows.size();
  }

  /** Columns of the result. */
  int width() {
    return columns.size();
  }

  /** Source rows that a result row reads: the first of them. */
  int firstSource(int y) {
    return rows.start(y);
  }

  /** Source rows that a result row reads: one after the last. */
  int endSource(int y) {
    return rows.start(y) + rows.count();
  }

  /** Floats of scratch space that a band of so many rows needs at most. */
  int scratchSize(int bandRows) {
    int most = 0;
    for (int y = 0; y < height(); y++) {
      int last = Math.min(height(), y + bandRows) - 1;
      most = Math.max(most, endSource(last) - firstSource(y));
    }
    return Math.multiplyExact(most, width());
  }

  /**
   * Rows y0 to y1 (excluded) of the result.
   *
   * @param source plane of row-major values, from {@code offset}
   * @param out receives (y1 - y0) * width values from {@code at}
   * @param scratch of {@link #scratchSize} values
   */
  void band(float[] source, int offset, int y0, int y1, float[] out, int at, float[] scratch) {
    int width = width();
    int first = firstSource(y0);
    int end = endSource(y1 - 1);
    for (int s = first; s < end; s++) {
      columns.apply(source, offset + s * sourceWidth, scratch, (s - first) * width);
    }
    for (int y = y0; y < y1; y++) {
      int to = at + (y - y0) * width;
      Arrays.fill(out, to, to + width, 0);
      for (int t = 0; t < rows.count(); t++) {
        float w = rows.weight(y, t);
        if (w != 0) {
          int from = (rows.start(y) + t - first) * width;
          for (int x = 0; x < width; x++) {
            out[to + x] += w * scratch[from + x];
          }
        }
      }
    }
  }
}
