package org.maskwright.modelzoo.postprocess;

/** How the masks of queries become one score for each class and pixel of a semantic map. */
public enum SemanticMerge {
  /** Sum over queries q of p_q(class) times mask probability, as MaskFormer (arXiv 2107.06278). */
  MARGINALISE,
  /**
   * The largest mask probability of the queries whose likeliest class it is: the union of masks of
   * one class (DaTaSeg, arXiv 2306.01736). Queries that are likeliest no object have none, unless
   * all are, and then their likeliest other class counts.
   */
  UNION_MAX
}
