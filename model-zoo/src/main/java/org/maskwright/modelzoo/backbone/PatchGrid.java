package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** Pictures as rows of square patches, and what stands at some of them. */
public final class PatchGrid {
  private PatchGrid() {}

  /**
   * Cuts pictures.
   *
   * @param pictures [B,I,H,W], H and W multiples of the side
   * @return [B,N,I*p*p]: patches row by row, each channel by channel and row by row
   */
  public static Tensor of(Tensor pictures, int side) {
    long channels = pictures.size(1);
    long height = pictures.size(2) / side;
    long width = pictures.size(3) / side;
    return pictures
        .reshape(-1, channels, height, side, width, side)
        .permute(0, 2, 4, 1, 3, 5)
        .reshape(pictures.size(0), height * width, channels * side * side);
  }

  /**
   * Cuts pictures.
   *
   * @return [B,N,p*p*I]: patches row by row, each row by row, the channels of a pixel together
   */
  public static Tensor pixels(Tensor pictures, int side) {
    long channels = pictures.size(1);
    long height = pictures.size(2) / side;
    long width = pictures.size(3) / side;
    return pictures
        .reshape(-1, channels, height, side, width, side)
        .permute(0, 2, 4, 3, 5, 1)
        .reshape(pictures.size(0), height * width, channels * side * side);
  }

  /** Joins what {@link #pixels} cut, of pictures with so many rows of patches: [B,I,H,W]. */
  public static Tensor join(Tensor patches, int side, int height) {
    long width = patches.size(1) / height;
    long channels = patches.size(2) / side / side;
    return patches
        .reshape(-1, height, width, side, side, channels)
        .permute(0, 5, 1, 3, 2, 4)
        .reshape(patches.size(0), channels, (long) height * side, width * side);
  }

  /**
   * What stands at some places.
   *
   * @param rows [B,N,D]
   * @param places int64 [B,V]
   * @return [B,V,D]
   */
  public static Tensor at(Tensor rows, Tensor places) {
    Engine engine = rows.engine();
    long batch = rows.size(0);
    long count = rows.size(1);
    if (batch == 1) {
      return rows.squeeze(0).indexSelect(0, places.flatten(0, 1)).unsqueeze(0);
    }
    Tensor starts = engine.arange(0, batch).mul(count).unsqueeze(1); // [B,1]
    return rows.flatten(0, 1)
        .indexSelect(0, places.add(starts).flatten(0, 1))
        .reshape(batch, places.size(1), rows.size(2));
  }
}
