package org.maskwright.engine.spi;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.MemoryLimit;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.process.ProcessGroup;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The primitives that a compute engine supplies.
 *
 * <p>Arguments are checked before they arrive, but for what only their values tell: {@link #gather}
 * and {@link #indexSelect} refuse an index outside the axis with an unchecked exception. Every
 * returned array is new, carries one reference owned by the caller, and is treated as immutable
 * from then on, except by the methods whose name ends in {@code Into} and by {@link #adamW}. A
 * result may share memory with an argument (a view) where the backend keeps that memory alive for
 * as long as the result lives. Results have the shape that NumPy and PyTorch give; arrays of rank 0
 * and with axes of size 0 occur.
 *
 * <p><b>Values beyond the ordinary</b> are PyTorch's, the same on every backend and on fused paths:
 *
 * <ul>
 *   <li>Arithmetic and functions follow IEEE 754: NaN spreads, also through maximum, minimum, clamp
 *       and relu; the sign of NaN is 0. Among maxima NaN is the largest.
 *   <li>An element that a clamp, maximum, minimum, relu or choice discards gets gradient 0,
 *       whatever comes from above; it is chosen, not multiplied by 0. Where two are equal, each
 *       gets half.
 *   <li>Integers are compared with the number as it is, also beyond their type (PyTorch beside a
 *       floating number; beside a whole one it wraps). Bounds of a clamp beyond the type are the
 *       type's. Sums and products of integers wrap. Tensor turns what lies beyond into these terms,
 *       so that a backend sees only numbers of the type, or infinite bounds.
 *   <li>A float becomes the nearest integer of the type toward zero, NaN 0 (undefined in PyTorch);
 *       an integer becomes a narrower one by its low bits.
 *   <li>A query of attention that may attend nowhere gives zeros, and no gradient.
 *   <li>Sampling counts pixels outside the image as 0 whatever the image holds; at a place that is
 *       not finite it gives NaN, so that a diverged head shows.
 * </ul>
 *
 * <p>A native failure arrives as a Java exception; out-of-memory as {@link
 * org.maskwright.engine.array.DeviceMemoryException}.
 *
 * <p><b>Threads</b> called by one thread at a time; a backend may use many inside.
 */
public interface Backend extends AutoCloseable {
  /** Short lower-case name, as in {@code engine.backend}. */
  String name();

  /** What computes: library, version, device name; one line for logs and provenance. */
  String description();

  /** Whether its arrays have values; where they have none, random numbers are not even drawn. */
  default boolean computes() {
    return true;
  }

  /** Where this backend computes. */
  Device device();

  /** Live arrays and bytes. */
  MemoryAccount memory();

  /**
   * Takes no more of the device's memory than this from now on: an operation that needs more ends
   * with a {@link org.maskwright.engine.array.DeviceMemoryException}.
   *
   * @throws EngineException if this backend cannot hold to a limit, naming what can
   */
  default void limitMemory(MemoryLimit limit) {
    throw new EngineException(
        "engine.memory-fraction, engine.memory-limit: expected a CUDA device of LibTorch, got "
            + device()
            + " of "
            + name()
            + ", where memory has no limit of ours; leave both out, or set engine.device = cuda");
  }

  /** Waits until all work handed to the device is done. */
  void synchronize();

  /**
   * What adds up arrays of this backend over processes without a way through the host's memory;
   * empty where nothing does. All processes of the group ask at the same point.
   *
   * @return lives as long as the group
   */
  default Optional<ArrayExchange> exchange(ProcessGroup group) {
    return Optional.empty();
  }

  @Override
  void close();

  // ---- host interchange
  // ---------------------------------------------------------------------------------------------

  /**
   * A copy of a host array of a type that {@link DType#of} knows, and open. Never over its memory,
   * which its owner may free at any time.
   */
  DeviceArray fromHost(INDArray array);

  /** A copy of {@code data} as float32. */
  DeviceArray fromFloats(float[] data, long[] shape);

  /** A copy of {@code data} as int64. */
  DeviceArray fromLongs(long[] data, long[] shape);

  /** A copy of {@code data} as {@link DType#UINT8} or {@link DType#BOOL}. */
  DeviceArray fromBytes(byte[] data, DType dtype, long[] shape);

  /** A host copy in 'c' order; bfloat16 and float16 arrive as float32. */
  INDArray toHost(DeviceArray a);

  /** The elements in row-major order, converted to float. */
  float[] toFloats(DeviceArray a);

  /** The elements of an integer or bool array in row-major order. */
  long[] toLongs(DeviceArray a);

  /** The elements of a uint8 or bool array in row-major order. */
  byte[] toBytes(DeviceArray a);

  /**
   * The memory of a contiguous row-major float32 array on the host as a direct buffer in native
   * byte order (position 0, limit = element count), or null where the array is not that. Valid
   * while the array lives. This is how kernels written in Java read and write.
   */
  FloatBuffer hostFloats(DeviceArray a);

  /** The shape as the backend sees it; for the conformance suite. */
  long[] shapeOf(DeviceArray a);

  /** Whether {@link #launch} is possible: arrays are in the memory of an NVIDIA GPU. */
  default boolean runsKernels() {
    return false;
  }

  /**
   * Compiles a kernel for the GPU, the first time, and launches it behind all work handed to the
   * device before.
   *
   * @param threads of one dimension, in blocks of {@link DeviceKernel#BLOCK}
   * @throws EngineException if it does not compile, or is not launched; or if there is no GPU
   */
  default void launch(DeviceKernel kernel, long threads, List<KernelArgument> arguments) {
    throw new EngineException(
        "kernel: expected a backend that computes on an NVIDIA GPU for "
            + kernel
            + ", got "
            + name());
  }

  // ---- creation and in-place
  // ------------------------------------------------------------------------------------------

  /** An array of one value, contiguous. */
  DeviceArray full(long[] shape, DType dtype, double value);

  /** Overwrites {@code target} with the values of {@code source} of the same shape and dtype. */
  void copyInto(DeviceArray target, DeviceArray source);

  /** Adds {@code source} of the same shape and dtype to {@code target}. */
  void addInto(DeviceArray target, DeviceArray source);

  /** target = factor * target + sourceFactor * source (same shape, float32). */
  void axpbyInto(DeviceArray target, double factor, DeviceArray source, double sourceFactor);

  /**
   * Overwrites the part {@code start, start+step, ... < end} of axis {@code dim} of {@code target}.
   */
  void sliceInto(DeviceArray target, int dim, long start, long end, long step, DeviceArray source);

  /** Adds {@code source} to the part {@code start, start+step, ... < end} of axis {@code dim}. */
  void addSliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source);

  /** Updates parameters and both their moments in place. */
  void adamW(List<AdamWArrays> parameters, AdamWStep step);

  // ---- element-wise
  // -----------------------------------------------------------------------------------------------------

  DeviceArray unary(UnaryOp op, DeviceArray a);

  /**
   * As {@link #unary}, of an array that the caller gives up: nothing else reaches its memory, in
   * which the result may be written. The caller still releases its reference to it.
   */
  default DeviceArray unaryOver(UnaryOp op, DeviceArray a) {
    return unary(op, a);
  }

  /**
   * Gradient of RELU, GELU, SIGMOID, TANH or SOFTPLUS with respect to its argument.
   *
   * @param x the argument (null for RELU, SIGMOID and TANH)
   * @param y the result (null for GELU and SOFTPLUS)
   */
  DeviceArray unaryBackward(UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y);

  /**
   * As {@link #unaryBackward}, of a gradient that the caller gives up, as in {@link #unaryOver}.
   */
  default DeviceArray unaryBackwardOver(
      UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y) {
    return unaryBackward(op, grad, x, y);
  }

  /** Both arguments have the same dtype, for DIV and POW a floating one. */
  DeviceArray binary(BinaryOp op, DeviceArray a, DeviceArray b);

  /**
   * {@code a op scalar}; the result keeps a's dtype (bool for predicates). Beside integers the
   * scalar is whole and an int64, for predicates of a's type, and op neither DIV nor POW.
   */
  DeviceArray binaryScalar(BinaryOp op, DeviceArray a, double scalar);

  /** Limits to [low,high]; beside integers both are whole and of the type, or infinite. */
  DeviceArray clamp(DeviceArray a, double low, double high);

  /** Element-wise choice with broadcasting; condition is bool, a and b have the same dtype. */
  DeviceArray where(DeviceArray condition, DeviceArray a, DeviceArray b);

  /**
   * Conversion; float to integer truncates toward zero and saturates, NaN is 0; anything to bool is
   * {@code != 0}.
   */
  DeviceArray cast(DeviceArray a, DType dtype);

  // ---- reductions
  // -------------------------------------------------------------------------------------------------------

  /**
   * Over distinct non-negative axes, ascending; SUM of uint8, int32 or bool gives int64. SUM over
   * an empty axis is 0.
   */
  DeviceArray reduce(ReduceOp op, DeviceArray a, int[] dims, boolean keepDims);

  /** Index (int64) of the first maximum along an axis, which disappears. */
  DeviceArray argMax(DeviceArray a, int dim);

  DeviceArray cumSum(DeviceArray a, int dim);

  /** The k largest along the last axis, falling; {values, int64 indices}. */
  DeviceArray[] topK(DeviceArray a, int k);

  // ---- shape
  // ------------------------------------------------------------------------------------------------------------

  DeviceArray reshape(DeviceArray a, long[] shape);

  DeviceArray permute(DeviceArray a, int[] order);

  /** Broadcast to {@code shape} (axes of size 1 repeat, new axes come in front). */
  DeviceArray expand(DeviceArray a, long[] shape);

  /** Elements start, start+step, ... {@code < end} of axis {@code dim}; {@code step >= 1}. */
  DeviceArray slice(DeviceArray a, int dim, long start, long end, long step);

  DeviceArray concat(DeviceArray[] parts, int dim);

  /** Constant padding: {@code before[i]} and {@code after[i]} elements at axis i, all >= 0. */
  DeviceArray pad(DeviceArray a, long[] before, long[] after, double value);

  /** A row-major copy, or the array itself with another reference. */
  DeviceArray contiguous(DeviceArray a);

  // ---- indexing
  // ----------------------------------------------------------------------------------------------------------

  /**
   * out[.., i, ..] = a[.., index[.., i, ..], ..] along {@code dim}; index int64 of a's rank; other
   * axes of index are at most a's.
   */
  DeviceArray gather(DeviceArray a, int dim, DeviceArray index);

  /**
   * A copy of {@code base} with {@code source} added at {@code index} along {@code dim} (adjoint of
   * gather).
   */
  DeviceArray scatterAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source);

  /** Slices of axis {@code dim} at the positions of a rank-1 int64 array. */
  DeviceArray indexSelect(DeviceArray a, int dim, DeviceArray index);

  /** A copy of {@code base} with slices added at {@code index} (adjoint of indexSelect). */
  DeviceArray indexAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source);

  // ---- linear algebra and layers
  // -------------------------------------------------------------------------------------------

  /**
   * Matrix product of arrays of the same rank >= 2 with equal leading axes; {@code transposeA}
   * reads a's last two axes swapped. A floating type.
   */
  DeviceArray matmul(DeviceArray a, DeviceArray b, boolean transposeA, boolean transposeB);

  /** x [..,in] times w [out,in] transposed, plus b [out] (may be null): [..,out]. */
  DeviceArray linear(DeviceArray x, DeviceArray w, DeviceArray b);

  /**
   * Gradients {x, w, b}, all of one dtype; null where not needed.
   *
   * @param grad [..,out]
   * @param x null where {@code needW} is false
   * @param w null where {@code needX} is false
   */
  DeviceArray[] linearBackward(
      DeviceArray grad, DeviceArray x, DeviceArray w, boolean needX, boolean needW, boolean needB);

  /** x [B,C,H,W], w [O,C/groups,kH,kW], b [O] or null: [B,O,H',W'] (cross-correlation). */
  DeviceArray conv2d(DeviceArray x, DeviceArray w, DeviceArray b, Conv2dSpec spec);

  /** Gradients {x, w, b}; null where not needed. */
  DeviceArray[] conv2dBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB);

  /** {result, indices in the backend's own form}. */
  DeviceArray[] maxPool2d(DeviceArray x, Pool2dSpec spec);

  DeviceArray maxPool2dBackward(
      DeviceArray grad, DeviceArray x, DeviceArray indices, Pool2dSpec spec);

  /** Divides by the whole window, padding included. */
  DeviceArray avgPool2d(DeviceArray x, Pool2dSpec spec);

  DeviceArray avgPool2dBackward(DeviceArray grad, DeviceArray x, Pool2dSpec spec);

  /** Over the last axis, biased variance; w and b of that size. {y, mean, 1/std}. */
  DeviceArray[] layerNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps);

  /** {x, w, b}; w and b null where not needed. */
  DeviceArray[] layerNormBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB);

  /**
   * x [B,C,...] in {@code groups} of channels; w, b [C]. {y, mean [B,groups], 1/std [B,groups]}.
   */
  DeviceArray[] groupNorm(DeviceArray x, int groups, DeviceArray w, DeviceArray b, double eps);

  DeviceArray[] groupNormBackward(
      DeviceArray grad,
      DeviceArray x,
      int groups,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB);

  /**
   * Batch statistics of x [B,C,H,W], biased variance in the normalisation. {y, mean [C], 1/std
   * [C]}.
   */
  DeviceArray[] batchNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps);

  DeviceArray[] batchNormBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB);

  DeviceArray softmax(DeviceArray a, int dim);

  DeviceArray softmaxBackward(DeviceArray grad, DeviceArray y, int dim);

  DeviceArray logSoftmax(DeviceArray a, int dim);

  DeviceArray logSoftmaxBackward(DeviceArray grad, DeviceArray y, int dim);

  /** x [B,C,H,W] to [B,C,height,width]. */
  DeviceArray resize(DeviceArray x, int height, int width, ResizeMode mode);

  /** Adjoint of resize: grad [B,C,h',w'] to [B,C,height,width]. */
  DeviceArray resizeBackward(DeviceArray grad, int height, int width, ResizeMode mode);

  /**
   * Bilinear, zero padding, align_corners = false: x [B,C,H,W], grid [B,h,w,2] (x, y) in [-1,1]:
   * [B,C,h,w]. NaN at a place that is not finite.
   */
  DeviceArray gridSample(DeviceArray x, DeviceArray grid);

  /** {x, grid}; null where not needed. */
  DeviceArray[] gridSampleBackward(
      DeviceArray grad, DeviceArray x, DeviceArray grid, boolean needX, boolean needGrid);

  // ---- composite ops that a backend may fuse
  // ---------------------------------------------------------------------------------

  /**
   * {@link #linear} and what follows it, of which no gradient will be asked for; or null where
   * there is no fused version for such arrays.
   */
  default DeviceArray linearThen(DeviceArray x, DeviceArray w, DeviceArray b, Activation after) {
    return null;
  }

  /**
   * softmax(q k^T * scale, blocked positions excluded) v, or null where there is no fused version
   * for such arrays. {result [B,M,Lq,D'], what the backward pass needs of the softmax in the
   * backend's own form, or null where that is not asked for}.
   *
   * @param q [B,M,Lq,D]
   * @param k [B,M,Lk,D]
   * @param v [B,M,Lk,D']
   * @param blocked bool, broadcasts to [B,M,Lq,Lk], true = may not attend; or null. Zeros where a
   *     query may attend nowhere
   * @param differentiated whether {@link #attentionBackward} will be asked for
   */
  default DeviceArray[] attention(
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      double scale,
      boolean differentiated) {
    return null;
  }

  /**
   * Gradients {q, k, v}.
   *
   * @param grad of the result, of its dtype
   * @param out the result of {@link #attention}
   * @param softmax what that gave beside it
   */
  default DeviceArray[] attentionBackward(
      DeviceArray grad,
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      DeviceArray out,
      DeviceArray softmax,
      double scale) {
    throw new UnsupportedOperationException(name() + " has no fused attention");
  }
}
