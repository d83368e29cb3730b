package org.maskwright.trainer.eval;

/**
 * How an image goes in and how outputs become results.
 *
 * @param shortEdge short edge of the input in pixels
 * @param maxSize largest long edge of the input in pixels
 * @param objectThreshold panoptic: a query counts if its class probability is above this
 * @param overlapThreshold panoptic: a segment counts if it keeps at least this share of its mask
 * @param maxInstances instance: at most so many instances of an image
 * @param thingsOnly instance: whether stuff classes are left out
 * @param rules by Hugging Face's, maxInstances is the number of queries and thingsOnly does not
 *     count
 */
public record InferenceSettings(
    int shortEdge,
    int maxSize,
    double objectThreshold,
    double overlapThreshold,
    int maxInstances,
    boolean thingsOnly,
    Rules rules) {
  /** By the official rules. */
  public InferenceSettings(
      int shortEdge,
      int maxSize,
      double objectThreshold,
      double overlapThreshold,
      int maxInstances,
      boolean thingsOnly) {
    this(
        shortEdge,
        maxSize,
        objectThreshold,
        overlapThreshold,
        maxInstances,
        thingsOnly,
        Rules.OFFICIAL);
  }
}
