package org.maskwright.engine.trace;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.UnaryOp;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Records what a computation does with its inputs as a graph of ONNX operators, and computes with
 * another backend whatever depends on no input: weights that are cut or folded, tables of
 * positions, reference points arrive in the graph as constants. Nothing that depends on an input is
 * computed, so that recording costs neither time nor memory of the model; reading such a value is
 * an error, because a choice by it would hold for that one input alone.
 *
 * <p>{@link org.maskwright.engine.tensor.Recording} is how it is used.
 *
 * <p><b>Differs</b> from computing where ONNX does: maxima and minima of NaN, and sampling at
 * places that are not finite, are the runtime's affair.
 */
public final class OnnxBackend extends InferenceBackend {
  private final Backend compute;
  private final IdentityHashMap<DeviceArray, String> names = new IdentityHashMap<>();
  private final List<OnnxTape> tapes = new ArrayList<>();
  private OnnxTape tape;
  private OnnxOperators operators;

  /**
   * With an empty graph begun.
   *
   * @param compute for what depends on no input; the caller's to close, after this one
   */
  public OnnxBackend(Backend compute) {
    this.compute = compute;
    begin();
  }

  /** An array's name in graphs, for example of a parameter; held while this backend is open. */
  public void name(DeviceArray array, String name) {
    if (names.put(array, name) == null) {
      array.retain();
    }
  }

  /** Begins a graph. */
  public void begin() {
    tape = new OnnxTape(compute, names);
    tapes.add(tape);
    operators = new OnnxOperators(tape);
  }

  /** An input of the graph. */
  public DeviceArray input(String name, DType dtype, long[] shape) {
    return tape.input(name, dtype, shape);
  }

  /** Makes a value an output of the graph, under a name. */
  public void output(String name, DType dtype, DeviceArray value) {
    tape.output(name, symbol(value, dtype));
  }

  /** What was recorded since {@link #begin}; its constants live until this is closed. */
  public OnnxGraph graph() {
    return tape.graph();
  }

  /** A value of the graph, as a constant where it depends on no input. */
  Symbol symbol(DeviceArray array, DType dtype) {
    return array instanceof Symbol s ? s : tape.constant(array, dtype);
  }

  private DType typeOf(DeviceArray array) {
    if (array instanceof Symbol s) {
      return s.dtype();
    }
    try (INDArray host = compute.toHost(array)) { // a copy
      return DType.of(host.dataType());
    }
  }

  private static boolean fixed(DeviceArray... arrays) {
    for (DeviceArray array : arrays) {
      if (array instanceof Symbol) {
        return false;
      }
    }
    return true;
  }

  private static DeviceArray known(DeviceArray array) {
    if (array instanceof Symbol) {
      throw new EngineException(
          "recording: a value that depends on an input was read; a recorded model cannot choose by"
              + " values");
    }
    return array;
  }

  @Override
  public String name() {
    return "onnx";
  }

  @Override
  public String description() {
    return "records ONNX over " + compute.description();
  }

  @Override
  public Device device() {
    return compute.device();
  }

  @Override
  public MemoryAccount memory() {
    return compute.memory();
  }

  @Override
  public void synchronize() {
    compute.synchronize();
  }

  /** Frees what it holds of the other backend's arrays, which stays open. */
  @Override
  public void close() {
    tapes.forEach(OnnxTape::close);
    names.keySet().forEach(DeviceArray::release);
    names.clear();
  }

  @Override
  public DeviceArray fromHost(INDArray array) {
    return compute.fromHost(array);
  }

  @Override
  public DeviceArray fromFloats(float[] data, long[] shape) {
    return compute.fromFloats(data, shape);
  }

  @Override
  public DeviceArray fromLongs(long[] data, long[] shape) {
    return compute.fromLongs(data, shape);
  }

  @Override
  public DeviceArray fromBytes(byte[] data, DType dtype, long[] shape) {
    return compute.fromBytes(data, dtype, shape);
  }

  @Override
  public INDArray toHost(DeviceArray a) {
    return compute.toHost(known(a));
  }

  @Override
  public float[] toFloats(DeviceArray a) {
    return compute.toFloats(known(a));
  }

  @Override
  public long[] toLongs(DeviceArray a) {
    return compute.toLongs(known(a));
  }

  @Override
  public byte[] toBytes(DeviceArray a) {
    return compute.toBytes(known(a));
  }

  @Override
  public FloatBuffer hostFloats(DeviceArray a) {
    return fixed(a) ? compute.hostFloats(a) : null;
  }

  @Override
  public long[] shapeOf(DeviceArray a) {
    return a instanceof Symbol s ? s.shape().clone() : compute.shapeOf(a);
  }

  @Override
  public DeviceArray full(long[] shape, DType dtype, double value) {
    return compute.full(shape, dtype, value);
  }

