package org.maskwright.datasets.coco;

import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.RgbImage;

/** Compares a photograph with the size its annotation was made for. */
final class PhotoSize {
  private PhotoSize() {}

  static RgbImage check(RgbImage image, int width, int height) {
    if (width > 0 && (image.width() != width || image.height() != height)) {
      throw new DatasetException(
          "image: expected %d x %d as the annotation says, got %d x %d; masks would not fit"
              .formatted(width, height, image.width(), image.height()));
    }
    return image;
  }
}
