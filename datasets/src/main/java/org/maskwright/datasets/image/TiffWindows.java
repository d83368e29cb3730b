package org.maskwright.datasets.image;

import java.awt.Rectangle;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/** Windows of a TIFF by the JDK's reader, which reads the tiles or strips that they touch. */
final class TiffWindows implements ImageWindows {
  private static final long HELD_BYTES = 1 << 20;

  private final Path file;
  private final ImageInputStream input;
  private final ImageReader reader;
  private final Size size;

  private TiffWindows(Path file, ImageInputStream input, ImageReader reader) throws IOException {
    this.file = file;
    this.input = input;
    this.reader = reader;
    this.size = new Size(reader.getWidth(0), reader.getHeight(0));
  }

  static boolean isTiff(byte[] head) {
    return head.length >= 4
        && ((head[0] == 'I' && head[1] == 'I' && head[2] == 42 && head[3] == 0)
            || (head[0] == 'M' && head[1] == 'M' && head[2] == 0 && head[3] == 42));
  }

  /** Empty if the JDK's reader does not take it. */
  static Optional<TiffWindows> open(Path file) {
    ImageReader reader = ImageIO.getImageReadersByFormatName("tiff").next();
    try {
      ImageInputStream input = ImageIO.createImageInputStream(file.toFile());
      try {
        reader.setInput(input, true, true);
        return Optional.of(new TiffWindows(file, input, reader));
      } catch (IOException | RuntimeException e) { // whoever decodes it whole says what is wrong
        reader.dispose();
        input.close();
        return Optional.empty();
      }
    } catch (IOException e) {
      throw new DatasetException("image: cannot read the file: " + e.getMessage(), e);
    }
  }

  @Override
  public Size size() {
    return size;
  }

  @Override
  public synchronized RgbImage read(Window window) {
    Photograph.requireInside(window, size);
    BufferedImage read;
    try {
      ImageReadParam region = reader.getDefaultReadParam();
      region.setSourceRegion(
          new Rectangle(window.x(), window.y(), window.width(), window.height()));
      read = reader.read(0, region);
    } catch (IOException | RuntimeException e) {
      throw DatasetException.ofFile(
          file, "TIFF: damaged, or of an unknown kind: " + e.getMessage(), e);
    }
    byte[] rgb = new byte[Math.multiplyExact(3 * window.width(), window.height())];
    if (read.getColorModel() instanceof IndexColorModel) {
      colours(read, rgb);
    } else {
      int type = read.getRaster().getTransferType();
      if (type != DataBuffer.TYPE_BYTE && type != DataBuffer.TYPE_USHORT) {
        throw DatasetException.ofFile(
            file, "TIFF: expected whole numbers of 8 or 16 bits in each channel");
      }
      int[] at = {0};
      RasterRows.add(
          read.getRaster(),
          (row, length) -> {
            System.arraycopy(row, 0, rgb, at[0], length);
            at[0] += length;
          });
    }
    return new RgbImage(window.width(), window.height(), rgb);
  }

  private static void colours(BufferedImage palette, byte[] rgb) {
    for (int y = 0, to = 0; y < palette.getHeight(); y++) {
      for (int x = 0; x < palette.getWidth(); x++) {
        int colour = palette.getRGB(x, y);
        rgb[to++] = (byte) (colour >> 16);
        rgb[to++] = (byte) (colour >> 8);
        rgb[to++] = (byte) colour;
      }
    }
  }

  @Override
  public long heldBytes() {
    return HELD_BYTES;
  }

  @Override
  public synchronized void close() {
    reader.dispose();
    try {
      input.close();
    } catch (IOException e) {
      throw new DatasetException("image: " + e.getMessage(), e);
    }
  }
}