  @Override
  public void copyInto(DeviceArray target, DeviceArray source) {
    compute.copyInto(known(target), known(source));
  }

  @Override
  public DeviceArray unary(UnaryOp op, DeviceArray a) {
    return a instanceof Symbol x ? operators.unary(op, x) : compute.unary(op, a);
  }

  @Override
  public DeviceArray binary(BinaryOp op, DeviceArray a, DeviceArray b) {
    if (fixed(a, b)) {
      return compute.binary(op, a, b);
    }
    DType dtype = a instanceof Symbol s ? s.dtype() : typeOf(b);
    return operators.binary(op, symbol(a, dtype), symbol(b, dtype));
  }

  @Override
  public DeviceArray binaryScalar(BinaryOp op, DeviceArray a, double scalar) {
    return a instanceof Symbol x
        ? operators.binary(op, x, tape.number(x.dtype(), scalar))
        : compute.binaryScalar(op, a, scalar);
  }

  @Override
  public DeviceArray clamp(DeviceArray a, double low, double high) {
    return a instanceof Symbol x ? operators.clamp(x, low, high) : compute.clamp(a, low, high);
  }

  @Override
  public DeviceArray where(DeviceArray condition, DeviceArray a, DeviceArray b) {
    if (fixed(condition, a, b)) {
      return compute.where(condition, a, b);
    }
    DType dtype = a instanceof Symbol s ? s.dtype() : typeOf(b);
    return operators.where(symbol(condition, DType.BOOL), symbol(a, dtype), symbol(b, dtype));
  }

  @Override
  public DeviceArray cast(DeviceArray a, DType dtype) {
    return a instanceof Symbol x ? operators.cast(x, dtype) : compute.cast(a, dtype);
  }

  @Override
  public DeviceArray reduce(ReduceOp op, DeviceArray a, int[] dims, boolean keepDims) {
    return a instanceof Symbol x
        ? operators.reduce(op, x, dims, keepDims)
        : compute.reduce(op, a, dims, keepDims);
  }

  @Override
  public DeviceArray argMax(DeviceArray a, int dim) {
    return a instanceof Symbol x ? operators.argMax(x, dim) : compute.argMax(a, dim);
  }

  @Override
  public DeviceArray cumSum(DeviceArray a, int dim) {
    return a instanceof Symbol x ? operators.cumSum(x, dim) : compute.cumSum(a, dim);
  }

  @Override
  public DeviceArray[] topK(DeviceArray a, int k) {
    return a instanceof Symbol x ? operators.topK(x, k) : compute.topK(a, k);
  }

  @Override
  public DeviceArray reshape(DeviceArray a, long[] shape) {
    return a instanceof Symbol x ? operators.reshape(x, shape) : compute.reshape(a, shape);
  }

  @Override
  public DeviceArray permute(DeviceArray a, int[] order) {
    return a instanceof Symbol x ? operators.permute(x, order) : compute.permute(a, order);
  }

  @Override
  public DeviceArray expand(DeviceArray a, long[] shape) {
    return a instanceof Symbol x ? operators.expand(x, shape) : compute.expand(a, shape);
  }

  @Override
  public DeviceArray slice(DeviceArray a, int dim, long start, long end, long step) {
    return a instanceof Symbol x
        ? operators.slice(x, dim, start, end, step)
        : compute.slice(a, dim, start, end, step);
  }

  @Override
  public DeviceArray concat(DeviceArray[] parts, int dim) {
    if (fixed(parts)) {
      return compute.concat(parts, dim);
    }
    DType dtype =
        Arrays.stream(parts)
            .filter(p -> p instanceof Symbol)
            .map(this::typeOf)
            .findFirst()
            .orElseThrow();
    Symbol[] symbols = Arrays.stream(parts).map(part -> symbol(part, dtype)).toArray(Symbol[]::new);
    return operators.concat(symbols, dim);
  }

  @Override
  public DeviceArray pad(DeviceArray a, long[] before, long[] after, double value) {
    return a instanceof Symbol x
        ? operators.pad(x, before, after, value)
        : compute.pad(a, before, after, value);
  }

  @Override
  public DeviceArray contiguous(DeviceArray a) {
    return a instanceof Symbol ? a.retain() : compute.contiguous(a);
  }

  @Override
  public DeviceArray gather(DeviceArray a, int dim, DeviceArray index) {
    return fixed(a, index)
        ? compute.gather(a, dim, index)
        : operators.gather(symbol(a, typeOf(a)), dim, symbol(index, DType.INT64));
  }

