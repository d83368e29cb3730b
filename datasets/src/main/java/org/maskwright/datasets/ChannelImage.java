package org.maskwright.datasets;

import java.util.Arrays;
import java.util.function.Function;

/**
 * A picture of 1 to 16 channels of float32: microscopy, satellites, depth, and anything of more
 * than 8 bits.
 *
 * <p><b>Shapes</b> {@link #values()} [C,H,W], channel by channel, in units of 0..255: the full
 * range of whole numbers, 65,535 of 16 bits, is 255, and so is 1.0 of floating-point numbers
 * ({@link PixelFormat#scale()}). Nothing is clipped.
 */
public final class ChannelImage implements Photograph {
  /** Values of a channel of which percentiles are taken, about. */
  private static final int LOOKED_AT = 1 << 16;

  /** Share of the pixels that are shown darker than black, and lighter than white. */
  private static final double BEYOND = 0.005;

  private final int width;
  private final int height;
  private final int channels;
  private final float[] values;

  /**
   * A picture over {@code values}, which is not copied.
   *
   * @throws IllegalArgumentException if the size is not positive or {@code values} is not C*W*H
   *     long
   */
  public ChannelImage(int width, int height, int channels, float[] values) {
    if (width <= 0
        || height <= 0
        || channels <= 0
        || values.length != Math.multiplyExact((long) channels * width, (long) height)) {
      throw new IllegalArgumentException(
          "image: expected channels x width x height values, got %d for %d x %d x %d"
              .formatted(values.length, channels, width, height));
    }
    this.width = width;
    this.height = height;
    this.channels = channels;
    this.values = values;
  }

  /** Channels of colours, by number from 0; one may come twice. */
  public static ChannelImage of(RgbImage image, int... channels) {
    int plane = image.width() * image.height();
    float[] values = new float[Math.multiplyExact(channels.length, plane)];
    for (int c = 0; c < channels.length; c++) {
      for (int i = 0; i < plane; i++) {
        values[c * plane + i] = image.data()[3 * i + channels[c]] & 0xFF;
      }
    }
    return new ChannelImage(image.width(), image.height(), channels.length, values);
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
    return channels;
  }

  /** The values [C,H,W]; the picture's own array, not a copy. */
  public float[] values() {
    return values;
  }

  @Override
  public ChannelImage part(Window window) {
    Photograph.requireInside(window, new Size(width, height));
    if (window.width() == width && window.height() == height) {
      return this;
    }
    int plane = window.width() * window.height();
    float[] part = new float[Math.multiplyExact(channels, plane)];
    for (int c = 0; c < channels; c++) {
      for (int y = 0; y < window.height(); y++) {
        int from = (c * height + window.y() + y) * width + window.x();
        System.arraycopy(values, from, part, c * plane + y * window.width(), window.width());
      }
    }
    return new ChannelImage(window.width(), window.height(), channels, part);
  }

  /**
   * The picture as people look at it: the first three channels as red, green and blue, of one or
   * two the first as grey. Each is stretched so that half a percent of the pixels is black and half
   * a percent white; a channel of one value is black.
   */
  @Override
  public RgbImage shown() {
    int plane = width * height;
    byte[] rgb = new byte[Math.multiplyExact(3, plane)];
    int shown = channels < 3 ? 1 : 3;
    for (int c = 0; c < shown; c++) {
      double[] range = range(c);
      double scale = range[1] > range[0] ? 255 / (range[1] - range[0]) : 0;
      for (int i = 0; i < plane; i++) {
        double level = (values[c * plane + i] - range[0]) * scale;
        rgb[3 * i + c] = (byte) Math.round(Math.max(0, Math.min(255, level)));
      }
    }
    if (shown == 1) {
      for (int i = 0; i < rgb.length; i += 3) {
        rgb[i + 1] = rgb[i];
        rgb[i + 2] = rgb[i];
      }
    }
    return new RgbImage(width, height, rgb);
  }

  /** Which values of a channel become black and white. */
  private double[] range(int channel) {
    int plane = width * height;
    int step = Math.max(1, plane / LOOKED_AT) | 1; // odd, so that not always the same columns count
    float[] some = new float[(plane + step - 1) / step];
    for (int i = 0; i < some.length; i++) {
      some[i] = values[channel * plane + i * step];
    }
    Arrays.sort(some);
    int beyond = (int) (some.length * BEYOND);
    return new double[] {some[beyond], some[some.length - 1 - beyond]};
  }

  @Override
  public <R> R match(Function<RgbImage, R> rgb, Function<ChannelImage, R> ofChannels) {
    return ofChannels.apply(this);
  }
}
