package org.maskwright.trainer.result;

/**
 * How well the result of one image by itself agrees with its annotation, to find the images that go
 * best and worst. The metrics of a data set are not the means of these.
 *
 * @param <R> the result of one image
 * @param meaning what is measured, such as {@code PQ of the image}
 * @param of its measure
 */
public record ImageScore<R>(String meaning, Of<R> of) {
  /**
   * Measures an image.
   *
   * @param <R> the result of one image
   */
  @FunctionalInterface
  public interface Of<R> {
    /** In percent; NaN where the image has nothing to measure. */
    double score(ScoredImage image, R result);
  }
}
