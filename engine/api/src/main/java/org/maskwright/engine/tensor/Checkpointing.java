package org.maskwright.engine.tensor;

import java.util.Map;
import java.util.function.Function;
import org.maskwright.engine.array.Precision;

/** Recomputation in the backward pass; see {@link Engine#checkpoint}. */
final class Checkpointing {
  private Checkpointing() {}

  static Tensor run(Engine engine, Function<Tensor[], Tensor> body, Tensor[] inputs) {
    if (!engine.isGradEnabled()) {
      return body.apply(inputs);
    }
    Map<String, Long> streams = engine.random().save();
    Precision precision = engine.precision();
    Tensor y;
    try (var off = engine.noGrad()) {
      // A tensor of its own: the body may return an input, a parameter, or a view of either.
      y = engine.tidy(scope -> body.apply(inputs).detach());
    }
    // Parameters inside the body need gradients even where no input does, so the node is always
    // recorded.
    return y.recordAlways(
        "checkpoint",
        inputs,
        node -> {
          Tensor[] saved = new Tensor[inputs.length];
          for (int i = 0; i < inputs.length; i++) {
            saved[i] = node.save(inputs[i]);
          }
          return grad -> recompute(engine, body, saved, node, streams, precision, grad);
        });
  }

  private static Tensor[] recompute(
      Engine engine,
      Function<Tensor[], Tensor> body,
      Tensor[] saved,
      GradNode node,
      Map<String, Long> streams,
      Precision precision,
      Tensor grad) {
    Map<String, Long> after = engine.random().save();
    engine.random().rewind(streams);
    Tensor[] gradients = new Tensor[saved.length];
    try (var on = engine.withGrad();
        var same = engine.withPrecision(precision)) {
      Tensor[] leaves = new Tensor[saved.length];
      for (int i = 0; i < saved.length; i++) {
        leaves[i] = node.needs(i) ? saved[i].variable() : saved[i];
      }
      Tensor out = body.apply(leaves);
      if (out.requiresGrad()) { // not where all of the body is frozen
        out.backward(grad);
      }
      for (int i = 0; i < saved.length; i++) {
        gradients[i] = node.needs(i) ? leaves[i].grad() : null;
      }
    } finally {
      engine.random().rewind(after);
    }
    return gradients;
  }
}
