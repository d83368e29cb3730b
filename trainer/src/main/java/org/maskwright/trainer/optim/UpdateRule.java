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
   * The numbers of an update of one parameter.
   *
   * @param learningRate of this step and this parameter
   * @param weightDecay of this parameter
   * @param gradScale factor on its gradient, from clipping
   * @param step counted from 1
   */
  record Update(double learningRate, double weightDecay, double gradScale, long step) {}

  /**
   * Changes a parameter, which has a gradient.
   *
   * @param name one of those that the rule was made for
   */
  void update(String name, Parameter parameter, Update update);

  /** What a checkpoint holds of it, by names such as {@code first.<parameter>}. */
  Map<String, Parameter> state();

  @Override
  void close();
}
