package org.maskwright.engine.nd4j;

import java.nio.FloatBuffer;
import java.util.List;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.kernel.AdamWKernel;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.AdamWArrays;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.UnaryOp;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * The primitives on the host processor. This class only checks that arrays are its own and hands
 * each primitive to the family of kernels that computes it.
 */
final class Nd4jBackend implements Backend {
  private final String description;
  private final MemoryAccount account = new MemoryAccount();
  private final Parallel parallel;
  private final Elementwise elementwise;
  private final Movement movement;
  private final HostInterchange host;
  private final Reductions reductions;
  private final Ordering ordering;
  private final Indexing indexing;
  private final Gemm gemm;
  private final Convolution convolution;
  private final Pooling pooling;
  private final LayerNormalization layers;
  private final ChannelNormalization channels;
  private final Softmax softmax;
  private final Resizing resizing;
  private final GridSampling sampling;

  /**
   * Starts no threads yet.
   *
   * @param description one line for logs
   * @param threads threads inside one operation, >= 1
   */
  Nd4jBackend(String description, int threads) {
    this.description = description;
    parallel = new Parallel(threads);
    elementwise = new Elementwise(parallel, account);
    movement = new Movement(parallel, account, elementwise);
    host = new HostInterchange(account, elementwise);
    reductions = new Reductions(parallel, account);
    ordering = new Ordering(parallel, account);
    indexing = new Indexing(parallel, account, movement);
    gemm = new Gemm(parallel, account, elementwise, reductions);
    convolution = new Convolution(parallel, account, elementwise, reductions, gemm);
    pooling = new Pooling(parallel, account);
    layers = new LayerNormalization(parallel, account);
    channels = new ChannelNormalization(parallel, account);
    softmax = new Softmax(parallel, account);
    resizing = new Resizing(parallel, account);
    sampling = new GridSampling(parallel, account);
  }

  private static NdArray own(DeviceArray a) {
    if (a instanceof NdArray array) {
      return array;
    }
    if (a == null) {
      return null;
    }
    throw new IllegalArgumentException(
        "nd4j: expected an array of this backend, got "
            + a.getClass().getSimpleName()
            + "; move it with toHost and fromHost");
  }

  @Override
  public String name() {
    return Nd4jBackendProvider.NAME;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public MemoryAccount memory() {
    return account;
  }

  /** Every primitive returns when its work is done. */
  @Override
  public void synchronize() {}

  @Override
  public void close() {
    convolution.close();
    parallel.close();
  }

  @Override
  public DeviceArray fromHost(INDArray array) {
    return host.fromHost(array);
  }

  @Override
  public DeviceArray fromFloats(float[] data, long[] shape) {
    return host.fromFloats(data, shape);
  }

  @Override
  public DeviceArray fromLongs(long[] data, long[] shape) {
    return host.fromLongs(data, shape);
  }

  @Override
  public DeviceArray fromBytes(byte[] data, DType dtype, long[] shape) {
    return host.fromBytes(data, dtype, shape);
  }

  @Override
  public INDArray toHost(DeviceArray a) {
    return host.toHost(own(a));
  }

  @Override
  public float[] toFloats(DeviceArray a) {
    return host.toFloats(own(a));
  }

  @Override
  public long[] toLongs(DeviceArray a) {
    return host.toLongs(own(a));
  }

  @Override
  public byte[] toBytes(DeviceArray a) {
    return host.toBytes(own(a));
  }

  @Override
  public FloatBuffer hostFloats(DeviceArray a) {
    return own(a).dtype() == DType.FLOAT32 ? own(a).floats().duplicate() : null;
  }

  @Override
  public long[] shapeOf(DeviceArray a) {
    return own(a).shape().clone();
  }

  @Override
  public DeviceArray full(long[] shape, DType dtype, double value) {
    NdArray out = NdArray.allocate(account, dtype, shape);
    elementwise.fill(out, value);
    return out;
  }

  @Override
  public void copyInto(DeviceArray target, DeviceArray source) {
    movement.copyInto(own(target), own(source));
  }

  @Override
  public void addInto(DeviceArray target, DeviceArray source) {
    elementwise.addInto(own(target), own(source));
  }

  @Override
  public void axpbyInto(
      DeviceArray target, double factor, DeviceArray source, double sourceFactor) {
    elementwise.axpbyInto(own(target), (float) factor, own(source), (float) sourceFactor);
  }

  @Override
  public void sliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    movement.sliceInto(own(target), dim, start, step, own(source));
  }

