package org.maskwright.datasets.transform;

import org.maskwright.datasets.ChannelImage;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.image.ChannelResize;

/** Pictures of any channels. Colours stay: brightness and hue mean nothing of other channels. */
final class ChannelContent implements Content {
  /** Computes the pixels of a window. */
  @FunctionalInterface
  private interface Pixels {
    ChannelImage of(Window window);
  }

  private final Pixels pixels;
  private final Window window;

  private ChannelContent(Pixels pixels, Window window) {
    this.pixels = pixels;
    this.window = window;
  }

  static ChannelContent of(ChannelImage image) {
    return new ChannelContent(image::part, Window.of(new Size(image.width(), image.height())));
  }

  @Override
  public Content cropped(View.Crop crop) {
    return new ChannelContent(
        pixels,
        new Window(window.x() + crop.x(), window.y() + crop.y(), crop.width(), crop.height()));
  }

  @Override
  public Content resized(View.Resize resize) {
    ChannelImage from = pixels.of(window);
    Window all = Window.of(new Size(from.width(), from.height()));
    Size to = new Size(resize.width(), resize.height());
    return new ChannelContent(new ChannelResize(from, all, to)::window, Window.of(to));
  }

  @Override
  public Content recolored(Recolouring change) {
    return this;
  }

  @Override
  public PixelPlanes planes(Size padded, boolean mirrored) {
    ChannelImage picture = pixels.of(window);
    return new PixelPlanes.Floats(mirrored ? mirrored(picture) : picture, padded);
  }

  private static ChannelImage mirrored(ChannelImage picture) {
    float[] from = picture.values();
    float[] to = new float[from.length];
    int width = picture.width();
    for (int row = 0; row < from.length; row += width) {
      for (int x = 0; x < width; x++) {
        to[row + x] = from[row + width - 1 - x];
      }
    }
    return new ChannelImage(width, picture.height(), picture.channels(), to);
  }
}
