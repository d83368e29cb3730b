package org.maskwright.trainer.result;

/**
 * Compares the results of one kind with the annotation, image by image, and keeps only what the
 * metrics need.
 *
 * @param <R> the result of one image
 */
public interface Scorer<R> {
  /** Takes in an image. */
  void add(ScoredImage image, R result);

  /** The metrics of all images so far. */
  Scores scores();
}
