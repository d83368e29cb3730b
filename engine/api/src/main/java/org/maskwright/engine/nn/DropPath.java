package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Stochastic depth (arXiv 1603.09382): sets a residual branch to 0 for whole images with a
 * probability in training and multiplies the others by 1 / (1 - p); the identity in evaluation.
 * What is dropped of an image depends on the step and the image, as in {@link Dropout}.
 */
public final class DropPath extends Module {
  private final double probability;

  /**
   * A dropout of residual branches.
   *
   * @throws IllegalArgumentException if the probability is outside [0,1)
   */
  public DropPath(Engine engine, double probability) {
    super(engine);
    this.probability = Dropout.requireProbability("drop path", probability);
  }

  /** x [B,...] to the same shape. */
  public Tensor forward(Tensor x) {
    if (!isTraining() || probability == 0) {
      return x;
    }
    long[] perImage = new long[x.rank()];
    java.util.Arrays.fill(perImage, 1);
    perImage[0] = x.size(0);
    return x.mul(Dropout.mask(engine(), probability, perImage));
  }
}
