package org.maskwright.datasets.image;

import org.maskwright.datasets.RgbImage;

/**
 * A resize with a triangle as its filter: detectron2 and the image processors of transformers use
 * it. OpenCV's INTER_LINEAR differs: it has no wide filter.
 *
 * <p><b>Source</b> Pillow's resize with the filter BILINEAR
 *
 * <p><b>Threads</b> Immutable.
 */
public final class BilinearResize extends FilteredResize {
  /** Resizes a part of an image; pixels outside the part have no influence. */
  public BilinearResize(
      RgbImage image, int x, int y, int fromWidth, int fromHeight, int toWidth, int toHeight) {
    super(ResizeFilter.BILINEAR, image, x, y, fromWidth, fromHeight, toWidth, toHeight);
  }

  /** The whole image at the size {@code width} x {@code height}. */
  public static RgbImage resize(RgbImage image, int width, int height) {
    return new BilinearResize(image, 0, 0, image.width(), image.height(), width, height)
        .window(0, 0, width, height);
  }
}
