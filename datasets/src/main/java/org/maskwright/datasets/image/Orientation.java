package org.maskwright.datasets.image;

import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/**
 * Which way a stored raster is to be turned, as EXIF says it.
 *
 * @param exif 1 to 8
 */
public record Orientation(int exif) {
  /** As it is. */
  public static final Orientation UPRIGHT = new Orientation(1);

  private boolean isTransposed() {
    return exif >= 5;
  }

  private boolean mirrorsColumns() {
    return exif == 2 || exif == 3 || exif >= 7;
  }

  private boolean mirrorsRows() {
    return exif == 3 || exif == 4 || exif == 6 || exif == 7;
  }

  /** The size of a raster when it is turned. */
  Size upright(Size stored) {
    return isTransposed()
        ? new Size(/* width= */ stored.height(), /* height= */ stored.width())
        : stored;
  }

  /** Which pixels of the raster an upright window shows. */
  Window stored(Window upright, Size stored) {
    int width = isTransposed() ? upright.height() : upright.width();
    int height = isTransposed() ? upright.width() : upright.height();
    int x = isTransposed() ? upright.y() : upright.x();
    int y = isTransposed() ? upright.x() : upright.y();
    return new Window(
        mirrorsColumns() ? stored.width() - x - width : x,
        mirrorsRows() ? stored.height() - y - height : y,
        width,
        height);
  }

  /** A raster as it is to be looked at. */
  public RgbImage turned(RgbImage raster) {
    if (exif == 1) {
      return raster;
    }
    int width = raster.width();
    int height = raster.height();
    byte[] rgb = raster.data();
    byte[] turned = new byte[rgb.length];
    int rows = isTransposed() ? width : height;
    int columns = isTransposed() ? height : width;
    for (int row = 0, to = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++, to += 3) {
        int x = isTransposed() ? row : column;
        int y = isTransposed() ? column : row;
        int from =
            3
                * ((mirrorsRows() ? height - 1 - y : y) * width
                    + (mirrorsColumns() ? width - 1 - x : x));
        turned[to] = rgb[from];
        turned[to + 1] = rgb[from + 1];
        turned[to + 2] = rgb[from + 2];
      }
    }
    return new RgbImage(columns, rows, turned);
  }
}
