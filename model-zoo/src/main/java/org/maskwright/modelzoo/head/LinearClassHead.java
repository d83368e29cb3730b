package org.maskwright.modelzoo.head;

import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;

/** One linear layer to K+1 logits; weight [K+1,C], bias [K+1]. */
public final class LinearClassHead extends ClassHead {
  private final ClassSpace space;
  private final Parameter weight;
  private final Parameter bias;

  /** Default initial values of linear layers. */
  public LinearClassHead(Engine engine, int channels, ClassSpace space) {
    super(engine);
    this.space = space;
    long[] shape = {space.size() + 1L, channels};
    weight =
        parameter("weight", Init.kaimingUniform(engine, initStream(), Linear.DEFAULT_SLOPE, shape));
    bias = parameter("bias", Init.biasUniform(engine, initStream(), shape));
  }

  @Override
  public ClassSpace space() {
    return space;
  }

  @Override
  public Outputs.MaskScores maskScores() {
    return Outputs.MaskScores.SIGMOID;
  }

  @Override
  public Tensor forward(Tensor states) {
    return states.linear(weight.tensor(), bias.tensor());
  }
}
