package org.maskwright.datasets.image;

import java.awt.image.Raster;
import java.io.IOException;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;

/**
 * JPEGs of four components. The raster is read as it is and converted by Pillow's integer formulas;
 * OpenCV's rounding differs from them by up to two levels. Adobe stores the inverse of CMYK, which
 * is what every such file in use does. EXIF's rotation is applied.
 */
final class CmykJpeg {
  private static final int YCCK = 2;
  private static final int FIX = 1 << 16;

  /** JFIF's conversion from YCbCr in 16-bit fixed point, as libjpeg rounds it. */
  private static final int RED_CR = 91881;

  private static final int BLUE_CB = 116130;
  private static final int GREEN_CB = 22554;
  private static final int GREEN_CR = 46802;

  private CmykJpeg() {}

  static RgbImage decode(byte[] file) {
    Raster raster = raster(file);
    JpegSegments segments = new JpegSegments(file);
    boolean ycck = segments.adobeTransform() == YCCK;
    byte[] rgb = new byte[Math.multiplyExact(3 * raster.getWidth(), raster.getHeight())];
    int[] row = new int[4 * raster.getWidth()];
    int at = 0;
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, raster.getWidth(), 1, row);
      for (int i = 0; i < row.length; i += 4) {
        if (ycck) {
          toInverseCmy(row, i);
        }
        // With the inverted values c' = 255 - c: 255 - k = k', and red = k' - c * k' / 255,
        // rounded.
        for (int c = 0; c < 3; c++) {
          int product = (255 - row[i + c]) * row[i + 3] + 128;
          rgb[at++] = (byte) Math.max(0, row[i + 3] - (((product >> 8) + product) >> 8));
        }
      }
    }
    return new Orientation(segments.orientation())
        .turned(new RgbImage(raster.getWidth(), raster.getHeight(), rgb));
  }

  private static Raster raster(byte[] file) {
    try {
      return JpegEnd.raster(file);
    } catch (DatasetException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new DatasetException("JPEG of four components: " + e.getMessage(), e);
    }
  }

  /**
   * libjpeg's YCCK to CMYK: the three channels become 255 - rgb. Its output is what the file calls
   * CMYK, and in Adobe's files that is the inverse of CMYK.
   */
  private static void toInverseCmy(int[] row, int i) {
    int luma = row[i];
    int cb = row[i + 1] - 128;
    int cr = row[i + 2] - 128;
    int red = luma + ((RED_CR * cr + FIX / 2) >> 16);
    int blue = luma + ((BLUE_CB * cb + FIX / 2) >> 16);
    int green = luma + ((-GREEN_CB * cb - GREEN_CR * cr + FIX / 2) >> 16);
    row[i] = clip(255 - red);
    row[i + 1] = clip(255 - green);
    row[i + 2] = clip(255 - blue);
  }

  private static int clip(int value) {
    return Math.max(0, Math.min(255, value));
  }
}
