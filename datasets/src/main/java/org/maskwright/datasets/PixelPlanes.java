package org.maskwright.datasets;

import java.util.Arrays;

/**
 * The pixels of an augmented picture, channel by channel, padding included: bytes of colours
 * ({@link Bytes}), or floats of any channels ({@link Floats}).
 */
public sealed interface PixelPlanes {
  /** C. */
  int channels();

  /** The values of all channels together. */
  int length();

  /** Writes the normalised picture [C,H,W] from {@code target[offset]} on. */
  void normalizeInto(Normalization by, float[] target, int offset);

  /** The picture as people look at it. */
  RgbImage shown();

  /** Refuses a normalisation of other channels. */
  private static void require(Normalization by, int channels) {
    if (by.mean().size() != channels) {
      throw new IllegalArgumentException(
          "normalization: expected %d channels as the picture has, got %d"
              .formatted(channels, by.mean().size()));
    }
  }

  /**
   * Colours [3,H,W] uint8; padding is 128.
   *
   * <p>Nobody writes to it after it was made.
   */
  final class Bytes implements PixelPlanes {
    private final Size size;
    private final byte[] values;

    /** Over {@code values}, which is not copied. */
    public Bytes(Size size, byte[] values) {
      if (values.length != 3L * size.width() * size.height()) {
        throw new IllegalArgumentException(
            "image: expected 3 x %d x %d bytes, got %d"
                .formatted(size.height(), size.width(), values.length));
      }
      this.size = size;
      this.values = values;
    }

    /** [3,H,W]; not a copy. */
    public byte[] values() {
      return values;
    }

    @Override
    public int channels() {
      return 3;
    }

    @Override
    public int length() {
      return values.length;
    }

    @Override
    public void normalizeInto(Normalization by, float[] target, int offset) {
      require(by, 3);
      int plane = values.length / 3;
      for (int c = 0; c < 3; c++) {
        float scale = 1 / by.std(c);
        float mean = by.mean(c);
        for (int i = c * plane; i < (c + 1) * plane; i++) {
          target[offset + i] = ((values[i] & 0xFF) - mean) * scale;
        }
      }
    }

    @Override
    public RgbImage shown() {
      int plane = values.length / 3;
      byte[] rgb = new byte[values.length];
      for (int c = 0; c < 3; c++) {
        for (int i = 0; i < plane; i++) {
          rgb[3 * i + c] = values[c * plane + i];
        }
      }
      return new RgbImage(size.width(), size.height(), rgb);
    }
  }

  /**
   * Channels [C,H,W] float32 in units of 0..255. Padding is the mean of each channel whatever that
   * is: 0 once it is normalised.
   *
   * <p>Nobody writes to it after it was made.
   */
  final class Floats implements PixelPlanes {
    private final ChannelImage content;
    private final Size padded;

    /** A picture at the top left of a frame. */
    public Floats(ChannelImage content, Size padded) {
      this.content = content;
      this.padded = padded;
    }

    /** The picture without padding. */
    public ChannelImage content() {
      return content;
    }

    @Override
    public int channels() {
      return content.channels();
    }

    @Override
    public int length() {
      return Math.multiplyExact(channels(), padded.width() * padded.height());
    }

    @Override
    public void normalizeInto(Normalization by, float[] target, int offset) {
      require(by, channels());
      int width = content.width();
      for (int c = 0; c < channels(); c++) {
        float scale = 1 / by.std(c);
        float mean = by.mean(c);
        for (int y = 0; y < padded.height(); y++) {
          int to = offset + (c * padded.height() + y) * padded.width();
          int filled = y < content.height() ? width : 0;
          int from = (c * content.height() + y) * width;
          for (int x = 0; x < filled; x++) {
            target[to + x] = (content.values()[from + x] - mean) * scale;
          }
          for (int x = filled; x < padded.width(); x++) {
            target[to + x] = 0;
          }
        }
      }
    }

    @Override
    public RgbImage shown() {
      byte[] picture = content.shown().data();
      byte[] rgb = new byte[Math.multiplyExact(3, padded.width() * padded.height())];
      Arrays.fill(rgb, (byte) 128);
      for (int y = 0; y < content.height(); y++) {
        System.arraycopy(
            picture, 3 * y * content.width(), rgb, 3 * y * padded.width(), 3 * content.width());
      }
      return new RgbImage(padded.width(), padded.height(), rgb);
    }
  }
}
