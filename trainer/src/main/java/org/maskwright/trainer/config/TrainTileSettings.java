package org.maskwright.trainer.config;

import java.util.Optional;
import org.maskwright.datasets.Tiling;
import org.maskwright.settings.Doc;

/** Large pictures in tiles, to be trained on. */
@Doc(
    "Images larger than a tile are trained on tile by tile: each tile is an image, with what it shows of the segments; docs/large-pictures.md.")
public record TrainTileSettings(
    @Doc("Sides of a tile in pixels of the image, before augmentation; 0 = whole images.") int size,
    @Doc(
            "Pixels that neighbouring tiles have in common at least, up to half a tile; 0 = a quarter of the tile.")
        int overlap,
    @Doc("Tiles that show nothing to train on: drop, or keep them as background.") Empty empty) {
  /** What to do with tiles that have no target. */
  public enum Empty {
    DROP,
    KEEP
  }

  /** Checks the ranges. */
  public TrainTileSettings {
    Ranges.require(overlap >= 0, "overlap", "at least 0", overlap);
    if (size != 0) {
      TileSettings.tiling(size, overlap);
    }
  }

  /** How images are divided; empty: not at all. */
  public Optional<Tiling> tiling() {
    return size == 0 ? Optional.empty() : Optional.of(TileSettings.tiling(size, overlap));
  }
}
