package org.maskwright.datasets.picture;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.maskwright.files.OutputFile;

/** A finished RGB picture that can be written as PNG. Immutable to the outside. */
public final class Picture {
  private final BufferedImage image;

  Picture(BufferedImage image) {
    this.image = image;
  }

  /**
   * A picture of a plain photograph.
   *
   * @param rgb interleaved RGB, 3 * width * height bytes, rows from the top
   * @throws IllegalArgumentException if the length of rgb does not fit the size
   */
  public static Picture ofRgb(byte[] rgb, int width, int height) {
    checkSize("rgb", rgb.length, 3, width, height);
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] pixels = pixels(image);
    for (int i = 0, j = 0; i < pixels.length; i++, j += 3) {
      pixels[i] = (rgb[j] & 255) << 16 | (rgb[j + 1] & 255) << 8 | (rgb[j + 2] & 255);
    }
    return new Picture(image);
  }

  /** Width in pixels. */
  public int width() {
    return image.getWidth();
  }

  /** Height in pixels. */
  public int height() {
    return image.getHeight();
  }

  /** 0xRRGGBB at column x, row y. */
  public int at(int x, int y) {
    return image.getRGB(x, y) & 0xFFFFFF;
  }

  /** The picture as interleaved RGB, 3 * width * height bytes. */
  public byte[] rgb() {
    int[] pixels = pixels(image);
    byte[] rgb = new byte[3 * pixels.length];
    for (int i = 0, j = 0; i < pixels.length; i++, j += 3) {
      rgb[j] = (byte) (pixels[i] >> 16);
      rgb[j + 1] = (byte) (pixels[i] >> 8);
      rgb[j + 2] = (byte) pixels[i];
    }
    return rgb;
  }

  /** A copy with the long side of the given length (bicubic up, bilinear down). */
  public Picture resized(int longSide) {
    double scale = longSide / (double) Math.max(width(), height());
    int w = Math.max(1, (int) Math.round(width() * scale));
    int h = Math.max(1, (int) Math.round(height() * scale));
    return new Picture(
        scaled(
            image,
            w,
            h,
            scale > 1
                ? RenderingHints.VALUE_INTERPOLATION_BICUBIC
                : RenderingHints.VALUE_INTERPOLATION_BILINEAR));
  }

  /** The picture as the bytes of a PNG file. */
  public byte[] toPng() {
    var bytes = new ByteArrayOutputStream();
    Iterator<ImageWriter> writers = ImageIO.getImageWritersByFormatName("png");
    ImageWriter writer = writers.next();
    try (var out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(0);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException("encoding a PNG in memory", e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /**
   * Writes the picture as a PNG file, whole or not at all; missing folders are made.
   *
   * @throws org.maskwright.files.OutputException if the file cannot be written
   */
  public void writePng(Path file) {
    OutputFile.write(file, toPng());
  }

  BufferedImage image() {
    return image;
  }

  static int[] pixels(BufferedImage image) {
    return ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
  }

  static BufferedImage scaled(BufferedImage image, int width, int height, Object interpolation) {
    var out = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = out.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_INTERPOLATION, interpolation);
    g.drawImage(image, 0, 0, width, height, null);
    g.dispose();
    return out;
  }

  /** A photograph made smaller: each pixel is the mean of those that it stands for. */
  static BufferedImage averaged(byte[] rgb, int width, int height, int newWidth, int newHeight) {
    var out = new BufferedImage(newWidth, newHeight, BufferedImage.TYPE_INT_RGB);
    int[] pixels = pixels(out);
    for (int y = 0, i = 0; y < newHeight; y++) {
      int y0 = (int) ((long) y * height / newHeight);
      int y1 = (int) Math.max(y0 + 1, (y + 1L) * height / newHeight);
      for (int x = 0; x < newWidth; x++, i++) {
        int x0 = (int) ((long) x * width / newWidth);
        int x1 = (int) Math.max(x0 + 1, (x + 1L) * width / newWidth);
        pixels[i] = mean(rgb, width, x0, y0, x1, y1);
      }
    }
    return out;
  }

  private static int mean(byte[] rgb, int width, int x0, int y0, int x1, int y1) {
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int y = y0; y < y1; y++) {
      for (int x = x0, j = 3 * (y * width + x0); x < x1; x++, j += 3) {
        red += rgb[j] & 255;
        green += rgb[j + 1] & 255;
        blue += rgb[j + 2] & 255;
      }
    }
    long n = (long) (y1 - y0) * (x1 - x0);
    return (int) ((red + n / 2) / n << 16 | (green + n / 2) / n << 8 | (blue + n / 2) / n);
  }

  static Graphics2D smooth(BufferedImage image) {
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    return g;
  }

  static void checkSize(String what, int length, int channels, int width, int height) {
    if (width <= 0 || height <= 0 || length != (long) channels * width * height) {
      throw new IllegalArgumentException(
          what
              + ": expected "
              + channels
              + " x "
              + width
              + " x "
              + height
              + " values, got "
              + length);
    }
  }
}
