package org.maskwright.engine.nd4j.operations;

import java.nio.FloatBuffer;
import java.util.List;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.AdamWArrays;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.UnaryOp;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * The primitives made of ND4J's operations. This class only checks that arrays are its own and
 * hands each primitive to the family that composes it.
 */
final class OperationsBackend implements Backend {
  private final String description;
  private final Device device;
  private final Operations operations = new Operations();
  private final Elements elements = new Elements(operations);
  private final Layout layout = new Layout(operations, elements);
  private final Host host = new Host(operations);
  private final Reduction reduction = new Reduction(operations, elements);
  private final Selection selection = new Selection(operations);
  private final Layers layers = new Layers(operations, elements);
  private final Norms norms = new Norms(operations, elements);
  private final Interpolation interpolation = new Interpolation(operations, elements);

  /**
   * @param description one line for logs
   * @param device of the ND4J that is there
   */
  OperationsBackend(String description, Device device) {
    this.description = description;
    this.device = device;
  }

  private static OpArray own(DeviceArray a) {
    if (a instanceof OpArray array) {
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
    return OperationsProvider.NAME;
  }

  @Override
  public String description() {
    return description;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public MemoryAccount memory() {
    return operations.account();
  }

  @Override
  public void synchronize() {
    Nd4j.getExecutioner().commit();
  }

  @Override
  public void close() {
    operations.close();
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
    return null; // no host buffers here
  }

  @Override
  public long[] shapeOf(DeviceArray a) {
    return own(a).shape().clone();
  }

  @Override
  public DeviceArray full(long[] shape, DType dtype, double value) {
    return elements.full(shape, dtype, value);
  }

  @Override
  public void copyInto(DeviceArray target, DeviceArray source) {
    layout.copyInto(own(target), own(source));
  }

  @Override
  public void addInto(DeviceArray target, DeviceArray source) {
    elements.addInto(own(target), own(source));
  }

  @Override
  public void axpbyInto(
      DeviceArray target, double factor, DeviceArray source, double sourceFactor) {
    elements.axpbyInto(own(target), factor, own(source), sourceFactor);
  }

  @Override
  public void sliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    layout.sliceInto(own(target), dim, start, end, step, own(source));
  }

  @Override
  public void addSliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    layout.addSliceInto(own(target), dim, start, end, step, own(source));
  }

  @Override
  public void adamW(List<AdamWArrays> parameters, AdamWStep step) {
    for (AdamWArrays each : parameters) {
      if (own(each.p()).isEmpty()) {
        continue;
      }
      try (Work work = operations.work()) {
        AdamW.step(
            work,
            own(each.p()).array(),
            own(each.grad()).array(),
            own(each.m()).array(),
            own(each.v()).array(),
            step);
      }
    }
  }

  @Override
  public DeviceArray unary(UnaryOp op, DeviceArray a) {
    return elements.unary(op, own(a));
  }

  @Override
  public DeviceArray unaryBackward(UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y) {
    return elements.unaryBackward(op, own(grad), own(x), own(y));
  }

  @Override
  public DeviceArray binary(BinaryOp op, DeviceArray a, DeviceArray b) {
    return elements.binary(op, own(a), own(b));
  }

  @Override
  public DeviceArray binaryScalar(BinaryOp op, DeviceArray a, double scalar) {
    return elements.binaryScalar(op, own(a), scalar);
  }

  @Override
  public DeviceArray clamp(DeviceArray a, double low, double high) {
    return elements.clamp(own(a), low, high);
  }

  @Override
  public DeviceArray where(DeviceArray condition, DeviceArray a, DeviceArray b) {
    return elements.where(own(condition), own(a), own(b));
  }

  @Override
  public DeviceArray cast(DeviceArray a, DType dtype) {
    return own(a).dtype() == dtype ? a.retain() : elements.cast(own(a), dtype);
  }

  @Override
  public DeviceArray reduce(ReduceOp op, DeviceArray a, int[] dims, boolean keepDims) {
    return reduction.reduce(op, own(a), dims, keepDims);
  }

  @Override
  public DeviceArray argMax(DeviceArray a, int dim) {
    return reduction.argMax(own(a), dim);
  }

  @Override
  public DeviceArray cumSum(DeviceArray a, int dim) {
    return reduction.cumSum(own(a), dim);
  }

  @Override
  public DeviceArray[] topK(DeviceArray a, int k) {
    return reduction.topK(own(a), k);
  }

  @Override
  public DeviceArray reshape(DeviceArray a, long[] shape) {
    return layout.reshape(own(a), shape);
  }

  @Override
  public DeviceArray permute(DeviceArray a, int[] order) {
    return layout.permute(own(a), order);
  }

  @Override
  public DeviceArray expand(DeviceArray a, long[] shape) {
    return layout.expand(own(a), shape);
  }

  @Override
  public DeviceArray slice(DeviceArray a, int dim, long start, long end, long step) {
    return layout.slice(own(a), dim, start, end, step);
  }

