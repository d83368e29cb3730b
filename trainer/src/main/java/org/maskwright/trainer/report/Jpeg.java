package org.maskwright.trainer.report;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.maskwright.datasets.picture.Picture;

/** A picture as the bytes of a JPEG file of a bounded size. Immutable. */
public final class Jpeg {
  private static final float[] QUALITIES = {0.85f, 0.7f, 0.5f};
  private static final int SMALLEST_SIDE = 64;

  private final byte[] bytes;
  private final int width;
  private final int height;

  private Jpeg(byte[] bytes, int width, int height) {
    this.bytes = bytes;
    this.width = width;
    this.height = height;
  }

  /**
   * Encodes a picture: with less quality, then smaller, until it is no longer than it may be.
   *
   * @param longSide in pixels, at most
   * @param mostBytes of the file
   */
  public static Jpeg of(Picture picture, int longSide, int mostBytes) {
    int side = Math.min(longSide, Math.max(picture.width(), picture.height()));
    for (; ; side /= 2) {
      Picture smaller =
          side < Math.max(picture.width(), picture.height()) ? picture.resized(side) : picture;
      for (float quality : QUALITIES) {
        byte[] file = encoded(smaller, quality);
        if (file.length <= mostBytes || side <= SMALLEST_SIDE) {
          return new Jpeg(file, smaller.width(), smaller.height());
        }
      }
    }
  }

  /** Width in pixels. */
  public int width() {
    return width;
  }

  /** Height in pixels. */
  public int height() {
    return height;
  }

  /** The file in the address of a picture. */
  String dataUri() {
    return "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(bytes);
  }

  private static byte[] encoded(Picture picture, float quality) {
    var image = new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < picture.height(); y++) {
      for (int x = 0; x < picture.width(); x++) {
        image.setRGB(x, y, picture.at(x, y));
      }
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    var bytes = new ByteArrayOutputStream();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(quality);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("encoding a JPEG in memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
