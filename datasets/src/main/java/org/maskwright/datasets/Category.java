package org.maskwright.datasets;

import java.util.Objects;

/**
 * A class of a data set.
 *
 * @param id the number the data set's files use, not necessarily contiguous (COCO: 1..90 with gaps)
 * @param name the display name
 * @param thing true for countable objects, false for stuff such as sky
 * @param rgb the colour in pictures, 0xRRGGBB
 */
public record Category(int id, String name, boolean thing, int rgb) {
  private static final int MAX_RGB = 0xFFFFFF;

  public Category {
    Objects.requireNonNull(name, "name");
    if (rgb < 0 || rgb > MAX_RGB) {
      throw new IllegalArgumentException(
          "category " + id + " (" + name + "): expected a colour 0x000000..0xFFFFFF, got " + rgb);
    }
  }

  /** A category with the colour {@link #colorOf} gives its id. */
  public static Category of(int id, String name, boolean thing) {
    return new Category(id, name, thing, colorOf(id));
  }

  /**
   * The colour of number {@code i} in the PASCAL VOC colour map: far apart for neighbouring
   * numbers.
   */
  public static int colorOf(int i) {
    int red = 0;
    int green = 0;
    int blue = 0;
    int rest = i + 1; // 0 would be black, which is no colour for a mask
    for (int bit = 7; bit >= 0; bit--) {
      red |= (rest & 1) << bit;
      green |= (rest >> 1 & 1) << bit;
      blue |= (rest >> 2 & 1) << bit;
      rest >>= 3;
    }
    return red << 16 | green << 8 | blue;
  }
}
