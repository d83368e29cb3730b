package org.maskwright.trainer.weak;

/**
 * The box of a target as losses take it: in shares of the padded image, with the colours of the
 * picture behind it.
 *
 * @param left in [0,1]
 * @param top in [0,1]
 * @param right above left
 * @param bottom above top
 * @param share of the losses that learn from boxes, in [0,1]
 * @param colours of the whole picture, the same for all its targets
 */
record BoxLabel(
    double left, double top, double right, double bottom, double share, ColourEdges colours) {

  /** Cells from..to-1 of a side whose centres lie in the box; at least one. */
  record Span(int from, int to) {
    static Span of(double low, double high, int cells) {
      int from = (int) Math.ceil(low * cells - 0.5);
      int to = (int) Math.ceil(high * cells - 0.5);
      if (from < to) {
        return new Span(Math.max(0, from), Math.min(cells, to));
      }
      int middle = Math.min(cells - 1, (int) ((low + high) / 2 * cells));
      return new Span(middle, middle + 1);
    }

    boolean has(int cell) {
      return cell >= from && cell < to;
    }
  }

  /** Columns of a map of so many that the box covers. */
  Span columns(int width) {
    return Span.of(left, right, width);
  }

  /** Rows of a map of so many that the box covers. */
  Span rows(int height) {
    return Span.of(top, bottom, height);
  }
}
