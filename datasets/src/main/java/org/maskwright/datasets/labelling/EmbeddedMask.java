package org.maskwright.datasets.labelling;

import org.maskwright.datasets.SegmentMask;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;

/** A small PNG inside a tool's file: the object's pixels in a box of the image. */
final class EmbeddedMask {
  private final byte[] bitmap;
  private final Size size;

  private EmbeddedMask(byte[] bitmap, Size size) {
    this.bitmap = bitmap;
    this.size = size;
  }

  /**
   * Reads a PNG; what is not black, or not the first colour of the palette, is of the object.
   *
   * @throws org.maskwright.datasets.DatasetException if it is no PNG, or damaged
   */
  static EmbeddedMask of(byte[] png) {
    LabelMap map = LabelPng.decode(png);
    int[] labels = map.labels();
    byte[] bitmap = new byte[labels.length];
    for (int i = 0; i < labels.length; i++) {
      bitmap[i] = (byte) (labels[i] != 0 ? 1 : 0);
    }
    return new EmbeddedMask(bitmap, new Size(map.width(), map.height()));
  }

  SegmentMask at(int left, int top, Size image) {
    return Shapes.placed(bitmap, size, left, top, image);
  }
}
