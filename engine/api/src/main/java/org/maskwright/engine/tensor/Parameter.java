package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.AdamWArrays;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;

/**
 * A float32 tensor that training changes: it lives until it is closed, outside all scopes, and
 * collects its gradient over backward passes until {@link #zeroGrad()}.
 *
 * <p>A frozen parameter ({@link #setTrainable}) takes no part in differentiation, nor in that of
 * what was computed before it was frozen.
 *
 * <p>Value and gradient share memory with nothing but what was derived from them; see {@link
 * Tensor} for what a change means for that.
 */
public final class Parameter implements AutoCloseable {
  private final Tensor value;
  private boolean trainable = true;
  private final List<Registered> hooks = new ArrayList<>(0);
  private Tensor grad;

  /**
   * Takes over the values of a float32 tensor and closes it, in any case. Another parameter's
   * tensor is copied and stays.
   *
   * @throws IllegalArgumentException if the dtype is another
   */
  public Parameter(Tensor initial) {
    // A copy: the argument may be a view, and parameters change in place.
    try {
      if (initial.dtype() != DType.FLOAT32) {
        throw new IllegalArgumentException("parameter: expected float32, got " + initial);
      }
      this.value = Tensor.changing(initial.engine(), duplicate(initial), initial.shape());
    } finally {
      if (!initial.isChanging()) {
        initial.close();
      }
    }
    refreshNode();
    value.engine().made(this);
  }

  private static DeviceArray duplicate(Tensor source) {
    Backend backend = source.engine().backend();
    DeviceArray from = source.array();
    DeviceArray copy = backend.full(source.shapeArray(), DType.FLOAT32, 0);
    backend.copyInto(copy, from);
    return copy;
  }

  private void refreshNode() {
    GradNode.Leaf leaf =
        new GradNode.Leaf() {
          @Override
          public void requireOpen() {
            value.requireOpen();
          }

          @Override
          public void accept(Tensor contribution) {
            if (trainable) {
              accumulate(contribution);
              List.copyOf(hooks).forEach(registered -> registered.hook.accept(Parameter.this));
            }
          }
        };
    value.setNode(
        trainable ? GradNode.leaf(value.engine(), "parameter", value.shapeArray(), leaf) : null);
  }

  private void accumulate(Tensor contribution) {
    Tensor g = contribution.cast(DType.FLOAT32);
    Backend backend = value.engine().backend();
    if (grad != null) {
      grad.written();
      backend.addInto(grad.array(), g.array());
      return;
    }
    boolean shared = g.array().isShared();
    DeviceArray dense = backend.contiguous(g.array());
    if (shared && dense == g.array()) {
      dense.release();
      dense = duplicate(g);
    }
    grad = Tensor.changing(value.engine(), dense, value.shape());
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

  /** The collected gradient, or null. Owned by this parameter, and grows with further ones. */
  public Tensor grad() {
    return grad;
  }

  /**
   * Takes the collected gradient out, null if there is none; the caller frees it or gives it back.
   */
  Tensor takeGrad() {
    Tensor out = grad;
    grad = null;
    return out;
  }

  /** Makes a gradient that was taken the collected one. */
  void giveGrad(Tensor taken) {
    zeroGrad();
    grad = taken;
  }

  /** Ends what {@link #onGradient} began. */
  public interface Hook extends AutoCloseable {
    /** Closing twice does nothing. */
    @Override
    void close();
  }

  /**
   * Has {@code hook} called in each backward pass when this parameter's gradient has grown by its
   * share of that pass: as soon as the last of its uses is differentiated, and before what came
   * earlier in the forward pass is. It may read the gradient, and also change the parameter, which
   * nothing in the pass needs any more.
   *
   * <p>A use inside {@link Engine#checkpoint} is known only when it is computed again: a parameter
   * that is used there and elsewhere can get its share in several parts, with a call for each.
   *
   * <p>Hooks are called in the order in which they were given, by the thread of the backward pass,
   * with recording off and in a scope. What a hook throws ends the pass. A frozen parameter gets no
   * gradient and no call.
   *
   * @return closed, ends the calls
   */
  public Hook onGradient(Consumer<Parameter> hook) {
    Registered registered = new Registered(hook);
    hooks.add(registered);
    return registered;
  }

  private final class Registered implements Hook {
    private final Consumer<Parameter> hook;

    Registered(Consumer<Parameter> hook) {
      this.hook = hook;
    }

    @Override
    public void close() {
      hooks.remove(this);
    }
  }

  /** Frees the gradient. */
  public void zeroGrad() {
    if (grad != null) {
      grad.free();
      grad = null;
    }
  }

  private DeviceArray writable() {
    DeviceArray memory = value.array();
    value.engine().requireOpen();
    value.written();
    return memory;
  }

  /** The memory of the value, to be overwritten; null where the host does not reach it. */
  FloatBuffer overwritten() {
    return value.engine().backend().hostFloats(writable());
  }

  private void requireLike(String what, Tensor source) {
    Pointwise.sameEngine("parameter", value, source);
    if (source.dtype() != DType.FLOAT32
        || !Arrays.equals(source.shapeArray(), value.shapeArray())) {
      throw new IllegalArgumentException(
          what + ": expected a tensor like the parameter's " + value + ", got " + source);
    }
  }

  /**
   * Overwrites the value.
   *
   * @throws IllegalArgumentException if shape or dtype differ
   */
  public void set(Tensor source) {
    requireLike("set", source);
    DeviceArray from = unaffected(source, value);
    try {
      value.engine().backend().copyInto(writable(), from);
    } finally {
      from.release();
    }
  }

  /** The source's values, which a write into the target leaves alone. */
  private static DeviceArray unaffected(Tensor source, Tensor target) {
    return source.follows(target) ? duplicate(source) : source.array().retain();
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
      writable();
      memory.put(source);
      return;
    }
    float[] values = new float[source.remaining()];
    source.get(values);
    try (Scope scope = engine.scope()) {
      set(engine.floats(values, value.shape()));
    }
  }

