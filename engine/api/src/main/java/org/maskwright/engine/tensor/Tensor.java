package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.Shapes;
import org.maskwright.engine.spi.UnaryOp;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * An immutable n-dimensional array on an engine's device that records how it was computed where a
 * gradient is wanted. Only a {@link Parameter}'s value and gradient change: {@link
 * Parameter#tensor} shows the present value. What shares their values (by {@link #detach}, {@link
 * #variable}, {@link #reshape}, {@link #permute}, {@link #expand}, {@link #slice} and what builds
 * on them) is theirs at that time; using it after a change is an IllegalStateException, whether or
 * not this engine copied the elements. {@link #copy} stays valid.
 *
 * <p>Semantics are NumPy's and PyTorch's: row-major order, broadcasting from the last axis,
 * negative axes count from the end. Types do not mix silently: an operation wants one dtype
 * (bfloat16 meets float32 as float32), so {@link #cast} first.
 *
 * <p><b>Lifecycle</b> a tensor belongs to the innermost open {@link Scope} and is freed with it;
 * without a scope the caller closes it. Every use after that is an IllegalStateException.
 * <b>Threads</b> not thread-safe.
 *
 * @see org.maskwright.engine.nn layers with parameters
 */
public final class Tensor implements AutoCloseable {
  private final Engine engine;
  private final DeviceArray array;
  private final DType dtype;
  private final long[] shape;
  private GradNode node;
  private Scope scope;
  private Tensor leafGrad;
  private boolean closed;

  /** Of memory that changes in place, else null. */
  private Version version;

  /** How often that memory had been written when this tensor was made; -1 where it follows. */
  private long writes;

  Tensor(Engine engine, DeviceArray array, DType dtype, long[] shape) {
    this.engine = engine;
    this.array = array;
    this.dtype = dtype;
    this.shape = shape;
  }

  // ---- what it is
  // -----------------------------------------------------------------------------------------------------

  /** The engine that computes it. */
  public Engine engine() {
    return engine;
  }

  /** Element type. */
  public DType dtype() {
    return dtype;
  }

  /** A copy of the shape. */
  public long[] shape() {
    return shape.clone();
  }

  long[] shapeArray() {
    return shape;
  }

  /** Number of axes. */
  public int rank() {
    return shape.length;
  }

  /** Size of an axis; negative axes count from the end. */
  public long size(int dim) {
    return shape[Axes.axis("size", dim, shape.length)];
  }

  /** {@link #size} as an int. */
  public int intSize(int dim) {
    return Math.toIntExact(size(dim));
  }

  /** Number of elements. */
  public long numel() {
    return Shapes.product(shape);
  }

  @Override
  public String toString() {
    return dtype.name().toLowerCase(java.util.Locale.ROOT)
        + Shapes.text(shape)
        + (closed ? " (closed)" : "");
  }

  // ---- life
  // -------------------------------------------------------------------------------------------------------------

  /** A tensor whose memory its owner, a parameter, changes in place and frees. */
  static Tensor changing(Engine engine, DeviceArray array, long[] shape) {
    Tensor t = new Tensor(engine, array, DType.FLOAT32, shape);
    t.version = new Version();
    t.writes = -1;
    return t;
  }

  /** Whether a parameter owns it. */
  boolean isChanging() {
    return version != null && writes < 0;
  }

  /** Says that the memory is about to be written. */
  void written() {
    version.written();
  }

  /** Whether its memory is as it was when the tensor was made. */
  boolean isCurrent() {
    return version == null || writes < 0 || writes == version.writes();
  }

  /** Takes over what {@code source} knows about changes of the memory that both share. */
  private Tensor follow(Tensor source) {
    version = source.version;
    writes = version == null ? 0 : version.writes();
    return this;
  }

  /** Whether its memory is one that changes in place. */
  boolean isFollowed() {
    return version != null;
  }

  /** Whether it may share memory with {@code other}, which changes in place. */
  boolean follows(Tensor other) {
    return version == other.version;
  }

  /** A tensor over (a part of) the same values, owned by the innermost scope. */
  Tensor view(DeviceArray viewed, long[] to) {
    return engine.result(viewed, dtype, to).follow(this);
  }

  /**
   * Frees the memory unless something else (a view, the recorded graph) still needs it. Closing
   * twice does nothing.
   *
   * @throws IllegalStateException if it is a parameter's value or gradient
   */
  @Override
  public void close() {
    if (isChanging()) {
      throw new IllegalStateException(
          "tensor " + this + " belongs to a parameter, which frees it; close the parameter");
    }
    free();
  }

  void free() {
    if (!closed) {
      closed = true;
      array.release();
      if (leafGrad != null) {
        leafGrad.close();
        leafGrad = null;
      }
    }
  }

  /** Whether it was closed, by itself or with its scope. */
  public boolean isClosed() {
    return closed;
  }

  void requireOpen() {
    if (closed) {
      throw new IllegalStateException(
          "tensor "
              + this
              + " was used after it was closed; keep it with scope.keep(tensor), or use it before"
              + " its scope ends");
    }
  }

  Scope scope() {
    return scope;
  }

  void setScope(Scope value) {
    scope = value;
  }

  /** The device memory, not handed out: it has no guard against use after free. */
  DeviceArray array() {
    requireOpen();
    if (!isCurrent()) {
      throw new IllegalStateException(
          "tensor "
              + this
              + " shares the values of a parameter that was changed in place since; derive it again from"
              + " parameter.tensor(), or copy() it before the change");
    }
    return array;
  }

  /** The same values as a tensor that no scope owns and no graph knows; the caller closes it. */
  Tensor sharedOutsideScopes() {
    return new Tensor(engine, array().retain(), dtype, shape).follow(this);
  }

  /** The same values in memory of their own, cut off from the graph. */
  public Tensor copy() {
    Backend backend = engine.backend();
    DeviceArray source = array();
    DeviceArray target = backend.full(shape, dtype, 0);
    backend.copyInto(target, source);
    return engine.result(target, dtype, shape);
  }

  // ---- gradients
  // --------------------------------------------------------------------------------------------------------

  GradNode node() {
    return node;
  }

  void setNode(GradNode value) {
    node = value;
  }

  /** Whether gradients flow to this tensor. */
  public boolean requiresGrad() {
    return node != null;
  }

  /** The same values, cut off from the graph. */
  public Tensor detach() {
    engine.requireOpen();
    return view(array().retain(), shape);
  }

  /**
   * The same values as the start of a graph: {@link #backward} leaves the gradient in {@link
   * #grad}.
   *
   * @throws IllegalArgumentException if the dtype is not floating
   */
  public Tensor variable() {
    if (!dtype.isFloating()) {
      throw new IllegalArgumentException("variable: expected a floating dtype, got " + this);
    }
    Tensor v = detach();
    v.node =
        GradNode.leaf(
            engine,
            "variable",
            shape,
            new GradNode.Leaf() {
              @Override
              public void requireOpen() {
                v.requireOpen();
              }

              @Override
              public void accept(Tensor grad) {
                v.accumulateLeaf(grad);
              }
            });
    return v;
  }

  private void accumulateLeaf(Tensor contribution) {
    Tensor before = leafGrad == null || leafGrad.closed ? null : leafGrad;
    leafGrad = (before == null ? contribution : before.add(contribution)).sharedOutsideScopes();
    if (before != null) {
      before.close();
    }
  }

  /** Gradient of a {@link #variable}, or null before a backward pass. Freed with this tensor. */
  public Tensor grad() {
    return leafGrad;
  }

  /**
   * Differentiates this scalar with respect to all parameters and variables it depends on, and
   * frees the graph: a second backward pass over any part of it is refused. A parameter has its
   * gradient as soon as all of its uses are done ({@link Parameter#onGradient}); an error in the
   * middle, such as memory running out, leaves those that were done.
   *
   * @throws IllegalStateException if it has more than one element; if nothing it depends on
   *     requires a gradient; or if what the pass needs was freed, closed or changed in place: no
   *     gradient has changed then
   */
  public void backward() {
    backward(BackwardPass.Graph.FREED);
  }

  /**
   * As {@link #backward()}, but leaves the graph, and the memory it holds, for another backward
   * pass over it until its scope ends: for losses that share operations and are differentiated one
   * by one.
   */
  public void backwardKeepingGraph() {
    backward(BackwardPass.Graph.KEPT);
  }

  private void backward(BackwardPass.Graph graph) {
    if (numel() != 1) {
      throw new IllegalStateException(
          "backward: expected a scalar, got "
              + this
              + "; give backward(grad) the gradient of this tensor");
    }
    try (Scope inner = engine.scope()) {
      backward(engine.full(dtype, 1, shape), graph);
    }
  }

  /**
   * Differentiates with the gradient of this tensor given, and frees the graph.
   *
   * @param grad floating, of this tensor's shape
   * @throws IllegalArgumentException if it is not
   * @throws IllegalStateException as {@link #backward()}
   */
  public void backward(Tensor grad) {
    backward(grad, BackwardPass.Graph.FREED);
  }

  private void backward(Tensor grad, BackwardPass.Graph graph) {
    requireOpen();
    Pointwise.sameEngine("backward", this, grad);
    if (node == null) {
      throw new IllegalStateException(
          "backward: "
              + this
              + " does not depend on a parameter or variable (recording off, or detached, or"
              + " through an operation without gradient such as argMax or a comparison)");
    }
    if (!grad.dtype.isFloating() || !Arrays.equals(grad.shape, shape)) {
      throw new IllegalArgumentException(
          "backward: expected a floating gradient of the shape of " + this + ", got " + grad);
    }
    BackwardPass.run(engine, node, grad, graph);
  }

  /** Records {@code this} as the result of an operation if any input requires a gradient. */
  Tensor record(String op, Tensor[] inputs, Function<GradNode, GradNode.Vjp> vjp) {
    if (!engine.isGradEnabled()) {
      return this;
    }
    for (Tensor t : inputs) {
      if (t != null && t.node != null) {
        return recordAlways(op, inputs, vjp);
      }
    }
    return this;
  }

  Tensor recordAlways(String op, Tensor[] inputs, Function<GradNode, GradNode.Vjp> vjp) {
    Scope owner = engine.currentScope();
    if (owner == null) {
      close();
      throw new IllegalStateException(
          op
              + ": recording a gradient needs an open scope that owns the graph: try (var step ="
              + " engine.scope()) { ... }");
    }
    GradNode[] parents = new GradNode[inputs.length];
    for (int i = 0; i < inputs.length; i++) {
      parents[i] = inputs[i] == null ? null : inputs[i].node;
    }
    node = GradNode.of(engine, op, shape, parents);
    owner.own(node);
    node.setVjp(vjp.apply(node));
    return this;
  }

  // ---- host
  // -------------------------------------------------------------------------------------------------------------

  /** The elements in row-major order as floats. */
  public float[] toFloats() {
    return engine.backend().toFloats(array());
  }

  /**
   * The elements in row-major order as floats, as they are now, for a host that asks for them later
   * and then gets all that waits to be read in one transfer.
   */
  public HostRead readLater() {
    return engine.reads().add(this);
  }

  /**
   * Puts the elements in row-major order as floats.
   *
   * @throws java.nio.BufferOverflowException if fewer elements remain in {@code target}
   */
  public void copyTo(FloatBuffer target) {
    FloatBuffer memory = engine.backend().hostFloats(array());
    target.put(memory == null ? FloatBuffer.wrap(toFloats()) : memory);
  }

  /**
   * The elements of an integer or bool tensor in row-major order.
   *
   * @throws IllegalArgumentException if the dtype is floating
   */
  public long[] toLongs() {
    if (dtype.isFloating()) {
      throw new IllegalArgumentException(
          "toLongs: expected an integer or bool tensor, got " + this + "; cast first");
    }
    return engine.backend().toLongs(array());
  }

  /**
   * The elements of a uint8 or bool tensor in row-major order.
   *
   * @throws IllegalArgumentException if the dtype is another
   */
  public byte[] toBytes() {
    if (dtype != DType.UINT8 && dtype != DType.BOOL) {
      throw new IllegalArgumentException(
          "toBytes: expected a uint8 or bool tensor, got " + this + "; cast first");
    }
    return engine.backend().toBytes(array());
  }

  /** A host copy as an ND4J array in 'c' order. */
  public INDArray toHost() {
    return engine.backend().toHost(array());
  }

  /**
   * The value of a tensor with one element.
   *
   * @throws IllegalStateException if it has another number of elements
   */
  public double item() {
    if (numel() != 1) {
      throw new IllegalStateException("item: expected one element, got " + this);
    }
    return dtype.isFloating() ? toFloats()[0] : toLongs()[0];
  }

  // ---- element-wise
  // -----------------------------------------------------------------------------------------------------

  /** Element-wise sum with broadcasting. */
  public Tensor add(Tensor other) {
    return Pointwise.binary(BinaryOp.ADD, this, other);
  }

  /** Adds a number. */
  public Tensor add(double value) {
    return Pointwise.scalar(BinaryOp.ADD, this, value);
  }

  /** Element-wise difference with broadcasting. */
  public Tensor sub(Tensor other) {
    return Pointwise.binary(BinaryOp.SUB, this, other);
  }

  /** Subtracts a number. */
  public Tensor sub(double value) {
    return Pointwise.scalar(BinaryOp.SUB, this, value);
  }

  /** Element-wise product with broadcasting. */
  public Tensor mul(Tensor other) {
    return Pointwise.binary(BinaryOp.MUL, this, other);
  }

  /** Multiplies by a number. */
  public Tensor mul(double value) {
    return Pointwise.scalar(BinaryOp.MUL, this, value);
  }

  /** Element-wise quotient with broadcasting; floating only. */
  public Tensor div(Tensor other) {
    return Pointwise.binary(BinaryOp.DIV, this, other);
  }

  /** Divides by a number; floating only. */
  public Tensor div(double value) {
    return Pointwise.scalar(BinaryOp.DIV, this, value);
  }

  /** Element-wise power with a fixed exponent. */
  public Tensor pow(double exponent) {
    return Pointwise.scalar(BinaryOp.POW, this, exponent);
  }

  /** Element-wise larger of two; where equal, the gradient is shared evenly. */
  public Tensor maximum(Tensor other) {
    return Pointwise.binary(BinaryOp.MAX, this, other);
  }

  /** Element-wise smaller of two; where equal, the gradient is shared evenly. */
  public Tensor minimum(Tensor other) {
    return Pointwise.binary(BinaryOp.MIN, this, other);
  }

  /**
   * Limits to [low,high]; no gradient outside. Beside integers both bounds are whole or infinite.
   */
  public Tensor clamp(double low, double high) {
    return Pointwise.clamp(this, low, high);
  }

  /** -x. */
  public Tensor neg() {
    return Pointwise.unary(UnaryOp.NEG, this);
  }

  /** |x|. */
  public Tensor abs() {
    return Pointwise.unary(UnaryOp.ABS, this);
  }

  /** e^x. */
  public Tensor exp() {
    return Pointwise.unary(UnaryOp.EXP, this);
  }

  /** Natural logarithm. */
  public Tensor log() {
    return Pointwise.unary(UnaryOp.LOG, this);
  }

  /** Square root. */
  public Tensor sqrt() {
    return Pointwise.unary(UnaryOp.SQRT, this);
  }

  /** 1 / sqrt(x). */
  public Tensor rsqrt() {
    return Pointwise.unary(UnaryOp.RSQRT, this);
  }

  /** x^2. */
  public Tensor square() {
    return Pointwise.unary(UnaryOp.SQUARE, this);
  }

  /** 1 / x. */
  public Tensor reciprocal() {
    return Pointwise.unary(UnaryOp.RECIPROCAL, this);
  }

  /** Sine of radians. */
  public Tensor sin() {
    return Pointwise.unary(UnaryOp.SIN, this);
  }

  /** Cosine of radians. */
  public Tensor cos() {
    return Pointwise.unary(UnaryOp.COS, this);
  }

  /** Hyperbolic tangent. */
  public Tensor tanh() {
    return Pointwise.unary(UnaryOp.TANH, this);
  }

  /** 1 / (1 + e^-x). */
  public Tensor sigmoid() {
    return Pointwise.unary(UnaryOp.SIGMOID, this);
  }

  /** max(x, 0); gradient 0 at 0. */
  public Tensor relu() {
    return Pointwise.unary(UnaryOp.RELU, this);
  }

  /**
   * As {@link #relu}, of a tensor that the caller does not use again: where nothing else holds its
   * memory it is closed, and the result may have that. Parameters, variables, what shares memory
   * and what a backward pass needs stay as they are.
   */
  public Tensor reluOver() {
    return Pointwise.reluOver(this);
  }

  /** x Phi(x), by the error function. */
  public Tensor gelu() {
    return Pointwise.unary(UnaryOp.GELU, this);
  }

  /** log(1 + e^x). */
  public Tensor softplus() {
    return Pointwise.unary(UnaryOp.SOFTPLUS, this);
  }

  /** Error function. */
  public Tensor erf() {
    return Pointwise.unary(UnaryOp.ERF, this);
  }

  /** Largest integer not above; no gradient. */
  public Tensor floor() {
    return Pointwise.unary(UnaryOp.FLOOR, this);
  }

  /** Nearest integer, half to even; no gradient. */
  public Tensor round() {
    return Pointwise.unary(UnaryOp.ROUND, this);
  }

  /** -1, 0 or 1; no gradient. */
  public Tensor sign() {
    return Pointwise.unary(UnaryOp.SIGN, this);
  }

  /** Logical not of a bool tensor. */
  public Tensor not() {
    return Pointwise.unary(UnaryOp.NOT, this);
  }

  /** Bool: neither infinite nor NaN. */
  public Tensor isFinite() {
    return Pointwise.unary(UnaryOp.IS_FINITE, this);
  }

  /** Bool: equal. */
  public Tensor eq(Tensor other) {
    return Pointwise.binary(BinaryOp.EQ, this, other);
  }

  /** Bool: equal to a number. */
  public Tensor eq(double value) {
    return Pointwise.scalar(BinaryOp.EQ, this, value);
  }

  /** Bool: not equal. */
  public Tensor ne(Tensor other) {
    return Pointwise.binary(BinaryOp.NE, this, other);
  }

  /** Bool: not equal to a number. */
  public Tensor ne(double value) {
    return Pointwise.scalar(BinaryOp.NE, this, value);
  }

  /** Bool: less. */
  public Tensor lt(Tensor other) {
    return Pointwise.binary(BinaryOp.LT, this, other);
  }

  /** Bool: less than a number. */
  public Tensor lt(double value) {
    return Pointwise.scalar(BinaryOp.LT, this, value);
  }

  /** Bool: less or equal. */
  public Tensor le(Tensor other) {
    return Pointwise.binary(BinaryOp.LE, this, other);
  }

  /** Bool: at most a number. */
  public Tensor le(double value) {
    return Pointwise.scalar(BinaryOp.LE, this, value);
  }

  /** Bool: greater. */
  public Tensor gt(Tensor other) {
    return Pointwise.binary(BinaryOp.GT, this, other);
  }

  /** Bool: greater than a number. */
  public Tensor gt(double value) {
    return Pointwise.scalar(BinaryOp.GT, this, value);
  }

  /** Bool: greater or equal. */
  public Tensor ge(Tensor other) {
    return Pointwise.binary(BinaryOp.GE, this, other);
  }

  /** Bool: at least a number. */
  public Tensor ge(double value) {
    return Pointwise.scalar(BinaryOp.GE, this, value);
  }

  /** Logical and of bool tensors. */
  public Tensor and(Tensor other) {
    return Pointwise.binary(BinaryOp.AND, this, other);
  }

  /** Logical or of bool tensors. */
  public Tensor or(Tensor other) {
    return Pointwise.binary(BinaryOp.OR, this, other);
  }

  /** Element-wise {@code this ? a : b} with broadcasting; this is bool. */
  public Tensor where(Tensor a, Tensor b) {
    return Pointwise.where(this, a, b);
  }

  /**
   * Converts; float to integer truncates toward zero, gives the nearest value of the type beyond
   * its range and 0 for NaN; to bool is {@code != 0}. A floating cast passes gradients.
   */
  public Tensor cast(DType to) {
    return Pointwise.cast(this, to);
  }

  // ---- reductions
  // -------------------------------------------------------------------------------------------------------

  /** Sum over axes that disappear; none given means all. Integers and bools sum to int64. */
  public Tensor sum(int... dims) {
    return Reductions.reduce(ReduceOp.SUM, this, dims, false);
  }

  /** Sum over axes that stay with size 1. */
  public Tensor sumKeep(int... dims) {
    return Reductions.reduce(ReduceOp.SUM, this, dims, true);
  }

  /** Mean over axes that disappear; none given means all. */
  public Tensor mean(int... dims) {
    return Reductions.reduce(ReduceOp.MEAN, this, dims, false);
  }

  /** Largest over axes that disappear; equal maxima share the gradient. */
  public Tensor max(int... dims) {
    return Reductions.reduce(ReduceOp.MAX, this, dims, false);
  }

  /** Smallest over axes that disappear; equal minima share the gradient. */
  public Tensor min(int... dims) {
    return Reductions.reduce(ReduceOp.MIN, this, dims, false);
  }

  /** Logical or over axes of a bool tensor. */
  public Tensor any(int... dims) {
    return Reductions.reduce(ReduceOp.ANY, this, dims, false);
  }

  /** Logical or over axes that stay with size 1. */
  public Tensor anyKeep(int... dims) {
    return Reductions.reduce(ReduceOp.ANY, this, dims, true);
  }

  /** Logical and over axes of a bool tensor. */
  public Tensor all(int... dims) {
    return Reductions.reduce(ReduceOp.ALL, this, dims, false);
  }

  /** Index of the first maximum along an axis. */
  public Tensor argMax(int dim) {
    return Reductions.argMax(this, dim);
  }

  /** Cumulative sum along an axis. */
  public Tensor cumSum(int dim) {
    return Reductions.cumSum(this, dim);
  }

  /** The k largest along the last axis, falling: {values, int64 indices}. */
  public Tensor[] topK(int k) {
    return Reductions.topK(this, k);
  }

  // ---- shape
  // ------------------------------------------------------------------------------------------------------------

  /** Another shape with as many elements; one size may be -1. */
  public Tensor reshape(long... to) {
    return Reshaping.reshape(this, to);
  }

  /** Axes in another order. */
  public Tensor permute(int... order) {
    return Reshaping.permute(this, order);
  }

  /** Two axes swapped. */
  public Tensor transpose(int a, int b) {
    return Reshaping.transpose(this, a, b);
  }

  /** Axes of size 1 repeated, new axes in front; -1 keeps a size. */
  public Tensor expand(long... to) {
    return Reshaping.expand(this, to);
  }

  /** Elements start to end (excluded) of an axis; negative positions count from the end. */
  public Tensor slice(int dim, long start, long end) {
    return Reshaping.slice(this, dim, start, end, 1);
  }

  /** Every step-th element from start to end (excluded) of an axis. */
  public Tensor slice(int dim, long start, long end, long step) {
    return Reshaping.slice(this, dim, start, end, step);
  }

  /** Element i of an axis, which disappears; negative positions count from the end. */
  public Tensor select(int dim, long i) {
    int d = Axes.axis("select", dim, rank());
    if (i < -shape[d] || i >= shape[d]) {
      throw new IllegalArgumentException(
          "select: expected a position in ["
              + -shape[d]
              + ","
              + (shape[d] - 1)
              + "] along axis "
              + dim
              + " of "
              + this
              + ", got "
              + i);
    }
    long at = i < 0 ? i + shape[d] : i;
    return slice(d, at, at + 1).squeeze(d);
  }

  /**
   * The dot product of two vectors that lie in many tensors, summed in double: the same bits with
   * any number of threads, and on every engine whose memory the host reaches; on other devices each
   * tensor's share is summed in float32. No gradient.
   *
   * @param a float32
   * @param b as many, of the same shapes; the same list gives the squared L2 norm
   * @throws IllegalArgumentException if lengths, types, shapes or engines differ
   */
  public static double dot(List<Tensor> a, List<Tensor> b) {
    return dotLater(a, b).getAsDouble();
  }

  /** As {@link #dot}, for a host that reads it later ({@link #readLater}). */
  public static DoubleSupplier dotLater(List<Tensor> a, List<Tensor> b) {
    return Reductions.dot(a, b);
  }

  /** Joins along an existing axis. */
  public static Tensor concat(int dim, Tensor... parts) {
    return Reshaping.concat(dim, parts);
  }

  /** Joins along a new axis. */
  public static Tensor stack(int dim, Tensor... parts) {
    Tensor[] wide = Arrays.stream(parts).map(t -> t.unsqueeze(dim)).toArray(Tensor[]::new);
    return concat(dim, wide);
  }

  /** Zeros (or another value) around: sizes before and after each axis, for all axes. */
  public Tensor pad(long[] before, long[] after, double value) {
    return Reshaping.pad(this, before, after, value);
  }

  /** A new axis of size 1 at a position. */
  public Tensor unsqueeze(int dim) {
    int d = Axes.axis("unsqueeze", dim, rank() + 1);
    long[] to = new long[rank() + 1];
    System.arraycopy(shape, 0, to, 0, d);
    to[d] = 1;
    System.arraycopy(shape, d, to, d + 1, rank() - d);
    return reshape(to);
  }

  /** Removes an axis of size 1. */
  public Tensor squeeze(int dim) {
    int d = Axes.axis("squeeze", dim, rank());
    if (shape[d] != 1) {
      throw new IllegalArgumentException(
          "squeeze: expected size 1 at axis " + dim + ", got " + this);
    }
    return reshape(Axes.reduced(shape, new int[] {d}, false));
  }

  /** Merges the axes from..to (included) into one. */
  public Tensor flatten(int from, int to) {
    return Reshaping.flatten(this, from, to);
  }

  /** Shifts cyclically along an axis: element i moves to i + shift. */
  public Tensor roll(int dim, long shift) {
    return Reshaping.roll(this, dim, shift);
  }

  // ---- indexing
  // ---------------------------------------------------------------------------------------------------------

  /** out[.., i, ..] = this[.., index[.., i, ..], ..] along an axis; index int64. */
  public Tensor gather(int dim, Tensor index) {
    return Indexing.gather(this, dim, index);
  }

  /** Slices of an axis at the positions of a rank-1 int64 tensor. */
  public Tensor indexSelect(int dim, Tensor index) {
    return Indexing.indexSelect(this, dim, index);
  }

  // ---- linear algebra and layers
  // -----------------------------------------------------------------------------------------

  /** Matrix product over the last two axes; leading axes broadcast. */
  public Tensor matmul(Tensor other) {
    return Products.matmul(this, other, false);
  }

  /** Matrix product this * other^T over the last two axes; leading axes broadcast. */
  public Tensor matmulTransposed(Tensor other) {
    return Products.matmul(this, other, true);
  }

  /**
   * x W^T + b over the last axis.
   *
   * @param w [out,in]
   * @param b [out] or null
   */
  public Tensor linear(Tensor w, Tensor b) {
    return linear(w, b, Activation.NONE);
  }

  /**
   * x W^T + b over the last axis, then an activation: in inference one pass over the result where
   * the engine can.
   *
   * @param w [out,in]
   * @param b [out] or null
   */
  public Tensor linear(Tensor w, Tensor b, Activation after) {
    return Products.linear(this, w, b, after);
  }

  /**
   * Cross-correlation of [B,C,H,W].
   *
   * @param w [O,C/groups,kH,kW]
   * @param b [O] or null
   */
  public Tensor conv2d(Tensor w, Tensor b, Conv2dSpec spec) {
    return conv2d(w, b, spec, Activation.NONE);
  }

  /**
   * Cross-correlation of [B,C,H,W], then an activation, which a rectifier computes in the memory of
   * the result where nothing else holds it.
   *
   * @param w [O,C/groups,kH,kW]
   * @param b [O] or null
   */
  public Tensor conv2d(Tensor w, Tensor b, Conv2dSpec spec, Activation after) {
    return Products.conv2d(this, w, b, spec, after);
  }

  /** Maximum of windows of [B,C,H,W]. */
  public Tensor maxPool2d(Pool2dSpec spec) {
    return Pooling.max(this, spec);
  }

  /** Mean of windows of [B,C,H,W], zero padding counted. */
  public Tensor avgPool2d(Pool2dSpec spec) {
    return Pooling.average(this, spec);
  }

  /** Normalises the last axis to mean 0 and (biased) variance 1, times w plus b. */
  public Tensor layerNorm(Tensor w, Tensor b, double eps) {
    return Normalisation.layer(this, w, b, eps);
  }

  /** Normalises groups of channels of [B,C,...], times w plus b [C]. */
  public Tensor groupNorm(int groups, Tensor w, Tensor b, double eps) {
    return Normalisation.group(this, groups, w, b, eps);
  }

  /**
   * Normalises the channels of [B,C,H,W] over the batch, times w plus b: {y, mean [C], 1/std [C]}.
   */
  public Tensor[] batchNorm(Tensor w, Tensor b, double eps) {
    return Normalisation.batch(this, w, b, eps);
  }

  /** exp(x) / sum exp(x) along an axis, in float32. */
  public Tensor softmax(int dim) {
    return Normalisation.softmax(this, dim);
  }

  /** log softmax along an axis, in float32. */
  public Tensor logSoftmax(int dim) {
    return Normalisation.logSoftmax(this, dim);
  }

  /** [B,C,H,W] to [B,C,height,width], pixel centres at +0.5, no antialiasing. */
  public Tensor resize(int height, int width, ResizeMode mode) {
    return Sampling.resize(this, height, width, mode);
  }

  /**
   * Bilinear samples of [B,C,H,W] at grid [B,h,w,2] of (x,y) in [-1,1] (-1 and 1 are the outer
   * edges), zero outside.
   */
  public Tensor gridSample(Tensor grid) {
    return Sampling.grid(this, grid);
  }
}
