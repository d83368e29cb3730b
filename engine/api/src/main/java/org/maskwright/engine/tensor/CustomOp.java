package org.maskwright.engine.tensor;

/**
 * An operation defined outside the engine, with a backward pass of its own. It takes part in
 * differentiation, scopes, checkpointing and the detection of changes in place like every other,
 * and what it returns is checked.
 *
 * <p>An example: x^3, which saves its input and not the square that a composition would save too.
 *
 * <pre>{@code
 * final class Cube implements CustomOp {
 *   public String name() {
 *     return "cube";
 *   }
 *
 *   public Tensor forward(OpCall call, Tensor... in) {
 *     call.save(in[0]);
 *     return in[0].square().mul(in[0]);
 *   }
 *
 *   public Tensor[] backward(OpCall call, Tensor grad) {
 *     return new Tensor[] {grad.mul(call.saved(0).square()).mul(3)};
 *   }
 * }
 *
 * Tensor y = new Cube().apply(x);
 * }</pre>
 *
 * <p>A kernel in Java reads and writes the host's memory through {@link OpCall#read} and {@link
 * OpCall#write}. Where it cannot (a GPU's memory), {@link #forward} returns null, and {@link
 * #composed} says how to compute the same from the engine's own operations.
 *
 * <p><b>Threads</b> an operation keeps nothing of a call in its fields, so that one object can be
 * applied many times before the backward pass.
 */
public interface CustomOp {
  /** Its name in messages. */
  String name();

  /**
   * The result, computed with recording off in a scope of its own; or null where this form of the
   * operation cannot be computed here.
   *
   * @param call saves what the backward pass needs
   * @param inputs at least one, as they were given to {@link #apply}
   */
  Tensor forward(OpCall call, Tensor... inputs);

  /**
   * The gradients of the inputs, computed with recording off: for each input that {@link
   * OpCall#needs} one a tensor of its shape and dtype, for the others null or anything.
   *
   * <p>The default has none: differentiating through the result is an error.
   *
   * @param call gives what the forward pass saved
   * @param grad the gradient of the result, of its shape and dtype
   * @throws IllegalStateException by default
   */
  default Tensor[] backward(OpCall call, Tensor grad) {
    throw new IllegalStateException(
        name()
            + ": has no backward pass; apply it with recording off (engine.noGrad()) or to detached tensors");
  }

  /**
   * The same from the engine's operations, which differentiate themselves; null (the default) if
   * there is no such composition. It is taken where {@link #forward} gives null and under {@link
   * Engine#withoutFusedKernels}, so that the two can be compared.
   */
  default Tensor composed(Tensor... inputs) {
    return null;
  }

  /**
   * Applies the operation.
   *
   * @param inputs at least one, all of one engine
   * @throws IllegalArgumentException if there is none, or their engines differ
   * @throws IllegalStateException if an input was closed; or in a backward pass if {@link
   *     #backward} does not give what it should
   * @throws org.maskwright.engine.array.EngineException if it cannot be computed on the inputs'
   *     engine
   */
  default Tensor apply(Tensor... inputs) {
    return OpCall.apply(this, inputs);
  }
}