  @Override
  public DeviceArray scatterAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return compute.scatterAdd(known(base), dim, known(index), known(source));
  }

  @Override
  public DeviceArray indexSelect(DeviceArray a, int dim, DeviceArray index) {
    return fixed(a, index)
        ? compute.indexSelect(a, dim, index)
        : operators.indexSelect(symbol(a, typeOf(a)), dim, symbol(index, DType.INT64));
  }

  @Override
  public DeviceArray indexAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return compute.indexAdd(known(base), dim, known(index), known(source));
  }

  @Override
  public DeviceArray matmul(DeviceArray a, DeviceArray b, boolean transposeA, boolean transposeB) {
    if (fixed(a, b)) {
      return compute.matmul(a, b, transposeA, transposeB);
    }
    Symbol left = symbol(transposeA ? swapped(a) : a, DType.FLOAT32);
    Symbol right = symbol(transposeB ? swapped(b) : b, DType.FLOAT32);
    return operators.matmul(left, right);
  }

  private DeviceArray swapped(DeviceArray a) {
    int rank = shapeOf(a).length;
    int[] order = new int[rank];
    Arrays.setAll(order, i -> i);
    order[rank - 1] = rank - 2;
    order[rank - 2] = rank - 1;
    return permute(a, order);
  }

  @Override
  public DeviceArray linear(DeviceArray x, DeviceArray w, DeviceArray b) {
    return fixed(x, w, b)
        ? compute.linear(x, w, b)
        : operators.linear(symbol(x, DType.FLOAT32), symbol(w, DType.FLOAT32), optional(b));
  }

  private Symbol optional(DeviceArray a) {
    return a == null ? null : symbol(a, DType.FLOAT32);
  }

  @Override
  public DeviceArray conv2d(DeviceArray x, DeviceArray w, DeviceArray b, Conv2dSpec spec) {
    return fixed(x, w, b)
        ? compute.conv2d(x, w, b, spec)
        : operators.conv2d(symbol(x, DType.FLOAT32), symbol(w, DType.FLOAT32), optional(b), spec);
  }

  @Override
  public DeviceArray[] maxPool2d(DeviceArray x, Pool2dSpec spec) {
    return x instanceof Symbol s
        ? new DeviceArray[] {operators.pool("MaxPool", s, spec), tape.unrecorded()}
        : compute.maxPool2d(x, spec);
  }

  @Override
  public DeviceArray avgPool2d(DeviceArray x, Pool2dSpec spec) {
    return x instanceof Symbol s
        ? operators.pool("AveragePool", s, spec)
        : compute.avgPool2d(x, spec);
  }

  @Override
  public DeviceArray[] layerNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return fixed(x, w, b)
        ? compute.layerNorm(x, w, b, eps)
        : normalised(
            operators.layerNorm(
                symbol(x, DType.FLOAT32), symbol(w, DType.FLOAT32), optional(b), eps));
  }

  @Override
  public DeviceArray[] groupNorm(
      DeviceArray x, int groups, DeviceArray w, DeviceArray b, double eps) {
    return fixed(x, w, b)
        ? compute.groupNorm(x, groups, w, b, eps)
        : normalised(
            operators.groupNorm(
                symbol(x, DType.FLOAT32),
                groups,
                symbol(perChannel(w, x), DType.FLOAT32),
                symbol(perChannel(b, x), DType.FLOAT32),
                eps));
  }

  /** [C] to the shape that broadcasts over the pixels of x. */
  private DeviceArray perChannel(DeviceArray values, DeviceArray x) {
    long[] shape = new long[shapeOf(x).length - 1];
    Arrays.fill(shape, 1);
    shape[0] = shapeOf(values)[0];
    return reshape(values, shape);
  }

  private DeviceArray[] normalised(Symbol y) {
    return new DeviceArray[] {y, tape.unrecorded(), tape.unrecorded()};
  }

  @Override
  public DeviceArray softmax(DeviceArray a, int dim) {
    return a instanceof Symbol x ? operators.softmax("Softmax", x, dim) : compute.softmax(a, dim);
  }

  @Override
  public DeviceArray logSoftmax(DeviceArray a, int dim) {
    return a instanceof Symbol x
        ? operators.softmax("LogSoftmax", x, dim)
        : compute.logSoftmax(a, dim);
  }

  @Override
  public DeviceArray resize(DeviceArray x, int height, int width, ResizeMode mode) {
    return x instanceof Symbol s
        ? operators.resize(s, height, width, mode)
        : compute.resize(x, height, width, mode);
  }

  @Override
  public DeviceArray gridSample(DeviceArray x, DeviceArray grid) {
    return fixed(x, grid)
        ? compute.gridSample(x, grid)
        : operators.gridSample(symbol(x, DType.FLOAT32), symbol(grid, DType.FLOAT32));
  }

  @Override
  public DeviceArray[] attention(
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      double scale,
      boolean differentiated) {
    return fixed(q, k, v, blocked)
        ? compute.attention(q, k, v, blocked, scale, differentiated)
        : null;
  }
}
