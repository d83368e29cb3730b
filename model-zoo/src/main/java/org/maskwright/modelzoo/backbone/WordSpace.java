package org.maskwright.modelzoo.backbone;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;

/**
 * The space in which an image encoder that was trained with captions, such as CLIP's (arXiv
 * 2103.00020), places pictures, and its text encoder words. Vectors in it are compared by their
 * cosine; those given here are not normalised.
 */
public interface WordSpace {
  /** D, the width of the space: that of the text encoder's vectors. */
  int width();

  /**
   * Where whole pictures lie.
   *
   * <p><b>Shapes</b> pixels [B,C,H,W], normalised; result [B,D]
   */
  default Tensor pictures(Tensor pixels) {
    return pixels.engine().tidy(scope -> projected(pooled(pixels)));
  }

  /** P, the width of {@link #pooled}. */
  int pooledWidth();

  /**
   * What is told of whole pictures before the last projection to the space.
   *
   * <p><b>Shapes</b> pixels [B,C,H,W], normalised; result [B,P]
   */
  Tensor pooled(Tensor pixels);

  /** From {@link #pooled} [B,P] to the space [B,D]. */
  Tensor projected(Tensor pooled);

  /**
   * Where regions of pictures lie: the features under each mask, brought into the space as the
   * whole picture's are. No gradient reaches the masks.
   *
   * <p><b>Shapes</b> maskLogits [B,Q,h,w] of any size, above 0 inside; resized to the features'
   *
   * <p><b>Source</b> FC-CLIP (arXiv 2308.02487), section 3.4, and its code
   *
   * @param features of the pictures, as {@link Encoder#encode} gives them
   */
  Regions regions(List<Tensor> features, Tensor maskLogits);

  /**
   * Where vectors point: the same of length 1. One of length 0 stays so.
   *
   * <p><b>Shapes</b> vectors [..,D]; result the same
   */
  static Tensor directions(Tensor vectors) {
    double smallestSquare = 1e-24; // still a number in float32
    return vectors.mul(vectors.square().sumKeep(vectors.rank() - 1).add(smallestSquare).rsqrt());
  }

  /**
   * Regions in the space.
   *
   * @param vectors [B,Q,D]; of no meaning, but finite, where a mask covers no place
   * @param covered bool [B,Q], whether the mask covers a place of the features at all
   */
  record Regions(Tensor vectors, Tensor covered) {}
}
