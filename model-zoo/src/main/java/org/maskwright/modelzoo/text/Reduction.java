package org.maskwright.modelzoo.text;

/** What becomes of a word's embeddings, one a template, when a class is scored. */
public enum Reduction {
  /** Their mean, of length 1 again: one row a word. CLIP's ensemble of templates. */
  MEAN,
  /** All of them, the best counts: one row a word and template. */
  MAX,
  /**
   * Their sum by the bank's weights, not of length 1, so that a product with it is the weighted
   * mean of the templates' logits: one row a word. Zero-shot prompt ensembling (arXiv 2302.06235).
   */
  WEIGHTED
}
