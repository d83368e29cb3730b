package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.array.EngineException;

/**
 * What a {@link CustomOp} has of the engine in one forward or backward pass, until that returns.
 */
public final class OpCall {
  private final CustomOp op;
  private final Engine engine;
  private final Scope scope;
  private final boolean[] needs;
  private final List<Tensor> saved;
  private final boolean forward;

  private OpCall(CustomOp op, Engine engine, boolean[] needs, List<Tensor> saved, boolean forward) {
    this.op = op;
    this.engine = engine;
    this.scope = engine.currentScope();
    this.needs = needs;
    this.saved = saved;
    this.forward = forward;
  }

  /** The engine of the inputs. */
  public Engine engine() {
    return engine;
  }

  /**
   * Whether the gradient of input {@code i}, from 0, is wanted; of none where nothing is recorded.
   */
  public boolean needs(int i) {
    return needs[i];
  }

  private boolean needsAny() {
    for (boolean need : needs) {
      if (need) {
        return true;
      }
    }
    return false;
  }

  /**
   * In a forward pass: keeps a tensor's values for the backward pass, as the next in order. Where
   * no gradient is wanted, nothing is kept.
   *
   * @throws IllegalStateException in a backward pass
   */
  public void save(Tensor tensor) {
    if (!forward) {
      throw new IllegalStateException(
          op.name() + ": save(" + tensor + ") in a backward pass; save in forward");
    }
    if (needsAny()) {
      saved.add(tensor.sharedOutsideScopes());
    }
  }

  /**
   * In a backward pass: what {@link #save} kept as number {@code i}, from 0.
   *
   * @throws IllegalStateException if fewer were saved
   */
  public Tensor saved(int i) {
    if (forward || i >= saved.size()) {
      throw new IllegalStateException(
          op.name()
              + ": expected saved("
              + i
              + ") in a backward pass with more than "
              + i
              + " saved, got "
              + (forward ? "it in forward" : saved.size() + " saved"));
    }
    return saved.get(i);
  }

  /**
   * The elements of a float32 tensor in row-major order, of a dense copy where it is a view; to be
   * read until this call returns. Null where Java does not reach the memory: the engine computes on
   * another device, or the tensor is larger than a buffer can be (2 GiB).
   *
   * @throws IllegalArgumentException for another dtype
   */
  public FloatBuffer read(Tensor tensor) {
    FloatBuffer memory = memory("read", tensor);
    return memory == null ? null : memory.asReadOnlyBuffer();
  }

  /**
   * As {@link #read}, to be written too.
   *
   * @param fresh a tensor made in this call, for example by {@link Engine#zeros}, which nothing
   *     else shares
   * @throws IllegalArgumentException for another tensor: tensors do not change
   */
  public FloatBuffer write(Tensor fresh) {
    requireFresh(fresh);
    return memory("write", fresh);
  }

  /** Refuses a tensor that this call must not write. */
  void requireFresh(Tensor fresh) {
    if (fresh.scope() == null || !fresh.scope().isWithin(scope) || fresh.array().isShared()) {
      throw new IllegalArgumentException(
          op.name()
              + ": write("
              + fresh
              + ") expected a tensor made in this call that shares its memory with none; others do not change");
    }
  }

  /**
   * A launch of a kernel in CUDA C++ on tensors' memory; empty where the engine does not compute on
   * an NVIDIA GPU.
   */
  public Optional<KernelCall> kernel(DeviceKernel kernel) {
    return engine.backend().runsKernels()
        ? Optional.of(new KernelCall(this, kernel))
        : Optional.empty();
  }

  private FloatBuffer memory(String what, Tensor tensor) {
    if (tensor.dtype() != DType.FLOAT32) {
      throw new IllegalArgumentException(
          op.name() + ": " + what + "(" + tensor + ") expected float32; cast first");
    }
    return engine.hostFloats(tensor);
  }

