package org.maskwright.datasets;

import java.util.function.Function;

/**
 * A picture in memory. The usual one is an {@link RgbImage}; what has another number of channels,
 * or more than 8 bits in each, is a {@link ChannelImage}.
 *
 * <p>Values are in units of 0..255 in both, whatever the file's depth, so that one {@link
 * Normalization} means the same of a picture of 8 bits and of one of 16.
 */
public sealed interface Photograph permits RgbImage, ChannelImage {
  /** Columns. */
  int width();

  /** Rows. */
  int height();

  /** Channels of each pixel. */
  int channels();

  /**
   * The pixels of a window; of all of the picture the picture itself.
   *
   * @throws IllegalArgumentException if the window reaches beyond the picture
   */
  Photograph part(Window window);

  /**
   * The picture as people look at it: colours as they are; of other channels see {@link
   * ChannelImage#shown()}.
   */
  RgbImage shown();

  /** What depends on the kind of picture. */
  <R> R match(Function<RgbImage, R> rgb, Function<ChannelImage, R> channels);

  /** Refuses a window that is not in a picture. */
  static void requireInside(Window window, Size picture) {
    if (window.right() > picture.width() || window.bottom() > picture.height()) {
      throw new IllegalArgumentException(
          "%s: expected it inside the picture of %s".formatted(window, picture));
    }
  }
}
