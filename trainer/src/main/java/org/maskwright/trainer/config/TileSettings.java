package org.maskwright.trainer.config;

import java.util.Optional;
import org.maskwright.datasets.Tiling;
import org.maskwright.settings.Doc;

/** Large pictures in tiles, to be predicted and evaluated. */
@Doc(
    "Pictures larger than a tile are seen tile by tile and the results joined; docs/large-pictures.md.")
public record TileSettings(
    @Doc(
            "Sides of a tile in pixels of the picture, each of which goes in as a photograph does; off; or auto: as in training"
                + " (data.source.tiles.size), and where that has none eval.short-edge, so that a tile goes in at its own size.")
        String size,
    @Doc(
            "Pixels that neighbouring tiles have in common at least, up to half a tile: more than an object is long; 0 = a quarter of"
                + " the tile.")
        int overlap) {
  /** What {@code size} may be besides a number. */
  public static final String OFF = "off";

  private static final String AUTO = "auto";

  /** Checks what can be without knowing the tile. */
  public TileSettings {
    Ranges.require(
        size.equals(OFF) || size.equals(AUTO) || isNumber(size),
        "size",
        "off, auto, or a number of pixels, at least " + Tiling.MIN_SIZE,
        size);
    Ranges.require(overlap >= 0, "overlap", "at least 0", overlap);
    if (isNumber(size)) {
      tiling(Integer.parseInt(size), overlap);
    }
  }

  private static boolean isNumber(String text) {
    return text.matches("[0-9]{1,9}");
  }

  /** Whether pictures are divided. */
  public boolean isOn() {
    return !size.equals(OFF);
  }

  /**
   * How pictures are divided; empty: not at all.
   *
   * @param auto sides of a tile where the settings leave them open
   * @throws IllegalArgumentException if the overlap does not fit
   */
  public Optional<Tiling> tiling(int auto) {
    return isOn()
        ? Optional.of(
            tiling(
                size.equals(AUTO) ? Math.max(Tiling.MIN_SIZE, auto) : Integer.parseInt(size),
                overlap))
        : Optional.empty();
  }

  /**
   * Tiles of a size.
   *
   * @param overlap 0: a quarter of the tile
   * @throws IllegalArgumentException if they do not fit
   */
  static Tiling tiling(int size, int overlap) {
    return overlap == 0 ? Tiling.of(size) : new Tiling(size, overlap);
  }
}
