package org.maskwright.trainer.prompt;

import org.maskwright.modelzoo.postprocess.LogitMasks;
import org.maskwright.modelzoo.postprocess.RunLengthMask;
import org.maskwright.modelzoo.prompt.PromptDecoder;

/**
 * All that the decoder said about P prompts of a picture, before masks are made of it.
 *
 * <p><b>Threads</b> any number.
 */
public final class PromptLogits {
  private final int height;
  private final int width;
  private final float[] masks;
  private final float[] quality;
  private final LogitMasks atPicture;

  PromptLogits(int height, int width, float[] masks, float[] quality, LogitMasks atPicture) {
    this.height = height;
    this.width = width;
    this.masks = masks;
    this.quality = quality;
    this.atPicture = atPicture;
  }

  /** P. */
  public int size() {
    return quality.length / PromptDecoder.MASKS;
  }

  /** Rows of the logits: a quarter of those of the model's padded input. */
  public int height() {
    return height;
  }

  /** Columns of the logits. */
  public int width() {
    return width;
  }

  /** The logits [P,4,h,w] themselves, row by row; not to be changed. */
  public float[] masks() {
    return masks;
  }

  /**
   * The expected intersection over union of a mask.
   *
   * @param prompt 0 to P - 1
   * @param which 0 for the single answer, 1 to 3 for the hypotheses
   */
  public float quality(int prompt, int which) {
    return quality[prompt * PromptDecoder.MASKS + which];
  }

  /**
   * The pixels of the picture whose logit is above a threshold; of the model's own masks 0.
   *
   * @param prompt 0 to P - 1
   * @param which 0 for the single answer, 1 to 3 for the hypotheses
   */
  public RunLengthMask mask(int prompt, int which, float threshold) {
    return atPicture.above(masks, offset(prompt, which), threshold);
  }

  /** A copy of the logits of a mask. */
  public MaskLogits logits(int prompt, int which) {
    int from = offset(prompt, which);
    return new MaskLogits(
        height, width, java.util.Arrays.copyOfRange(masks, from, from + height * width));
  }

  /** The hypothesis of the highest quality: 1 to 3. */
  public int best(int prompt) {
    int best = 1;
    for (int which = 2; which < PromptDecoder.MASKS; which++) {
      if (quality(prompt, which) > quality(prompt, best)) {
        best = which;
      }
    }
    return best;
  }

  private int offset(int prompt, int which) {
    return (prompt * PromptDecoder.MASKS + which) * height * width;
  }
}
