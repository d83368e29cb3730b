package org.maskwright.datasets.image;

import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/** Windows of a picture in memory. */
final class WindowsOfImage implements ImageWindows {
  private final RgbImage picture;
  private final Size size;

  WindowsOfImage(RgbImage picture) {
    this.picture = picture;
    this.size = new Size(picture.width(), picture.height());
  }

  /** Refuses a window that is not in a picture. */
  static void require(Window window, Size picture) {
    if (window.right() > picture.width() || window.bottom() > picture.height()) {
      throw new IllegalArgumentException(
          "%s: expected it inside the picture of %s".formatted(window, picture));
    }
  }

  @Override
  public Size size() {
    return size;
  }

  @Override
  public RgbImage read(Window window) {
    require(window, size);
    if (window.equals(Window.of(size))) {
      return picture;
    }
    int row = 3 * window.width();
    byte[] out = new byte[Math.multiplyExact(row, window.height())];
    for (int y = 0; y < window.height(); y++) {
      int from = 3 * ((window.y() + y) * size.width() + window.x());
      System.arraycopy(picture.data(), from, out, y * row, row);
    }
    return new RgbImage(window.width(), window.height(), out);
  }

  @Override
  public long heldBytes() {
    return picture.data().length;
  }

  @Override
  public void close() {
    // nothing but memory
  }
}
