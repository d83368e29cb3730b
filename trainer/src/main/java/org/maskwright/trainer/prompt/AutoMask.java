package org.maskwright.trainer.prompt;

import org.maskwright.datasets.Window;
import org.maskwright.datasets.mask.Rle;

/**
 * A mask that was found without anybody's prompts.
 *
 * @param mask of the picture's size
 * @param box the differences of its edges are one less than the pixels between, as of the official
 *     generator; of an empty mask all 0
 * @param quality the intersection over union that the model expects
 * @param x column of the point that the model was asked about, continuous
 * @param y row of it
 * @param stability overlap of the masks at a higher and at a lower threshold
 * @param crop the part of the picture that the model saw
 */
public record AutoMask(
    Rle mask, Box box, float quality, double x, double y, float stability, Window crop) {
  /**
   * The first and last columns and rows of a mask.
   *
   * @param left first column
   * @param top first row
   * @param right last column
   * @param bottom last row
   */
  public record Box(int left, int top, int right, int bottom) {
    static final Box EMPTY = new Box(0, 0, 0, 0);

    float[] edges() {
      return new float[] {left, top, right, bottom};
    }
  }

  /** Pixels of the mask. */
  public long area() {
    return mask.area();
  }

  AutoMask with(Rle other, Box itsBox) {
    return new AutoMask(other, itsBox, quality, x, y, stability, crop);
  }
}
