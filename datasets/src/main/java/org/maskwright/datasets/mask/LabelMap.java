package org.maskwright.datasets.mask;

import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/**
 * One integer for every pixel: a class index, a grey value, a palette index or a panoptic id.
 * Labels read from a file of one byte or one colour a pixel stay so until {@link #labels()} is
 * asked for.
 *
 * <p><b>Shapes</b> row-major [height * width]; the array is shared with the caller, not copied.
 *
 * <p><b>Threads</b> one at a time.
 */
public final class LabelMap {
  private static final int BYTE_VALUES = 256;
  private static final int RGB_BYTES = 3;

  private final int height;
  private final int width;
  private byte[] bytes; // null once the labels are integers
  private int pixelBytes; // one or three
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

  /**
   * Labels 0 to 255 of one byte a pixel, or R + 256 G + 65536 B of three.
   *
   * @param bytes at least height * width * pixelBytes long
   */
  public static LabelMap ofBytes(int height, int width, byte[] bytes, int pixelBytes) {
    LabelMap map = new LabelMap(height, width, height * width);
    map.bytes = bytes;
    map.pixelBytes = pixelBytes;
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
      labels = new int[height * width];
      if (isRgb()) {
        Arrays.setAll(labels, this::rgb);
      } else {
        Arrays.setAll(labels, i -> bytes[i] & 0xff);
      }
      bytes = null;
    }
    return labels;
  }

  private int rgb(int pixel) {
    int i = RGB_BYTES * pixel;
    return bytes[i] & 0xff | (bytes[i + 1] & 0xff) << 8 | (bytes[i + 2] & 0xff) << 16;
  }

  /** Whether {@link #bytes()} holds the labels, one byte a pixel. */
  public boolean isBytes() {
    return bytes != null && pixelBytes == 1;
  }

  /** Whether {@link #bytes()} holds the labels, three bytes a pixel: R + 256 G + 65536 B. */
  public boolean isRgb() {
    return bytes != null && pixelBytes == RGB_BYTES;
  }

  /**
   * The labels as unsigned bytes, one or three a pixel, row-major; not a copy, and maybe longer
   * than the map.
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
    if (isBytes()) {
      byte[] table = new byte[BYTE_VALUES];
      boolean fits = true;
      for (int i = 0; i < BYTE_VALUES; i++) {
        int label = newLabel.applyAsInt(i);
        fits &= label >= 0 && label < BYTE_VALUES;
        table[i] = (byte) label;
      }
      if (fits) {
        for (int i = 0; i < height * width; i++) {
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
    return bytes == null ? labels[i] : isRgb() ? rgb(i) : bytes[i] & 0xff;
  }
}
