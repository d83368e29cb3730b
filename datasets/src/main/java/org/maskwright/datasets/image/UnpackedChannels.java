package org.maskwright.datasets.image;

import java.io.IOException;
import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.PixelFormat;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.files.ScratchFile;

/**
 * A PNG of many bits or with alpha unpacked into a temporary file, as its rows are stored, from
 * which any window is read in the time it takes. Differs from {@link UnpackedPicture} in that no
 * bit is lost.
 */
final class UnpackedChannels implements ImageWindows {
  private static final long HELD_BYTES = 1 << 16;

  private final ScratchFile rows;
  private final Size size;
  private final PixelFormat format;
  private final int[] channels;

  private UnpackedChannels(ScratchFile rows, Size size, PixelFormat format, int[] channels) {
    this.rows = rows;
    this.size = size;
    this.format = format;
    this.channels = channels;
  }

  /**
   * Unpacks a picture, whose source is closed.
   *
   * @param format of its pixels, 8 or 16 bits in each channel
   * @param channels by number from 0
   */
  static UnpackedChannels of(PngRowSource source, PixelFormat format, int... channels) {
    ScratchFile rows = ScratchFile.create();
    boolean done = false;
    try (source) {
      int length = source.colours().rowBytes(source.size().width());
      source.readStored((bytes, from) -> rows.append(bytes, from, length));
      done = true;
      return new UnpackedChannels(rows, source.size(), format, channels);
    } catch (IOException e) {
      throw new DatasetException("image: the data are damaged or cut off: " + e.getMessage(), e);
    } finally {
      if (!done) {
        rows.close();
      }
    }
  }

  @Override
  public Size size() {
    return size;
  }

  @Override
  public ChannelImage read(Window window) {
    Photograph.requireInside(window, size);
    int bytes = format.bits() / Byte.SIZE;
    int pixel = format.channels() * bytes;
    byte[] row = new byte[Math.multiplyExact(pixel, window.width())];
    int plane = Math.multiplyExact(window.width(), window.height());
    float[] values = new float[Math.multiplyExact(channels.length, plane)];
    double scale = format.scale();
    for (int y = 0; y < window.height(); y++) {
      long at = ((long) (window.y() + y) * size.width() + window.x()) * pixel;
      rows.read(at, row, 0, row.length);
      for (int c = 0; c < channels.length; c++) {
        int to = c * plane + y * window.width();
        for (int x = 0; x < window.width(); x++) {
          int from = x * pixel + channels[c] * bytes;
          int value = row[from] & 0xFF;
          values[to + x] =
              (float) ((bytes == 1 ? value : value << Byte.SIZE | (row[from + 1] & 0xFF)) * scale);
        }
      }
    }
    return new ChannelImage(window.width(), window.height(), channels.length, values);
  }

  @Override
  public long heldBytes() {
    return HELD_BYTES;
  }

  @Override
  public void close() {
    rows.close();
  }
}
