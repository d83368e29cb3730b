package org.maskwright.datasets;

import java.util.stream.IntStream;

/**
 * How many channels of a picture a model takes, and which of a file's these are.
 *
 * @param count 1 to 16; 0 = as many as each file has
 */
public record Channels(int count) {
  /** The most that a model takes. */
  public static final int MOST = 16;

  /** Colours, as the published models take. */
  public static final Channels RGB = new Channels(3);

  /** All that a file has but alpha; grey of 8 bits as colours. For looking at data. */
  public static final Channels AS_STORED = new Channels(0);

  /** Checks the range. */
  public Channels {
    if (count < 0 || count > MOST) {
      throw new IllegalArgumentException(
          "channels: expected 1 to %d, got %d".formatted(MOST, count));
    }
  }

  /** Whether they are colours, or may be. */
  public boolean mayBeColours() {
    return count == 0 || count == RGB.count;
  }

  /** Whether a file is read as an {@link RgbImage}, with 8 bits of three channels. */
  public boolean readsAsRgb(PixelFormat file) {
    boolean fourth = count == RGB.count && file.channels() == RGB.count + 1;
    PixelFormat without =
        fourth ? new PixelFormat(file.channels(), true, file.bits(), file.numbers()) : file;
    return mayBeColours() && without.isGreyOrColours();
  }

  /**
   * Which channels of a file, from 0, are those of the model. One channel is three equal ones;
   * alpha, and a fourth channel where colours are wanted, is left out.
   *
   * @throws DatasetException if the file has another number of channels
   */
  public int[] of(PixelFormat file) {
    int colours = file.channels() - (file.alpha() ? 1 : 0);
    if (count == 0 && colours <= MOST) {
      return IntStream.range(0, colours).toArray();
    }
    if (count > 0 && (file.channels() == count || colours == count)) {
      return IntStream.range(0, count).toArray();
    }
    if (count == RGB.count && colours == 1) {
      return new int[count];
    }
    if (count == RGB.count && file.channels() == RGB.count + 1) {
      return IntStream.range(0, count).toArray();
    }
    if (colours > MOST) {
      throw new DatasetException(
          "image: expected 1 to %d channels, got %s; save those that tell something apart"
              .formatted(MOST, file));
    }
    throw new DatasetException(
        "image: expected %d %s, as the model takes (data.channels), got %s"
            .formatted(count, count == 1 ? "channel" : "channels", file));
  }
}
