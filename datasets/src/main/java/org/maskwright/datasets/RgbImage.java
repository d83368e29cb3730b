package org.maskwright.datasets;

import java.util.function.Function;

/**
 * A photograph in memory: RGB, 8 bits a channel, values as stored in the file (not colour-managed).
 *
 * <p><b>Shapes</b> {@link #data()} [H,W,3] uint8, row by row from the top left. The pixel (x, y)
 * covers the square from (x, y) to (x + 1, y + 1): its centre is at (x + 0.5, y + 0.5).
 */
public final class RgbImage implements Photograph {
  private final int width;
  private final int height;
  private final byte[] data;

  /**
   * An image over {@code data}, which is not copied.
   *
   * @throws IllegalArgumentException if the size is not positive or {@code data} is not 3*W*H long
   */
  public RgbImage(int width, int height, byte[] data) {
    if (width <= 0 || height <= 0 || data.length != Math.multiplyExact(3L * width, (long) height)) {
      throw new IllegalArgumentException(
          "image: expected 3 x width x height bytes, got %d for %d x %d"
              .formatted(data.length, width, height));
    }
    this.width = width;
    this.height = height;
    this.data = data;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public int height() {
    return height;
  }

  @Override
  public int channels() {
    return 3;
  }

  @Override
  public RgbImage part(Window window) {
    Photograph.requireInside(window, new Size(width, height));
    if (window.width() == width && window.height() == height) {
      return this;
    }
    int row = 3 * window.width();
    byte[] part = new byte[Math.multiplyExact(row, window.height())];
    for (int y = 0; y < window.height(); y++) {
      int from = 3 * ((window.y() + y) * width + window.x());
      System.arraycopy(data, from, part, y * row, row);
    }
    return new RgbImage(window.width(), window.height(), part);
  }

  @Override
  public RgbImage shown() {
    return this;
  }

  @Override
  public <R> R match(Function<RgbImage, R> rgb, Function<ChannelImage, R> channels) {
    return rgb.apply(this);
  }

  /** The pixels [H,W,3]; the image's own array, not a copy. */
  public byte[] data() {
    return data;
  }

  /** The pixel at (x, y) as 0xRRGGBB. */
  public int rgb(int x, int y) {
    int at = 3 * (y * width + x);
    return (data[at] & 0xFF) << 16 | (data[at + 1] & 0xFF) << 8 | (data[at + 2] & 0xFF);
  }
}
