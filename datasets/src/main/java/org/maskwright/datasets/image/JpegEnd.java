package org.maskwright.datasets.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;

/**
 * Whether a JPEG is whole. One that was cut off may still end with an end marker, which some tools
 * append; decoders then fill what is missing with grey, or leave out detail, and do not tell.
 */
final class JpegEnd {
  /** The brightness that decoders give where there are no data: all coefficients are zero. */
  private static final int GREY = 128;

  private static final int ROUNDING = 2;

  private static final int BLOCK = 8;

  /** libjpeg's words where a marker comes before the data of the last block. */
  private static final String CUT = "premature end of data segment";

  private JpegEnd() {}

  /**
   * Checks that there is an end marker; only 0xFF 0xD9 can look like it in image data. Segments
   * before the frame header may hold a smaller JPEG with an end of its own.
   *
   * @throws DatasetException if there is none
   */
  static void checkMarker(byte[] file, int frameEnd) {
    for (int i = file.length - 2; i >= frameEnd; i--) {
      if (file[i] == (byte) 0xFF && file[i + 1] == (byte) 0xD9) {
        return;
      }
    }
    throw new DatasetException(
        "JPEG: truncated, no end marker in " + file.length + " bytes; fetch the file again");
  }

  /**
   * Checks a decoded picture for the grey of missing data in the block that is stored last, which
   * costs nothing; only a picture that has it is looked at closely.
   *
   * @throws DatasetException if data are missing
   */
  static void checkPicture(byte[] file, RgbImage picture) {
    int orientation = new JpegSegments(file).orientation();
    boolean right = orientation == 1 || orientation == 4 || orientation == 5 || orientation == 8;
    boolean bottom = orientation == 1 || orientation == 2 || orientation == 5 || orientation == 6;
    int width = (picture.width() - 1) % BLOCK + 1;
    int height = (picture.height() - 1) % BLOCK + 1;
    int left = right ? picture.width() - width : 0;
    int top = bottom ? picture.height() - height : 0;
    for (int y = top; y < top + height; y++) {
      for (int x = left; x < left + width; x++) {
        if (!isGrey(picture.rgb(x, y))) {
          return;
        }
      }
    }
    checkData(file);
  }

  /** By its brightness: colour is interpolated across the border of the block. */
  private static boolean isGrey(int rgb) {
    int luma = 299 * (rgb >> 16 & 255) + 587 * (rgb >> 8 & 255) + 114 * (rgb & 255);
    return Math.abs(luma - 1000 * GREY) <= 1000 * ROUNDING;
  }

  /**
   * Reads all image data, which takes longer than decoding a picture.
   *
   * @throws DatasetException if data are missing before the end marker, or cannot be read
   */
  static void checkData(byte[] file) {
    try {
      raster(file);
    } catch (IOException e) {
      if (!String.valueOf(e.getMessage()).startsWith("Unsupported")) { // arithmetic coding, say
        throw new DatasetException("JPEG: damaged or truncated: " + e.getMessage(), e);
      }
    }
  }

  /**
   * The stored raster.
   *
   * @throws DatasetException if data are missing before the end marker
   * @throws IOException if the file cannot be decoded
   */
  static Raster raster(byte[] file) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    AtomicBoolean cut = new AtomicBoolean();
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          if (warning.toLowerCase(Locale.ROOT).contains(CUT)) {
            cut.set(true);
          }
        });
    try (ImageInputStream input = new MemoryCacheImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(input, true, true);
      Raster raster = reader.readRaster(0, null);
      if (cut.get()) {
        throw new DatasetException(
            "JPEG: truncated, image data are missing before its end marker; fetch the file again");
      }
      return raster;
    } finally {
      reader.dispose();
    }
  }
}
