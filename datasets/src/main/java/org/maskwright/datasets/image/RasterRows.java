package org.maskwright.datasets.image;

import java.awt.image.Raster;
import org.maskwright.datasets.image.RowSource.Rows;

/** Rasters of grey or colour, of 8 or 16 bits, as rows of RGB. */
final class RasterRows {
  private static final int BYTE_BITS = 8;

  private RasterRows() {}

  /** Adds all rows: values as stored, of 16 bits the high byte, no more than three channels. */
  static void add(Raster raster, Rows receiver) {
    int width = raster.getWidth();
    int bands = raster.getNumBands();
    int shift = Math.max(0, raster.getSampleModel().getSampleSize(0) - BYTE_BITS);
    int[] samples = new int[width * bands];
    byte[] rgb = new byte[3 * width];
    for (int y = 0; y < raster.getHeight(); y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, samples);
      for (int x = 0, to = 0; x < width; x++) {
        for (int c = 0; c < 3; c++) {
          rgb[to++] = (byte) (samples[x * bands + (bands < 3 ? 0 : c)] >> shift);
        }
      }
      receiver.add(rgb, rgb.length);
    }
  }
}
