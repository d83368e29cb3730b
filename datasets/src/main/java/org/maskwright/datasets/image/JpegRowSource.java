package org.maskwright.datasets.image;

import java.awt.Rectangle;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Size;

/**
 * The rows of a large JPEG, by the JDK's decoder in bands, each of which it decodes from the
 * beginning: as large bands as memory for them is modest.
 */
final class JpegRowSource implements RowSource {
  private static final int BAND_BYTES = 1 << 27;
  private static final int PROGRESSIVE = 0xC2;
  private static final int FRAME_MARKER = 9; // before the end of a frame header of 3 components

  private final ImageInputStream input;
  private final ImageReader reader;
  private final Size size;
  private final int orientation;
  private final AtomicBoolean damaged = new AtomicBoolean();

  private JpegRowSource(ImageInputStream input, Size size, int orientation) {
    this.input = input;
    this.size = size;
    this.orientation = orientation;
    this.reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    reader.addIIOReadWarningListener(
        (source, warning) -> {
          if (warning.toLowerCase(Locale.ROOT).contains("premature end")) {
            damaged.set(true);
          }
        });
  }

  /**
   * A JPEG of sequential coding in grey or three colours; of others the decoder would need memory
   * for the whole.
   *
   * @param head the beginning of the file
   */
  static Optional<RowSource> open(Path file, byte[] head, ImageHeader header) {
    int components = header.components();
    int marker = head[header.end() - FRAME_MARKER - 3 * components] & 0xFF;
    boolean sequential = marker < PROGRESSIVE && (components == 1 || components == 3);
    if (!sequential) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          new JpegRowSource(
              ImageIO.createImageInputStream(file.toFile()),
              new Size(header.width(), header.height()),
              new JpegSegments(head).orientation()));
    } catch (IOException e) {
      throw new DatasetException("image: cannot read the file: " + e.getMessage(), e);
    }
  }

  @Override
  public Size size() {
    return size;
  }

  @Override
  public int orientation() {
    return orientation;
  }

  @Override
  public void read(Rows receiver) throws IOException {
    int rows = Math.max(1, BAND_BYTES / (3 * size.width()));
    for (int y = 0; y < size.height(); y += rows) {
      int height = Math.min(rows, size.height() - y);
      input.seek(0);
      reader.setInput(input, true, true);
      ImageReadParam band = reader.getDefaultReadParam();
      band.setSourceRegion(new Rectangle(0, y, size.width(), height));
      Raster raster = reader.read(0, band).getRaster();
      if (damaged.get()) {
        throw new DatasetException(
            "JPEG: truncated, image data are missing before its end marker; fetch the file again");
      }
      RasterRows.add(raster, receiver);
    }
  }

  @Override
  public void close() throws IOException {
    reader.dispose();
    input.close();
  }
}
