package org.maskwright.datasets.image;

import org.maskwright.datasets.Photograph;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;

/** Windows of a picture in memory. */
final class WindowsOfImage implements ImageWindows {
  private final Photograph picture;

  WindowsOfImage(Photograph picture) {
    this.picture = picture;
  }

  @Override
  public Size size() {
    return new Size(picture.width(), picture.height());
  }

  @Override
  public Photograph read(Window window) {
    return picture.part(window);
  }

  @Override
  public long heldBytes() {
    return picture.match(
        rgb -> (long) rgb.data().length, channels -> 4L * channels.values().length);
  }

  @Override
  public void close() {
    // nothing but memory
  }
}
