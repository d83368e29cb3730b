package org.maskwright.trainer.caption;

import org.maskwright.engine.tensor.Tensor;

/**
 * How well the regions of images go with the words of captions.
 *
 * <p><b>Maths</b> with s(b,q,k) = z(b,q) . w(k), the product of a region with a word, both of
 * length 1 and z times the scale: a word's score in an image is the sum over its regions q of
 * softmax_q(s) s, and the score G(b,b') of an image with a caption the mean over the caption's
 * words. Each image's own caption and each caption's own image are told from the others ({@link
 * org.maskwright.trainer.loss.PairContrast}).
 *
 * <p><b>Source</b> OpenSeg (arXiv 2112.12143), section 3.2; ODISE (arXiv 2303.04803), section 3.4.
 * Written from the formula. <b>Differs:</b> of OpenSeg, whose softmax is not scaled, as ODISE.
 */
final class Grounding {
  private Grounding() {}

  /**
   * Scores of images with captions.
   *
   * <p><b>Shapes</b> regions [B,Q,D], the scale in them; words [N,D], those of one caption after
   * those of another; result [B,B']
   *
   * @param counts of the words of each of B' captions, of sum N; at least 1 each
   */
  static Tensor scores(Tensor regions, Tensor words, int[] counts) {
    int total = words.intSize(0);
    float[] means = new float[total * counts.length]; // [N,B']
    int n = 0;
    for (int c = 0; c < counts.length; c++) {
      for (int k = 0; k < counts[c]; k++) {
        means[n++ * counts.length + c] = 1f / counts[c];
      }
    }
    Tensor products =
        regions
            .flatten(0, 1)
            .matmulTransposed(words)
            .reshape(regions.size(0), regions.size(1), total); // [B,Q,N]
    return products
        .softmax(1)
        .mul(products)
        .sum(1) // [B,N]
        .matmul(regions.engine().floats(means, total, counts.length));
  }
}
