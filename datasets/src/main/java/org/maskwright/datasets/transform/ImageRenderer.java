package org.maskwright.datasets.transform;

import java.util.Arrays;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.BilinearResize;

/** Draws the pixels that a view shows of an image, channel by channel. */
final class ImageRenderer {
  /** The colour of padding, in all three channels. */
  static final byte PADDING = (byte) 128;

  private ImageRenderer() {}

  /** The view's pixels [3,H,W] with padding. */
  static byte[] render(RgbImage image, View view) {
    RgbImage content = content(image, view);
    if (view.colors().isPresent()) {
      content = ColorRenderer.render(content, view.colors().get(), content.data() == image.data());
    }
    return planes(content, view.padded(), view.mirrored());
  }

  /** The content, still unmirrored. Crops around a resize only narrow what is computed. */
  private static RgbImage content(RgbImage image, View view) {
    RgbImage current = image;
    int x = 0;
    int y = 0;
    int width = image.width();
    int height = image.height();
    Pending pending = null;
    for (View.Step step : view.steps()) {
      if (step instanceof View.Crop crop) {
        if (pending != null) {
          pending = pending.cropped(crop);
        } else {
          x += crop.x();
          y += crop.y();
          width = crop.width();
          height = crop.height();
        }
      } else if (step instanceof View.Resize resize) {
        if (pending != null) {
          current = pending.run();
          x = 0;
          y = 0;
          width = current.width();
          height = current.height();
        }
        pending =
            new Pending(
                new BilinearResize(current, x, y, width, height, resize.width(), resize.height()),
                0,
                0,
                resize.width(),
                resize.height());
      }
    }
    return pending != null ? pending.run() : part(current, x, y, width, height);
  }

  /** A resize of which so far this window is needed. */
  private record Pending(BilinearResize resize, int x, int y, int width, int height) {
    Pending cropped(View.Crop crop) {
      return new Pending(resize, x + crop.x(), y + crop.y(), crop.width(), crop.height());
    }

    RgbImage run() {
      return resize.window(x, y, width, height);
    }
  }

  private static RgbImage part(RgbImage image, int x, int y, int width, int height) {
    if (width == image.width() && height == image.height()) {
      return image;
    }
    byte[] data = new byte[3 * width * height];
    for (int row = 0; row < height; row++) {
      System.arraycopy(
          image.data(), 3 * ((y + row) * image.width() + x), data, 3 * row * width, 3 * width);
    }
    return new RgbImage(width, height, data);
  }

  private static byte[] planes(RgbImage content, Size padded, boolean mirrored) {
    int plane = Math.multiplyExact(padded.width(), padded.height());
    byte[] planes = new byte[Math.multiplyExact(3, plane)];
    byte[] from = content.data();
    int width = content.width();
    for (int y = 0; y < content.height(); y++) {
      int source = 3 * y * width;
      int target = y * padded.width();
      if (mirrored) {
        for (int i = width - 1; i >= 0; i--, source += 3) {
          planes[target + i] = from[source];
          planes[plane + target + i] = from[source + 1];
          planes[2 * plane + target + i] = from[source + 2];
        }
      } else {
        for (int i = 0; i < width; i++, source += 3) {
          planes[target + i] = from[source];
          planes[plane + target + i] = from[source + 1];
          planes[2 * plane + target + i] = from[source + 2];
        }
      }
    }
    pad(planes, content, padded);
    return planes;
  }

  private static void pad(byte[] planes, RgbImage content, Size padded) {
    int plane = padded.width() * padded.height();
    for (int c = 0; c < 3; c++) {
      int start = c * plane;
      if (content.width() < padded.width()) {
        for (int y = 0; y < content.height(); y++) {
          int row = start + y * padded.width();
          Arrays.fill(planes, row + content.width(), row + padded.width(), PADDING);
        }
      }
      Arrays.fill(planes, start + content.height() * padded.width(), start + plane, PADDING);
    }
  }
}
