package org.maskwright.modelzoo.prediction;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;

/**
 * What the queries are behind the last layer: two are alike if they stand for the same object, and
 * queries of the next frame of a video may start from them.
 *
 * @param states [B,Q,C], normalised
 */
public record QueryStates(Tensor states) implements Outputs.Extra {
  @Override
  public List<Tensor> tensors() {
    return List.of(states);
  }
}
