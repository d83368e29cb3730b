package org.maskwright.datasets.image;

import java.util.Arrays;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/**
 * A large picture small enough to look at: each pixel is the mean of those it stands for.
 *
 * <p><b>Memory</b> a band of rows of the large one, and the small one
 */
public final class ShrunkPicture {
  private static final int BAND_ROWS = 256;

  private final Size from;
  private final Size to;
  private final int channels;
  private final double[] sums; // of a row of the small one, [W,C]
  private final int[] counts;
  private final float[] means; // [C,H,W]
  private int row;

  private ShrunkPicture(Size from, Size to, int channels) {
    this.from = from;
    this.to = to;
    this.channels = channels;
    this.sums = new double[channels * to.width()];
    this.counts = new int[to.width()];
    this.means = new float[Math.multiplyExact(channels * to.width(), to.height())];
  }

  /** The size of a picture whose long side may have so many pixels; its own if it has no more. */
  public static Size size(Size picture, int longSide) {
    double scale = (double) longSide / Math.max(picture.width(), picture.height());
    return scale >= 1
        ? picture
        : new Size(
            (int) Math.max(1, Math.round(picture.width() * scale)),
            (int) Math.max(1, Math.round(picture.height() * scale)));
  }

  /**
   * A picture at a smaller size, as people look at it.
   *
   * @throws IllegalArgumentException if it is larger along a side
   */
  public static RgbImage of(ImageWindows picture, Size size) {
    Size from = picture.size();
    if (size.equals(from)) {
      return picture.read(Window.of(from)).shown();
    }
    if (size.width() > from.width() || size.height() > from.height()) {
      throw new IllegalArgumentException(
          "shrunk picture: expected at most %s, got %s".formatted(from, size));
    }
    ShrunkPicture run = null;
    boolean colours = true;
    for (int y = 0; y < from.height(); y += BAND_ROWS) {
      int rows = Math.min(BAND_ROWS, from.height() - y);
      Photograph band = picture.read(new Window(0, y, from.width(), rows));
      if (run == null) {
        run = new ShrunkPicture(from, size, band.channels());
        colours = band.match(rgb -> true, channels -> false);
      }
      run.add(y, band);
    }
    run.endRow();
    return colours
        ? run.colours()
        : new ChannelImage(size.width(), size.height(), run.channels, run.means).shown();
  }

  private void add(int y, Photograph band) {
    for (int i = 0; i < band.height(); i++) {
      int target = (int) ((long) (y + i) * to.height() / from.height());
      if (target != row) {
        endRow();
        row = target;
      }
      int bandRow = i;
      band.match(rgb -> addRow(rgb, bandRow), image -> addRow(image, bandRow));
    }
  }

  private int column(int x) {
    return (int) ((long) x * to.width() / from.width());
  }

  private ShrunkPicture addRow(RgbImage band, int bandRow) {
    int at = 3 * bandRow * band.width();
    for (int x = 0; x < band.width(); x++) {
      int column = column(x);
      counts[column]++;
      for (int c = 0; c < 3; c++) {
        sums[3 * column + c] += band.data()[at + 3 * x + c] & 0xFF;
      }
    }
    return this;
  }

  private ShrunkPicture addRow(ChannelImage band, int bandRow) {
    for (int x = 0; x < band.width(); x++) {
      int column = column(x);
      counts[column]++;
      for (int c = 0; c < channels; c++) {
        sums[channels * column + c] +=
            band.values()[(c * band.height() + bandRow) * band.width() + x];
      }
    }
    return this;
  }

  private void endRow() {
    for (int x = 0; x < to.width(); x++) {
      for (int c = 0; c < channels; c++) {
        double mean = sums[channels * x + c] / counts[x];
        means[(c * to.height() + row) * to.width() + x] = (float) mean;
      }
    }
    Arrays.fill(sums, 0);
    Arrays.fill(counts, 0);
  }

  /** Rounded to the nearest level, halves up. */
  private RgbImage colours() {
    int plane = to.width() * to.height();
    byte[] rgb = new byte[3 * plane];
    for (int c = 0; c < 3; c++) {
      for (int i = 0; i < plane; i++) {
        rgb[3 * i + c] = (byte) (int) (means[c * plane + i] + 0.5f);
      }
    }
    return new RgbImage(to.width(), to.height(), rgb);
  }
}
