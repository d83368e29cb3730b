package org.maskwright.trainer.optim;

import java.util.Map;
import org.maskwright.engine.tensor.Parameter;

/**
 * How a gradient changes a parameter: what one {@link Descent} differs from another in.
 *
 * <p><b>Lifecycle</b> owns its state, such as moments of each parameter, until {@link #close()}.
 */
public interface UpdateRule extends AutoCloseable {
  /**
   * The numbers of an update.
   *
   * @param learningRate of this step and these parameters
   * @param weightDecay of these parameters
   * @param gradScale factor on their gradients, from clipping
   * @param step counted from 1
   */
  record Update(double learningRate, double weightDecay, double gradScale, long step) {}

  /**
   * Changes parameters by the same numbers.
   *
   * @param parameters some of those that the rule was made for, by name; each has a gradient
   */
  void update(Map<String, Parameter> parameters, Update update);

  /** What a checkpoint holds of it, by names such as {@code first.<parameter>}. */
  Map<String, Parameter> state();

  @Override
  void close();
}
