package org.maskwright.datasets.image;

import java.util.function.IntUnaryOperator;

/**
 * One integer for every pixel: a class index, a grey value, a palette index or a panoptic id.
 * Labels read from a file of one byte a pixel stay bytes until {@link #labels()} is asked for.
 *
 * <p><b>Shapes</b> row-major [height * width]; the array is shared with the caller, not copied.
 *
 * <p><b>Threads</b> one at a time.
 */
public final class LabelMap {
  private static final int BYTE_VALUES = 256;

  private final int height;
  private final int width;
  private byte[] bytes; // null once the labels are integers
  private int[] labels;

  /**
   * @throws IllegalArgumentException if the array is not height * width long or a side is not
   *     positive
   */
  public LabelMap(int height, int width, int[] labels) {
    this(height, width, labels.length);
    this.labels = labels;
  }

  private LabelMap(int height, int width, int length) {
    if (height < 1 || width < 1 || length != (long) height * width) {
      throw new IllegalArgumentException(
          "label map of " + length + " pixels, expected " + height + " x " + width);
    }
    this.height = height;
    this.width = width;
  }

  /** Labels 0 to 255, one (unsigned) byte a pixel. */
  static LabelMap ofBytes(int height, int width, byte[] bytes) {
    LabelMap map = new LabelMap(height, width, bytes.length);
    map.bytes = bytes;
    return map;
  }

  public int height() {
    return height;
  }

  public int width() {
    return width;
  }

  /** The labels themselves, row-major; not a copy. */
  public int[] labels() {
    if (labels == null) {
      labels = new int[bytes.length];
      for (int i = 0; i < bytes.length; i++) {
        labels[i] = bytes[i] & 0xff;
      }
      bytes = null;
    }
    return labels;
  }

  /** Whether {@link #bytes()} holds the labels. */
  public boolean isBytes() {
    return bytes != null;
  }

  /**
   * The labels as unsigned bytes, row-major; not a copy.
   *
   * @throws IllegalStateException if the labels are integers
   */
  public byte[] bytes() {
    if (bytes == null) {
      throw new IllegalStateException("these labels are integers: use labels()");
    }
    return bytes;
  }

  /** Replaces every label. */
  public void map(IntUnaryOperator newLabel) {
    if (bytes != null) {
      byte[] table = new byte[BYTE_VALUES];
      boolean fits = true;
      for (int i = 0; i < BYTE_VALUES; i++) {
        int label = newLabel.applyAsInt(i);
        fits &= label >= 0 && label < BYTE_VALUES;
        table[i] = (byte) label;
      }
      if (fits) {
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = table[bytes[i] & 0xff];
        }
        return;
      }
    }
    int[] all = labels();
    for (int i = 0; i < all.length; i++) {
      all[i] = newLabel.applyAsInt(all[i]);
    }
  }

  public int at(int x, int y) {
    int i = y * width + x;
    return bytes == null ? labels[i] : bytes[i] & 0xff;
  }
}
