package org.maskwright.engine.conformance;

import org.maskwright.engine.tensor.CustomOp;
import org.maskwright.engine.tensor.OpCall;
import org.maskwright.engine.tensor.Tensor;

/** The example of {@link CustomOp}'s documentation, letter for letter: a test compares them. */
final class Cube implements CustomOp {
  @Override
  public String name() {
    return "cube";
  }

  @Override
  public Tensor forward(OpCall call, Tensor... in) {
    call.save(in[0]);
    return in[0].square().mul(in[0]);
  }

  @Override
  public Tensor[] backward(OpCall call, Tensor grad) {
    return new Tensor[] {grad.mul(call.saved(0).square()).mul(3)};
  }
}
