package org.maskwright.datasets.image;

import java.io.IOException;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.files.ScratchFile;

/** A picture unpacked into a temporary file, from which any window is read in the time it takes. */
final class UnpackedPicture implements ImageWindows {
  private static final long HELD_BYTES = 1 << 16;

  private final ScratchFile pixels;
  private final Orientation orientation;
  private final Size stored;

  private UnpackedPicture(ScratchFile pixels, Size stored, Orientation orientation) {
    this.pixels = pixels;
    this.stored = stored;
    this.orientation = orientation;
  }

  /** Unpacks a picture, whose source is closed. */
  static UnpackedPicture of(RowSource source) {
    ScratchFile pixels = ScratchFile.create();
    boolean done = false;
    try (source) {
      source.read((rgb, length) -> pixels.append(rgb, 0, length));
      done = true;
      return new UnpackedPicture(pixels, source.size(), new Orientation(source.orientation()));
    } catch (IOException e) {
      throw new DatasetException("image: the data are damaged or cut off: " + e.getMessage(), e);
    } finally {
      if (!done) {
        pixels.close();
      }
    }
  }

  @Override
  public Size size() {
    return orientation.upright(stored);
  }

  @Override
  public RgbImage read(Window window) {
    Photograph.requireInside(window, size());
    Window from = orientation.stored(window, stored);
    int row = 3 * from.width();
    byte[] rgb = new byte[Math.multiplyExact(row, from.height())];
    for (int y = 0; y < from.height(); y++) {
      long at = 3 * ((long) (from.y() + y) * stored.width() + from.x());
      pixels.read(at, rgb, y * row, row);
    }
    return orientation.turned(new RgbImage(from.width(), from.height(), rgb));
  }

  @Override
  public long heldBytes() {
    return HELD_BYTES;
  }

  @Override
  public void close() {
    pixels.close();
  }
}