  /**
   * Mixes another tensor in: value = value * factor + source * sourceFactor.
   *
   * @throws IllegalArgumentException if shape or dtype differ
   */
  public void mix(double factor, Tensor source, double sourceFactor) {
    requireLike("mix", source);
    DeviceArray from = unaffected(source, value);
    try {
      value.engine().backend().axpbyInto(writable(), factor, from, sourceFactor);
    } finally {
      from.release();
    }
  }

  /**
   * Mixes another tensor into the collected gradient: grad = grad * factor + source * sourceFactor.
   *
   * @throws IllegalArgumentException if shape or dtype differ
   * @throws IllegalStateException if there is no gradient
   */
  public void mixGrad(double factor, Tensor source, double sourceFactor) {
    requireLike("mixGrad", source);
    requireGrad("mixGrad");
    DeviceArray from = unaffected(source, grad);
    try {
      DeviceArray memory = grad.array();
      value.engine().requireOpen();
      grad.written();
      value.engine().backend().axpbyInto(memory, factor, from, sourceFactor);
    } finally {
      from.release();
    }
  }

  /**
   * Multiplies the collected gradient by a number.
   *
   * @throws IllegalStateException if there is no gradient
   */
  public void scaleGrad(double factor) {
    requireGrad("scaleGrad");
    DeviceArray memory = grad.array();
    value.engine().requireOpen();
    grad.written();
    value.engine().backend().axpbyInto(memory, factor, memory, 0);
  }

  private void requireGrad(String what) {
    if (grad == null) {
      throw new IllegalStateException(
          what + ": expected a gradient of " + value + ", got none; run a backward pass first");
    }
  }

  /**
   * One update of AdamW with the collected gradients, of all parameters at once.
   *
   * @param parameters of one engine, each with a gradient
   * @param first their first moments, which change too
   * @param second their second moments, which change too
   * @throws IllegalArgumentException if their numbers or shapes differ
   * @throws IllegalStateException if there is no gradient; nothing has changed then
   */
  public static void adamW(
      List<Parameter> parameters, List<Parameter> first, List<Parameter> second, AdamWStep step) {
    if (first.size() != parameters.size() || second.size() != parameters.size()) {
      throw new IllegalArgumentException(
          "adamW: expected two moments for each of %d parameters, got %d and %d"
              .formatted(parameters.size(), first.size(), second.size()));
    }
    if (parameters.isEmpty()) {
      return;
    }
    Engine engine = parameters.get(0).value.engine();
    List<AdamWArrays> arrays = new ArrayList<>(parameters.size());
    for (int i = 0; i < parameters.size(); i++) {
      Parameter p = parameters.get(i);
      Pointwise.sameEngine("adamW", parameters.get(0).value, p.value);
      p.requireLike("adamW", first.get(i).value);
      p.requireLike("adamW", second.get(i).value);
      p.requireGrad("adamW");
      arrays.add(
          new AdamWArrays(
              p.value.array(),
              p.grad.array(),
              first.get(i).value.array(),
              second.get(i).value.array()));
    }
    engine.requireOpen();
    for (List<Parameter> changed : List.of(parameters, first, second)) {
      changed.forEach(p -> p.value.written());
    }
    engine.backend().adamW(arrays, step);
  }

  @Override
  public void close() {
    zeroGrad();
    value.free();
  }
}
