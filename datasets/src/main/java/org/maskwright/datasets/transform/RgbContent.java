package org.maskwright.datasets.transform;

import java.util.Arrays;
import org.maskwright.datasets.PixelPlanes;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.FilteredResize;

/** Pictures of 8-bit colours. */
abstract sealed class RgbContent implements Content {
  /** The colour of padding, in all three channels. */
  private static final byte PADDING = (byte) 128;

  /** All of an image, which is not written to. */
  static RgbContent of(RgbImage image) {
    return new Whole(image, 0, 0, image.width(), image.height(), /* shared= */ true);
  }

  /** Its pixels; an image that is there in full is not copied. */
  abstract RgbImage picture();

  /** Whether {@link #picture} must not be written to. */
  abstract boolean isShared();

  abstract int width();

  abstract int height();

  abstract void write(byte[] planes, Size padded, boolean mirrored);

  @Override
  public final Content recolored(Recolouring change) {
    RgbImage own = picture();
    RgbImage changed =
        change.of(
            isShared() ? new RgbImage(own.width(), own.height(), own.data().clone()) : own);
    return new Whole(changed, 0, 0, changed.width(), changed.height(), false);
  }

  @Override
  public final PixelPlanes planes(Size padded, boolean mirrored) {
    int plane = Math.multiplyExact(padded.width(), padded.height());
    byte[] planes = new byte[Math.multiplyExact(3, plane)];
    write(planes, padded, mirrored);
    pad(planes, padded);
    return new PixelPlanes.Bytes(padded, planes);
  }

  private void pad(byte[] planes, Size padded) {
    int plane = padded.width() * padded.height();
    for (int c = 0; c < 3; c++) {
      int start = c * plane;
      if (width() < padded.width()) {
        for (int y = 0; y < height(); y++) {
          int row = start + y * padded.width();
          Arrays.fill(planes, row + width(), row + padded.width(), PADDING);
        }
      }
      Arrays.fill(planes, start + height() * padded.width(), start + plane, PADDING);
    }
  }

  /** A part of an image that is there. */
  private static final class Whole extends RgbContent {
    private final RgbImage image;
    private final int x;
    private final int y;
    private final int width;
    private final int height;
    private final boolean shared;

    Whole(RgbImage image, int x, int y, int width, int height, boolean shared) {
      this.image = image;
      this.x = x;
      this.y = y;
      this.width = width;
      this.height = height;
      this.shared = shared;
    }

    @Override
    int width() {
      return width;
    }

    @Override
    int height() {
      return height;
    }

    private boolean isAll() {
      return width == image.width() && height == image.height();
    }

    @Override
    boolean isShared() {
      return shared && isAll();
    }

    @Override
    public Content cropped(View.Crop crop) {
      return new Whole(image, x + crop.x(), y + crop.y(), crop.width(), crop.height(), shared);
    }

    @Override
    public Content resized(View.Resize to) {
      FilteredResize resize =
          new FilteredResize(to.filter(), image, x, y, width, height, to.width(), to.height());
      return new Pending(resize, 0, 0, to.width(), to.height());
    }

    @Override
    RgbImage picture() {
      if (isAll()) {
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
    void write(byte[] planes, Size padded, boolean mirrored) {
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
  private static final class Pending extends RgbContent {
    private final FilteredResize resize;
    private final int x;
    private final int y;
    private final int width;
    private final int height;

    Pending(FilteredResize resize, int x, int y, int width, int height) {
      this.resize = resize;
      this.x = x;
      this.y = y;
      this.width = width;
      this.height = height;
    }

    @Override
    int width() {
      return width;
    }

    @Override
    int height() {
      return height;
    }

    @Override
    boolean isShared() {
      return false;
    }

    @Override
    public Content cropped(View.Crop crop) {
      return new Pending(resize, x + crop.x(), y + crop.y(), crop.width(), crop.height());
    }

    @Override
    public Content resized(View.Resize to) {
      return of(picture()).resized(to);
    }

    @Override
    RgbImage picture() {
      return resize.window(x, y, width, height);
    }

    @Override
    void write(byte[] planes, Size padded, boolean mirrored) {
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
}
