package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Sets values to 0 with a probability in training and multiplies the others by 1 / (1 - p); the
 * identity in evaluation. What is dropped of an image depends on the step and the image: see {@link
 * org.maskwright.engine.tensor.RandomStreams#perImage}.
 */
public final class Dropout extends Module {
  private final double probability;

  /**
   * A dropout of elements.
   *
   * @throws IllegalArgumentException if the probability is outside [0,1)
   */
  public Dropout(Engine engine, double probability) {
    super(engine);
    this.probability = requireProbability("dropout", probability);
  }

  static double requireProbability(String what, double p) {
    if (!(p >= 0 && p < 1)) {
      throw new IllegalArgumentException(what + ": expected a probability in [0,1), got " + p);
    }
    return p;
  }

  /** x [B,...] to the same shape. */
  public Tensor forward(Tensor x) {
    return isTraining() && probability > 0 ? x.mul(mask(engine(), probability, x.shape())) : x;
  }

  /** 0 with the probability, else 1 / (1 - p), of shape [B,...]. */
  static Tensor mask(Engine engine, double probability, long... shape) {
    int perImage = 1;
    for (int i = 1; i < shape.length; i++) {
      perImage = Math.multiplyExact(perImage, Math.toIntExact(shape[i]));
    }
    float[] mask = engine.random().perImage("dropout", Math.toIntExact(shape[0]), perImage);
    float kept = (float) (1 / (1 - probability));
    for (int i = 0; i < mask.length; i++) {
      mask[i] = mask[i] < probability ? 0 : kept;
    }
    return engine.floats(mask, shape);
  }
}