  // ---- applying

  static Tensor apply(CustomOp op, Tensor[] inputs) {
    if (inputs.length == 0) {
      throw new IllegalArgumentException(
          op.name() + ": expected at least one input tensor, got none");
    }
    Engine engine = Pointwise.sameEngine(op.name(), inputs);
    Tensor y = engine.usesFusedKernels() ? fused(op, engine, inputs) : composed(op, engine, inputs);
    if (y == null) {
      y = engine.usesFusedKernels() ? composed(op, engine, inputs) : fused(op, engine, inputs);
    }
    if (y == null) {
      throw new EngineException(
          op.name()
              + ": cannot be computed by "
              + engine.description()
              + ": its forward gives null here, and it has no composition of the engine's operations");
    }
    return y;
  }

  private static Tensor composed(CustomOp op, Engine engine, Tensor[] inputs) {
    try (Scope scope = engine.scope()) {
      Tensor y = op.composed(inputs);
      return y == null ? null : scope.keep(y);
    }
  }

  private static Tensor fused(CustomOp op, Engine engine, Tensor[] inputs) {
    boolean[] needs = new boolean[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      needs[i] = engine.isGradEnabled() && inputs[i].requiresGrad();
    }
    List<Tensor> saved = new ArrayList<>();
    try {
      Tensor y;
      OpCall call;
      try (Scope scope = engine.scope();
          var off = engine.noGrad()) {
        call = new OpCall(op, engine, needs, saved, true);
        Tensor made = op.forward(call, inputs);
        if (made == null) {
          return null;
        }
        Pointwise.sameEngine(op.name(), inputs[0], made);
        y = scope.keep(made.detach()); // a tensor of its own: forward may return an input
      }
      return call.needsAny() && y.dtype().isFloating() ? record(op, y, inputs, saved) : y;
    } finally {
      saved.forEach(Tensor::close);
    }
  }

  private static Tensor record(CustomOp op, Tensor y, Tensor[] inputs, List<Tensor> saved) {
    Engine engine = y.engine();
    DType dtype = y.dtype();
    List<Like> likes = Arrays.stream(inputs).map(Like::of).toList();
    return y.recordAlways(
        op.name(),
        inputs,
        node -> {
          List<Tensor> kept = saved.stream().map(node::save).toList();
          boolean[] needs = new boolean[inputs.length];
          for (int i = 0; i < needs.length; i++) {
            needs[i] = node.needs(i);
          }
          return grad -> {
            OpCall call = new OpCall(op, engine, needs, kept, false);
            Tensor[] gradients = op.backward(call, grad.cast(dtype));
            requireGradients(op, likes, needs, gradients);
            return gradients;
          };
        });
  }

  /** What the gradient of an input has to look like. */
  private record Like(DType dtype, List<Long> shape) {
    static Like of(Tensor t) {
      return new Like(t.dtype(), Arrays.stream(t.shapeArray()).boxed().toList());
    }

    @Override
    public String toString() {
      return dtype.name().toLowerCase(java.util.Locale.ROOT) + shape.toString().replace(" ", "");
    }
  }

  private static void requireGradients(
      CustomOp op, List<Like> likes, boolean[] needs, Tensor[] gradients) {
    if (gradients == null || gradients.length != likes.size()) {
      throw new IllegalStateException(
          "backward of "
              + op.name()
              + ": expected "
              + likes.size()
              + " gradients, one for each input, got "
              + (gradients == null ? "null" : gradients.length));
    }
    for (int i = 0; i < gradients.length; i++) {
      Tensor g = gradients[i];
      if (needs[i] && (g == null || !Like.of(g).equals(likes.get(i)))) {
        throw new IllegalStateException(
            "backward of "
                + op.name()
                + ": expected a gradient of input "
                + i
                + " of dtype and shape "
                + likes.get(i)
                + ", got "
                + g);
      }
    }
  }
}
