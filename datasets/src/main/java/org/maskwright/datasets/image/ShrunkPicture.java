package org.maskwright.datasets.image;

import java.util.Arrays;
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

  private final long[] sums;
  private final int[] counts;
  private final Size from;
  private final Size to;
  private final byte[] rgb;
  private int row;

  private ShrunkPicture(Size from, Size to) {
    this.from = from;
    this.to = to;
    this.sums = new long[3 * to.width()];
    this.counts = new int[to.width()];
    this.rgb = new byte[Math.multiplyExact(3 * to.width(), to.height())];
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
   * A picture at a smaller size.
   *
   * @throws IllegalArgumentException if it is larger along a side
   */
  public static RgbImage of(ImageWindows picture, Size size) {
    Size from = picture.size();
    if (size.equals(from)) {
      return picture.read(Window.of(from));
    }
    if (size.width() > from.width() || size.height() > from.height()) {
      throw new IllegalArgumentException(
          "shrunk picture: expected at most %s, got %s".formatted(from, size));
    }
    ShrunkPicture run = new ShrunkPicture(from, size);
    for (int y = 0; y < from.height(); y += BAND_ROWS) {
      int rows = Math.min(BAND_ROWS, from.height() - y);
      byte[] band = picture.read(new Window(0, y, from.width(), rows)).data();
      for (int i = 0; i < rows; i++) {
        run.add(y + i, band, 3 * i * from.width());
      }
    }
    run.endRow();
    return new RgbImage(size.width(), size.height(), run.rgb);
  }

  private void add(int y, byte[] band, int at) {
    int target = (int) ((long) y * to.height() / from.height());
    if (target != row) {
      endRow();
      row = target;
    }
    for (int x = 0; x < from.width(); x++) {
      int column = (int) ((long) x * to.width() / from.width());
      counts[column]++;
      for (int c = 0; c < 3; c++) {
        sums[3 * column + c] += band[at + 3 * x + c] & 0xFF;
      }
    }
  }

  private void endRow() {
    for (int i = 0; i < sums.length; i++) {
      int count = counts[i / 3];
      rgb[row * sums.length + i] = (byte) ((sums[i] + count / 2) / count);
      sums[i] = 0;
    }
    Arrays.fill(counts, 0);
  }
}
