package org.maskwright.datasets;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * A class of a data set.
 *
 * @param id the number the data set's files use, not necessarily contiguous (COCO: 1..90 with gaps)
 * @param name the display name
 * @param thing true for countable objects, false for stuff such as sky
 * @param rgb the data set's own colour for it, 0xRRGGBB; pictures choose one where it has none
 */
public record Category(int id, String name, boolean thing, OptionalInt rgb) {
  private static final int MAX_RGB = 0xFFFFFF;

  public Category {
    Objects.requireNonNull(name, "name");
    rgb.ifPresent(
        colour -> {
          if (colour < 0 || colour > MAX_RGB) {
            throw new IllegalArgumentException(
                "category %d (%s): expected a colour 0x000000..0xFFFFFF, got %d"
                    .formatted(id, name, colour));
          }
        });
  }

  /** A category without a colour of its own. */
  public static Category of(int id, String name, boolean thing) {
    return new Category(id, name, thing, OptionalInt.empty());
  }
}