  @Override
  public void addSliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    try (Temporaries parts = new Temporaries()) {
      NdArray part = parts.add(movement.slice(own(target), dim, start, end, step));
      elementwise.addInto(part, own(source));
      if (!part.isShared()) { // no view of the target, but a copy
        movement.sliceInto(own(target), dim, start, step, part);
      }
    }
  }

  @Override
  public void adamW(List<AdamWArrays> parameters, AdamWStep step) {
    AdamWKernel.step(
        parameters.stream().map(each -> AdamWKernel.Memory.of(each, a -> own(a).floats())).toList(),
        step);
  }

  @Override
  public DeviceArray unary(UnaryOp op, DeviceArray a) {
    return elementwise.unary(op, own(a));
  }

  @Override
  public DeviceArray unaryBackward(UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y) {
    return elementwise.unaryBackward(op, own(grad), own(x), own(y));
  }

  @Override
  public DeviceArray binary(BinaryOp op, DeviceArray a, DeviceArray b) {
    return elementwise.binary(op, own(a), own(b));
  }

  @Override
  public DeviceArray binaryScalar(BinaryOp op, DeviceArray a, double scalar) {
    return elementwise.binaryScalar(op, own(a), scalar);
  }

  @Override
  public DeviceArray clamp(DeviceArray a, double low, double high) {
    return elementwise.clamp(own(a), low, high);
  }

  @Override
  public DeviceArray where(DeviceArray condition, DeviceArray a, DeviceArray b) {
    return elementwise.where(own(condition), own(a), own(b));
  }

  @Override
  public DeviceArray cast(DeviceArray a, DType dtype) {
    return own(a).dtype() == dtype ? a.retain() : elementwise.cast(own(a), dtype);
  }

  @Override
  public DeviceArray reduce(ReduceOp op, DeviceArray a, int[] dims, boolean keepDims) {
    return reductions.reduce(op, own(a), dims, keepDims);
  }

  @Override
  public DeviceArray argMax(DeviceArray a, int dim) {
    return ordering.argMax(own(a), dim);
  }

  @Override
  public DeviceArray cumSum(DeviceArray a, int dim) {
    return ordering.cumSum(own(a), dim);
  }

  @Override
  public DeviceArray[] topK(DeviceArray a, int k) {
    return ordering.topK(own(a), k);
  }

  @Override
  public DeviceArray reshape(DeviceArray a, long[] shape) {
    return movement.reshape(own(a), shape);
  }

  @Override
  public DeviceArray permute(DeviceArray a, int[] order) {
    return movement.permute(own(a), order);
  }

  @Override
  public DeviceArray expand(DeviceArray a, long[] shape) {
    return movement.expand(own(a), shape);
  }

  @Override
  public DeviceArray slice(DeviceArray a, int dim, long start, long end, long step) {
    return movement.slice(own(a), dim, start, end, step);
  }

  @Override
  public DeviceArray concat(DeviceArray[] parts, int dim) {
    NdArray[] arrays = new NdArray[parts.length];
    for (int i = 0; i < parts.length; i++) {
      arrays[i] = own(parts[i]);
    }
    return movement.concat(arrays, dim);
  }

  @Override
  public DeviceArray pad(DeviceArray a, long[] before, long[] after, double value) {
    return movement.pad(own(a), before, after, value);
  }

  @Override
  public DeviceArray contiguous(DeviceArray a) {
    return a.retain();
  }

  @Override
  public DeviceArray gather(DeviceArray a, int dim, DeviceArray index) {
    return indexing.gather(own(a), dim, own(index));
  }

  @Override
  public DeviceArray scatterAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return indexing.scatterAdd(own(base), dim, own(index), own(source));
  }

  @Override
  public DeviceArray indexSelect(DeviceArray a, int dim, DeviceArray index) {
    return indexing.indexSelect(own(a), dim, own(index));
  }

  @Override
  public DeviceArray indexAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return indexing.indexAdd(own(base), dim, own(index), own(source));
  }

  @Override
  public DeviceArray matmul(DeviceArray a, DeviceArray b, boolean transposeA, boolean transposeB) {
    return gemm.matmul(own(a), own(b), transposeA, transposeB);
  }

  @Override
  public DeviceArray linear(DeviceArray x, DeviceArray w, DeviceArray b) {
    return gemm.linear(own(x), own(w), own(b));
  }

  @Override
  public DeviceArray[] linearBackward(
      DeviceArray grad, DeviceArray x, DeviceArray w, boolean needX, boolean needW, boolean needB) {
    return gemm.linearBackward(own(grad), own(x), own(w), needX, needW, needB);
  }

  @Override
  public DeviceArray conv2d(DeviceArray x, DeviceArray w, DeviceArray b, Conv2dSpec spec) {
    return convolution.forward(own(x), own(w), own(b), spec);
  }

  @Override
  public DeviceArray[] conv2dBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB) {
    return convolution.backward(own(grad), own(x), own(w), spec, needX, needW, needB);
  }

  @Override
  public DeviceArray[] maxPool2d(DeviceArray x, Pool2dSpec spec) {
    return pooling.max(own(x), spec);
  }

  @Override
  public DeviceArray maxPool2dBackward(
      DeviceArray grad, DeviceArray x, DeviceArray indices, Pool2dSpec spec) {
    return pooling.maxBackward(own(grad), own(x), own(indices), spec);
  }

  @Override
  public DeviceArray avgPool2d(DeviceArray x, Pool2dSpec spec) {
    return pooling.average(own(x), spec);
  }

  @Override
  public DeviceArray avgPool2dBackward(DeviceArray grad, DeviceArray x, Pool2dSpec spec) {
    return pooling.averageBackward(own(grad), own(x), spec);
  }

  @Override
  public DeviceArray[] layerNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return layers.forward(own(x), own(w), own(b), eps);
  }

  @Override
  public DeviceArray[] layerNormBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    return layers.backward(own(grad), own(x), own(mean), own(rstd), own(w), needX, needWB);
  }

  @Override
  public DeviceArray[] groupNorm(
      DeviceArray x, int groups, DeviceArray w, DeviceArray b, double eps) {
    return channels.groupForward(own(x), groups, own(w), own(b), eps);
  }

  @Override
  public DeviceArray[] groupNormBackward(
      DeviceArray grad,
      DeviceArray x,
      int groups,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    return channels.groupBackward(
        own(grad), own(x), groups, own(mean), own(rstd), own(w), needX, needWB);
  }

  @Override
  public DeviceArray[] batchNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return channels.batchForward(own(x), own(w), own(b), eps);
  }

  @Override
  public DeviceArray[] batchNormBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    return channels.batchBackward(own(grad), own(x), own(mean), own(rstd), own(w), needX, needWB);
  }

  @Override
  public DeviceArray softmax(DeviceArray a, int dim) {
    return softmax.forward(own(a), dim);
  }

  @Override
  public DeviceArray softmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return softmax.backward(own(grad), own(y), dim);
  }

  @Override
  public DeviceArray logSoftmax(DeviceArray a, int dim) {
    return softmax.logForward(own(a), dim);
  }

  @Override
  public DeviceArray logSoftmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return softmax.logBackward(own(grad), own(y), dim);
  }

  @Override
  public DeviceArray resize(DeviceArray x, int height, int width, ResizeMode mode) {
    return resizing.forward(own(x), height, width, mode);
  }

  @Override
  public DeviceArray resizeBackward(DeviceArray grad, int height, int width, ResizeMode mode) {
    return resizing.backward(own(grad), height, width, mode);
  }

  @Override
  public DeviceArray gridSample(DeviceArray x, DeviceArray grid) {
    return sampling.forward(own(x), own(grid));
  }

  @Override
  public DeviceArray[] gridSampleBackward(
      DeviceArray grad, DeviceArray x, DeviceArray grid, boolean needX, boolean needGrid) {
    return sampling.backward(own(grad), own(x), own(grid), needX, needGrid);
  }
}
