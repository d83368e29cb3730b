package org.maskwright.datasets;

/**
 * How large pictures are divided.
 *
 * @param size sides of a tile in pixels of the picture, at least 32
 * @param overlap pixels that neighbouring tiles have in common at least, 1 to half a tile
 */
public record Tiling(int size, int overlap) {
  /** Smaller tiles are mostly border. */
  public static final int MIN_SIZE = 32;

  private static final int DEFAULT_SHARE = 4;

  /** Checks the ranges. */
  public Tiling {
    if (size < MIN_SIZE) {
      throw new IllegalArgumentException(
          "size: expected at least %d pixels, got %d".formatted(MIN_SIZE, size));
    }
    if (overlap < 1 || overlap > size / 2) {
      throw new IllegalArgumentException(
          "overlap: expected 1 to %d pixels, half a tile of %d, got %d"
              .formatted(size / 2, size, overlap));
    }
  }

  /** Tiles that overlap by a quarter. */
  public static Tiling of(int size) {
    return new Tiling(size, Math.max(1, size / DEFAULT_SHARE));
  }

  /** The tiles of a picture. */
  public TileGrid of(Size picture) {
    return new TileGrid(picture, this);
  }
}
