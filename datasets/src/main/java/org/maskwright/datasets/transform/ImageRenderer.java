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
    Size padded = view.padded();
    int plane = Math.multiplyExact(padded.width(), padded.height());
    byte[] planes = new byte[Math.multiplyExact(3, plane)];
    Content content = content(image, view);
    if (view.colors().isPresent()) {
      RgbImage plain = content.picture();
      RgbImage changed =
          ColorRenderer.render(plain, view.colors().get(), plain.data() == image.data());
      content = new Whole(changed, 0, 0, changed.width(), changed.height());
    }
    content.write(planes, padded, view.mirrored());
    pad(planes, view.content(), padded);
    return planes;
  }

  /** Unmirrored, unpadded pixels that may still have to be computed. */
  private sealed interface Content permits Whole, Pending {
    RgbImage picture();

    void write(byte[] planes, Size padded, boolean mirrored);
  }

  /** The steps of the view. Crops around a resize only narrow what is computed. */
  private static Content content(RgbImage image, View view) {
    Content current = new Whole(image, 0, 0, image.width(), image.height());
    for (View.Step step : view.steps()) {
      if (step instanceof View.Crop crop) {
        current =
            current instanceof Pending pending
                ? pending.cropped(crop)
                : ((Whole) current).cropped(crop);
      } else if (step instanceof View.Resize resize) {
        Whole from =
            current instanceof Pending pending ? Whole.of(pending.picture()) : (Whole) current;
        current = from.resized(resize.width(), resize.height());
      }
    }
    return current;
  }

  /** A part of an image that is there. */
  private record Whole(RgbImage image, int x, int y, int width, int height) implements Content {
    static Whole of(RgbImage image) {
      return new Whole(image, 0, 0, image.width(), image.height());
    }

    Whole cropped(View.Crop crop) {
      return new Whole(image, x + crop.x(), y + crop.y(), crop.width(), crop.height());
    }

    Pending resized(int toWidth, int toHeight) {
      BilinearResize resize = new BilinearResize(image, x, y, width, height, toWidth, toHeight);
      return new Pending(resize, 0, 0, toWidth, toHeight);
    }

    @Override
    public RgbImage picture() {
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

    @Override
    public void write(byte[] planes, Size padded, boolean mirrored) {
      int plane = padded.width() * padded.height();
      int step = mirrored ? -1 : 1;
      byte[] from = image.data();
      for (int row = 0; row < height; row++) {
        int source = 3 * ((y + row) * image.width() + x);
        int target = row * padded.width() + (mirrored ? width - 1 : 0);
        for (int i = 0; i < width; i++, source += 3, target += step) {
          planes[target] = from[source];
          planes[plane + target] = from[source + 1];
          planes[2 * plane + target] = from[source + 2];
        }
      }
    }
  }

  /** A resize of which so far this window is needed. */
  private record Pending(BilinearResize resize, int x, int y, int width, int height)
      implements Content {
    Pending cropped(View.Crop crop) {
      return new Pending(resize, x + crop.x(), y + crop.y(), crop.width(), crop.height());
    }

    @Override
    public RgbImage picture() {
      return resize.window(x, y, width, height);
    }

    @Override
    public void write(byte[] planes, Size padded, boolean mirrored) {
      int plane = padded.width() * padded.height();
      resize.rows(
          x,
          y,
          width,
          height,
          (row, red, green, blue) -> {
            int at = row * padded.width();
            narrow(red, planes, at, mirrored);
            narrow(green, planes, plane + at, mirrored);
            narrow(blue, planes, 2 * plane + at, mirrored);
          });
    }

    private static void narrow(int[] values, byte[] target, int at, boolean mirrored) {
      if (mirrored) {
        for (int i = 0, j = at + values.length - 1; i < values.length; i++, j--) {
          target[j] = (byte) values[i];
        }
      } else {
        for (int i = 0; i < values.length; i++) {
          target[at + i] = (byte) values[i];
        }
      }
    }
  }

  private static void pad(byte[] planes, Size content, Size padded) {
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
