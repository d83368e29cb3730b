package org.maskwright.datasets;

import java.util.Locale;
import java.util.Objects;

/**
 * What a picture file says of its pixels.
 *
 * @param channels as stored, alpha included
 * @param alpha whether the last of them is said to be transparency
 * @param bits of a channel
 * @param numbers what the bits are
 */
public record PixelFormat(int channels, boolean alpha, int bits, Numbers numbers) {
  /** Kinds of numbers. */
  public enum Numbers {
    UNSIGNED,
    SIGNED,
    FLOAT
  }

  private static final int BYTE_BITS = 8;
  private static final double LEVELS = 255;

  /** Checks that there are channels. */
  public PixelFormat {
    Objects.requireNonNull(numbers, "numbers");
    if (channels < 1 || bits < 1) {
      throw new IllegalArgumentException(
          "pixels: expected channels of bits, got %d of %d".formatted(channels, bits));
    }
  }

  /** Whole numbers without alpha. */
  public static PixelFormat of(int channels, int bits) {
    return new PixelFormat(channels, false, bits, Numbers.UNSIGNED);
  }

  /** Whether an {@link RgbImage} loses nothing but alpha: grey or colours of up to 8 bits. */
  public boolean isGreyOrColours() {
    int without = channels - (alpha ? 1 : 0);
    return bits <= BYTE_BITS && numbers == Numbers.UNSIGNED && (without == 1 || without == 3);
  }

  /** Factor from stored numbers to units of 0..255. */
  public double scale() {
    return switch (numbers) {
      case UNSIGNED -> LEVELS / (Math.pow(2, bits) - 1);
      case SIGNED -> LEVELS / (Math.pow(2, bits - 1.0) - 1);
      case FLOAT -> LEVELS;
    };
  }

  /** Such as {@code 5 channels of 16 bits}. */
  @Override
  public String toString() {
    String kind = numbers == Numbers.UNSIGNED ? "" : " " + numbers.name().toLowerCase(Locale.ROOT);
    return "%d %s of %d bits%s%s"
        .formatted(
            channels,
            channels == 1 ? "channel" : "channels",
            bits,
            kind,
            alpha ? ", the last alpha" : "");
  }
}