  @Override
  public DeviceArray concat(DeviceArray[] parts, int dim) {
    OpArray[] arrays = new OpArray[parts.length];
    for (int i = 0; i < parts.length; i++) {
      arrays[i] = own(parts[i]);
    }
    return layout.concat(arrays, dim);
  }

  @Override
  public DeviceArray pad(DeviceArray a, long[] before, long[] after, double value) {
    return layout.pad(own(a), before, after, value);
  }

  @Override
  public DeviceArray contiguous(DeviceArray a) {
    return a.retain();
  }

  @Override
  public DeviceArray gather(DeviceArray a, int dim, DeviceArray index) {
    return selection.gather(own(a), dim, own(index));
  }

  @Override
  public DeviceArray scatterAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return selection.scatterAdd(own(base), dim, own(index), own(source));
  }

  @Override
  public DeviceArray indexSelect(DeviceArray a, int dim, DeviceArray index) {
    return selection.indexSelect(own(a), dim, own(index));
  }

  @Override
  public DeviceArray indexAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return selection.indexAdd(own(base), dim, own(index), own(source));
  }

  @Override
  public DeviceArray matmul(DeviceArray a, DeviceArray b, boolean transposeA, boolean transposeB) {
    return layers.matmul(own(a), own(b), transposeA, transposeB);
  }

  @Override
  public DeviceArray linear(DeviceArray x, DeviceArray w, DeviceArray b) {
    return layers.linear(own(x), own(w), own(b));
  }

  @Override
  public DeviceArray[] linearBackward(
      DeviceArray grad, DeviceArray x, DeviceArray w, boolean needX, boolean needW, boolean needB) {
    return layers.linearBackward(own(grad), own(x), own(w), needX, needW, needB);
  }

  @Override
  public DeviceArray conv2d(DeviceArray x, DeviceArray w, DeviceArray b, Conv2dSpec spec) {
    return layers.conv2d(own(x), own(w), own(b), spec);
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
    return layers.conv2dBackward(own(grad), own(x), own(w), spec, needX, needW, needB);
  }

  @Override
  public DeviceArray[] maxPool2d(DeviceArray x, Pool2dSpec spec) {
    return layers.maxPool2d(own(x), spec);
  }

  @Override
  public DeviceArray maxPool2dBackward(
      DeviceArray grad, DeviceArray x, DeviceArray indices, Pool2dSpec spec) {
    return layers.maxPool2dBackward(own(grad), own(x), spec);
  }

  @Override
  public DeviceArray avgPool2d(DeviceArray x, Pool2dSpec spec) {
    return layers.avgPool2d(own(x), spec);
  }

  @Override
  public DeviceArray avgPool2dBackward(DeviceArray grad, DeviceArray x, Pool2dSpec spec) {
    return layers.avgPool2dBackward(own(grad), own(x), spec);
  }

  @Override
  public DeviceArray[] layerNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return norms.layerNorm(own(x), own(w), own(b), eps);
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
    return norms.layerNormBackward(own(grad), own(x), own(mean), own(rstd), own(w), needX, needWB);
  }

  @Override
  public DeviceArray[] groupNorm(
      DeviceArray x, int groups, DeviceArray w, DeviceArray b, double eps) {
    return norms.groupNorm(own(x), groups, own(w), own(b), eps);
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
    return norms.groupNormBackward(
        own(grad), own(x), groups, own(mean), own(rstd), own(w), needX, needWB);
  }

  @Override
  public DeviceArray[] batchNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return norms.batchNorm(own(x), own(w), own(b), eps);
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
    return norms.batchNormBackward(own(grad), own(x), own(mean), own(rstd), own(w), needX, needWB);
  }

  @Override
  public DeviceArray softmax(DeviceArray a, int dim) {
    return norms.softmax(own(a), dim);
  }

  @Override
  public DeviceArray softmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return norms.softmaxBackward(own(grad), own(y), dim);
  }

  @Override
  public DeviceArray logSoftmax(DeviceArray a, int dim) {
    return norms.logSoftmax(own(a), dim);
  }

  @Override
  public DeviceArray logSoftmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return norms.logSoftmaxBackward(own(grad), own(y), dim);
  }

  @Override
  public DeviceArray resize(DeviceArray x, int height, int width, ResizeMode mode) {
    return interpolation.resize(own(x), height, width, mode);
  }

  @Override
  public DeviceArray resizeBackward(DeviceArray grad, int height, int width, ResizeMode mode) {
    return interpolation.resizeBackward(own(grad), height, width, mode);
  }

  @Override
  public DeviceArray gridSample(DeviceArray x, DeviceArray grid) {
    return interpolation.gridSample(own(x), own(grid));
  }

  @Override
  public DeviceArray[] gridSampleBackward(
      DeviceArray grad, DeviceArray x, DeviceArray grid, boolean needX, boolean needGrid) {
    return interpolation.gridSampleBackward(own(grad), own(x), own(grid), needX, needGrid);
  }
}
