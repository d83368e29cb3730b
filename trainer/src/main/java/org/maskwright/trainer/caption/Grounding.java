package org.maskwright.trainer.caption;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.trainer.loss.PairContrast;

/**
 * How well the regions of images go with the words of captions: the captions of a batch, against
 * which the regions of every output of a model are held.
 *
 * <p><b>Maths</b> with s(b,q,k) = z(b,q) . w(k), the product of a region with a word, both of
 * length 1 and z times the scale: a word's score in an image is the sum over its regions q of
 * softmax_q(s) s, and the score G(b,b') of an image with a caption the mean over the caption's
 * words. The loss takes every image's own caption out of all and every caption's own image: (CE(G)
 * + CE(G^T)) / 2.
 *
 * <p><b>Source</b> OpenSeg (arXiv 2112.12143), section 3.2; ODISE (arXiv 2303.04803), section 3.4.
 * Written from the formula. <b>Differs:</b> of OpenSeg, whose softmax is not scaled, as ODISE.
 *
 * <p><b>Lifecycle</b> its tensors are the engine's scope's
 */
final class Grounding {
  private final Tensor words; // [N,D], those of one caption after those of another
  private final Tensor means; // [N,B], 1 / words of the caption where the word is of it
  private final float[] shares; // [B], what each image counts

  /**
   * Captions of B images.
   *
   * @param words [N,D], those of one caption after those of another
   * @param counts of the words of each caption, of sum N; at least 1 each
   * @param shares [B], what each image counts
   */
  Grounding(Engine engine, float[] words, int[] counts, float[] shares) {
    int n = counts.length;
    int total = 0;
    for (int count : counts) {
      total += count;
    }
    float[] meanOf = new float[total * n];
    int word = 0;
    for (int c = 0; c < n; c++) {
      for (int k = 0; k < counts[c]; k++) {
        meanOf[word++ * n + c] = 1f / counts[c];
      }
    }
    this.words = engine.floats(words, total, words.length / total);
    means = engine.floats(meanOf, total, n);
    this.shares = shares;
  }

  /** The loss of the images' regions [B,Q,D], the scale in them: a scalar. */
  Tensor loss(Tensor regions) {
    return PairContrast.loss(scores(regions), shares);
  }

  /** Scores [B,B'] of images with captions. */
  private Tensor scores(Tensor regions) {
    Tensor products =
        regions
            .flatten(0, 1)
            .matmulTransposed(words)
            .reshape(regions.size(0), regions.size(1), words.size(0)); // [B,Q,N]
    return products
        .softmax(1)
        .mul(products)
        .sum(1) // [B,N]
        .matmul(means);
  }
}
