package org.maskwright.engine.nn;

import java.nio.FloatBuffer;
import java.util.List;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.CustomOp;
import org.maskwright.engine.tensor.OpCall;
import org.maskwright.engine.tensor.Tensor;

/**
 * Adds up a float32 tensor over all processes, each of which gets the sum. What a process's value
 * does to the losses of all of them is the sum of their gradients, so that the backward pass adds
 * up too.
 */
record SumOverProcesses(ProcessGroup group) implements CustomOp {
  @Override
  public String name() {
    return "sumOverProcesses";
  }

  @Override
  public Tensor forward(OpCall call, Tensor... inputs) {
    return sum(call, inputs[0]);
  }

  @Override
  public Tensor[] backward(OpCall call, Tensor grad) {
    return new Tensor[] {sum(call, grad)};
  }

  private Tensor sum(OpCall call, Tensor x) {
    Tensor out = call.engine().zeros(x.shape());
    FloatBuffer from = call.read(x);
    FloatBuffer to = call.write(out);
    if (from == null || to == null) {
      throw new EngineException(
          "batch statistics over all processes: expected tensors in the host's memory, got them on "
              + call.engine().device()
              + "; set train.processes.sync-batch-norm = false");
    }
    to.duplicate().put(from);
    group.sum(List.of(to)).await();
    return out;
  }
}
