package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;

/**
 * A float32 tensor that training changes: it lives until it is closed, outside all scopes, and
 * collects its gradient over backward passes until {@link #zeroGrad()}.
 *
 * <p>A frozen parameter ({@link #setTrainable}) takes no part in differentiation.
 */
public final class Parameter implements AutoCloseable {
  private final Tensor value;
  private boolean trainable = true;
  private Tensor grad;
  private boolean gradIsOurs;

  /** Takes over the values of a float32 tensor and closes it. */
  public Parameter(Tensor initial) {
    if (initial.dtype() != DType.FLOAT32) {
      throw new IllegalArgumentException("parameter: expected float32, got " + initial);
    }
    Engine engine = initial.engine();
    // A copy: the argument may be a view, or share memory with a host array, and parameters change
    // in place.
    this.value =
        new Tensor(
            engine,
            engine.backend().full(initial.shape(), DType.FLOAT32, 0),
            DType.FLOAT32,
            initial.shape());
    engine.backend().copyInto(value.array(), initial.array());
    initial.close();
    refreshNode();
  }

  private void refreshNode() {
    value.setNode(
        trainable
            ? GradNode.leaf(value.engine(), "parameter", value.shapeArray(), this::accumulate)
            : null);
  }

  private void accumulate(Tensor contribution) {
    Engine engine = value.engine();
    Tensor g = contribution.cast(DType.FLOAT32);
    if (grad == null) {
      grad =
          new Tensor(engine, engine.backend().contiguous(g.array()), DType.FLOAT32, value.shape());
      gradIsOurs = false;
    } else if (gradIsOurs) {
      engine.backend().addInto(grad.array(), g.array());
    } else {
      Tensor sum = grad.add(g).sharedOutsideScopes();
      grad.close();
      grad = sum;
      gradIsOurs = true;
    }
  }

  /** The value, as an input of operations. */
  public Tensor tensor() {
    return value;
  }

  /** The shape. */
  public long[] shape() {
    return value.shape();
  }

  /** Number of elements. */
  public long numel() {
    return value.numel();
  }

  /** Whether gradients are wanted. */
  public boolean isTrainable() {
    return trainable;
  }

  /** Freezes or thaws; a frozen parameter drops its gradient. */
  public void setTrainable(boolean value) {
    trainable = value;
    if (!value) {
      zeroGrad();
    }
    refreshNode();
  }

  /** The collected gradient, or null. Owned by this parameter. */
  public Tensor grad() {
    return grad;
  }

  /** Frees the gradient. */
  public void zeroGrad() {
    if (grad != null) {
      grad.close();
      grad = null;
    }
  }

  /**
   * Overwrites the value.
   *
   * @throws IllegalArgumentException if shape or dtype differ
   */
  public void set(Tensor source) {
    if (source.dtype() != DType.FLOAT32
        || !java.util.Arrays.equals(source.shapeArray(), value.shapeArray())) {
      throw new IllegalArgumentException("parameter: expected " + value + ", got " + source);
    }
    value.engine().backend().copyInto(value.array(), source.array());
  }

  /**
   * Overwrites the value.
   *
   * @param source all elements in row-major order, from position to limit
   * @throws IllegalArgumentException if it holds another number of elements
   */
  public void set(FloatBuffer source) {
    if (source.remaining() != numel()) {
      throw new IllegalArgumentException(
          "parameter: expected the elements of %s, got %d".formatted(value, source.remaining()));
    }
    Engine engine = value.engine();
    FloatBuffer memory = engine.backend().hostFloats(value.array());
    if (memory != null) {
      memory.put(source);
      return;
    }
    float[] values = new float[source.remaining()];
    source.get(values);
    try (Scope scope = engine.scope()) {
      set(engine.floats(values, value.shape()));
    }
  }

  @Override
  public void close() {
    zeroGrad();
    value.close();
  }
}
