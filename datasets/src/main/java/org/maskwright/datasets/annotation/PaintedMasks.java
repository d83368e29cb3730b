package org.maskwright.datasets.annotation;

import java.util.Arrays;
import java.util.List;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.datasets.mask.Rle;

/**
 * Masks painted into a label image one over the other, without the image ever being in memory.
 *
 * <p><b>Memory, cost</b> a band of rows, 64 MiB at most; each band goes over all runs of all masks.
 *
 * <p><b>Threads</b> one.
 */
public final class PaintedMasks implements LabelRows {
  private static final int BAND_PIXELS = 1 << 24;

  /**
   * A mask and its label.
   *
   * @param mask of the size of the image
   */
  public record Paint(Rle mask, int label) {}

  private final Size size;
  private final int background;
  private final List<Paint> paint;
  private final int bandRows;
  private int[] band;
  private int first; // row of the band

  /**
   * An image of masks.
   *
   * @param background the label where no mask is
   * @param paint the last on top
   */
  public PaintedMasks(Size size, int background, List<Paint> paint) {
    this(size, background, paint, BAND_PIXELS);
  }

  PaintedMasks(Size size, int background, List<Paint> paint, int bandPixels) {
    this.size = size;
    this.background = background;
    this.paint = List.copyOf(paint);
    this.bandRows = Math.max(1, Math.min(size.height(), bandPixels / size.width()));
  }

  @Override
  public int height() {
    return size.height();
  }

  @Override
  public int width() {
    return size.width();
  }

  @Override
  public void row(int y, int[] into) {
    if (band == null || y < first || y >= first + bandRows) {
      paintBand(y);
    }
    System.arraycopy(band, (y - first) * size.width(), into, 0, size.width());
  }

  private void paintBand(int y) {
    first = y - y % bandRows;
    if (band == null) {
      band = new int[Math.multiplyExact(bandRows, size.width())];
    }
    Arrays.fill(band, background);
    for (Paint one : paint) {
      one.mask().paintRows(band, first, one.label());
    }
  }
}
