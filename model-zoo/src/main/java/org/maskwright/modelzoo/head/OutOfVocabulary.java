package org.maskwright.modelzoo.head;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Joins what a head says of a query's class with what a backbone that was trained with captions
 * says of the region under its mask. Of classes that the head was trained with its own word counts
 * more, of others that of the backbone, which has seen far more words.
 *
 * <p><b>Maths</b> p(k) = p_head(k)^(1-w) p_region(k)^w, w = w_seen or w_unseen of class k, each of
 * the two probabilities a softmax over the K classes; then p(k) (1 - p_void) / sum p, with p_void
 * of the head over K+1. w = 0 where a mask covers no place of the backbone's map.
 *
 * <p><b>Source</b> F-VLM (arXiv 2209.15639), section 3.3; with masks in place of boxes FC-CLIP
 * (arXiv 2308.02487), section 3.4. <b>Differs:</b> FC-CLIP leaves masks that cover no place to the
 * head for ResNets alone
 */
public final class OutOfVocabulary {
  private static final double TINY = 1e-8;

  private final WordScores words;
  private final double scale;
  private final Tensor weights;

  /**
   * With the words of a head.
   *
   * @param words vectors of the classes
   * @param scale what cosines are multiplied by
   * @param weights [K], w of each class, in [0,1]
   */
  OutOfVocabulary(WordScores words, double scale, Tensor weights) {
    this.words = words;
    this.scale = scale;
    this.weights = weights;
  }

  /** D, the width of regions' vectors. */
  public int width() {
    return words.width();
  }

  /**
   * Logits whose softmax are the joined probabilities.
   *
   * @param logits [B,Q,K+1] of the head, no-object last
   * @param regions [B,Q,D], not normalised
   * @param covered bool [B,Q], whether the mask covers a place at all
   * @return [B,Q,K+1]
   */
  public Tensor joined(Tensor logits, Tensor regions, Tensor covered) {
    Engine engine = logits.engine();
    return engine.tidy(
        scope -> {
          int classes = logits.intSize(2) - 1;
          Tensor noObject = logits.softmax(2).slice(2, classes, classes + 1L); // [B,Q,1]
          Tensor own = logits.slice(2, 0, classes).logSoftmax(2); // [B,Q,K]
          Tensor other = words.of(regions).mul(scale).logSoftmax(2);
          Tensor weight = covered.cast(logits.dtype()).unsqueeze(2).mul(weights); // [B,Q,K]
          Tensor joined = own.add(other.sub(own).mul(weight)).logSoftmax(2);
          Tensor left = noObject.neg().add(1).clamp(TINY, 1).log();
          return Tensor.concat(2, joined.add(left), noObject.clamp(TINY, 1).log());
        });
  }
}
