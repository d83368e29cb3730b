package org.maskwright.engine.trace;

import java.nio.FloatBuffer;
import java.util.List;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.EngineException;
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

/**
 * Computes nothing: with it a model's shapes, parameter counts and operation counts are found
 * without a native library. Reading values is an error.
 */
public final class ShapeBackend implements Backend {
  private final MemoryAccount account = new MemoryAccount();

  private final class Nothing extends DeviceArray {
    Nothing() {
      super(account, 0);
    }

    @Override
    protected void free() {}
  }

  private DeviceArray[] nothings(int count) {
    DeviceArray[] out = new DeviceArray[count];
    java.util.Arrays.setAll(out, i -> new Nothing());
    return out;
  }

  private static EngineException noValues() {
    return new EngineException(
        "shapes-only engine: values were asked for; open a torch or nd4j engine to compute");
  }

  @Override
  public String name() {
    return "shapes";
  }

  @Override
  public String description() {
    return "shapes only";
  }

  @Override
  public boolean computes() {
    return false;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public MemoryAccount memory() {
    return account;
  }

  @Override
  public void synchronize() {}

  @Override
  public void close() {}

  @Override
  public FloatBuffer hostFloats(DeviceArray a) {
    return null;
  }

  @Override
  public DeviceArray fromHost(INDArray array) {
    return new Nothing();
  }

  @Override
  public DeviceArray fromFloats(float[] data, long[] shape) {
    return new Nothing();
  }

  @Override
  public DeviceArray fromLongs(long[] data, long[] shape) {
    return new Nothing();
  }

  @Override
  public DeviceArray fromBytes(byte[] data, DType dtype, long[] shape) {
    return new Nothing();
  }

  @Override
  public INDArray toHost(DeviceArray a) {
    throw noValues();
  }

  @Override
  public float[] toFloats(DeviceArray a) {
    throw noValues();
  }

  @Override
  public long[] toLongs(DeviceArray a) {
    throw noValues();
  }

  @Override
  public byte[] toBytes(DeviceArray a) {
    throw noValues();
  }

  @Override
  public long[] shapeOf(DeviceArray a) {
    throw noValues();
  }

  @Override
  public DeviceArray full(long[] shape, DType dtype, double value) {
    return new Nothing();
  }

  @Override
  public void copyInto(DeviceArray target, DeviceArray source) {}

  @Override
  public void addInto(DeviceArray target, DeviceArray source) {}

  @Override
  public void axpbyInto(
      DeviceArray target, double factor, DeviceArray source, double sourceFactor) {}

  @Override
  public void addSliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {}

  @Override
  public void sliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {}

  @Override
  public void adamW(List<AdamWArrays> parameters, AdamWStep step) {}

  @Override
  public DeviceArray unary(UnaryOp op, DeviceArray a) {
    return new Nothing();
  }

  @Override
  public DeviceArray unaryBackward(UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y) {
    return new Nothing();
  }

  @Override
  public DeviceArray binary(BinaryOp op, DeviceArray a, DeviceArray b) {
    return new Nothing();
  }

  @Override
  public DeviceArray binaryScalar(BinaryOp op, DeviceArray a, double scalar) {
    return new Nothing();
  }

  @Override
  public DeviceArray clamp(DeviceArray a, double low, double high) {
    return new Nothing();
  }

  @Override
  public DeviceArray where(DeviceArray condition, DeviceArray a, DeviceArray b) {
    return new Nothing();
  }

  @Override
  public DeviceArray cast(DeviceArray a, DType dtype) {
    return new Nothing();
  }

  @Override
  public DeviceArray reduce(ReduceOp op, DeviceArray a, int[] dims, boolean keepDims) {
    return new Nothing();
  }

  @Override
  public DeviceArray argMax(DeviceArray a, int dim) {
    return new Nothing();
  }

  @Override
  public DeviceArray cumSum(DeviceArray a, int dim) {
    return new Nothing();
  }

  @Override
  public DeviceArray[] topK(DeviceArray a, int k) {
    return nothings(2);
  }

  @Override
  public DeviceArray reshape(DeviceArray a, long[] shape) {
    return new Nothing();
  }

  @Override
  public DeviceArray permute(DeviceArray a, int[] order) {
    return new Nothing();
  }

  @Override
  public DeviceArray expand(DeviceArray a, long[] shape) {
    return new Nothing();
  }

  @Override
  public DeviceArray slice(DeviceArray a, int dim, long start, long end, long step) {
    return new Nothing();
  }

  @Override
  public DeviceArray concat(DeviceArray[] parts, int dim) {
    return new Nothing();
  }

  @Override
  public DeviceArray pad(DeviceArray a, long[] before, long[] after, double value) {
    return new Nothing();
  }

  @Override
  public DeviceArray contiguous(DeviceArray a) {
    return new Nothing();
  }

  @Override
  public DeviceArray gather(DeviceArray a, int dim, DeviceArray index) {
    return new Nothing();
  }

  @Override
  public DeviceArray scatterAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return new Nothing();
  }

  @Override
  public DeviceArray indexSelect(DeviceArray a, int dim, DeviceArray index) {
    return new Nothing();
  }

  @Override
  public DeviceArray indexAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return new Nothing();
  }

  @Override
  public DeviceArray matmul(DeviceArray a, DeviceArray b, boolean transposeA, boolean transposeB) {
    return new Nothing();
  }

  @Override
  public DeviceArray linear(DeviceArray x, DeviceArray w, DeviceArray b) {
    return new Nothing();
  }

  @Override
  public DeviceArray[] linearBackward(
      DeviceArray grad, DeviceArray x, DeviceArray w, boolean needX, boolean needW, boolean needB) {
    return nothings(3);
  }

  @Override
  public DeviceArray conv2d(DeviceArray x, DeviceArray w, DeviceArray b, Conv2dSpec spec) {
    return new Nothing();
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
    return nothings(3);
  }

  @Override
  public DeviceArray[] maxPool2d(DeviceArray x, Pool2dSpec spec) {
    return nothings(2);
  }

  @Override
  public DeviceArray maxPool2dBackward(
      DeviceArray grad, DeviceArray x, DeviceArray indices, Pool2dSpec spec) {
    return new Nothing();
  }

  @Override
  public DeviceArray avgPool2d(DeviceArray x, Pool2dSpec spec) {
    return new Nothing();
  }

  @Override
  public DeviceArray avgPool2dBackward(DeviceArray grad, DeviceArray x, Pool2dSpec spec) {
    return new Nothing();
  }

  @Override
  public DeviceArray[] layerNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return nothings(3);
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
    return nothings(3);
  }

  @Override
  public DeviceArray[] groupNorm(
      DeviceArray x, int groups, DeviceArray w, DeviceArray b, double eps) {
    return nothings(3);
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
    return nothings(3);
  }

  @Override
  public DeviceArray[] batchNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return nothings(3);
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
    return nothings(3);
  }

  @Override
  public DeviceArray softmax(DeviceArray a, int dim) {
    return new Nothing();
  }

  @Override
  public DeviceArray softmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return new Nothing();
  }

  @Override
  public DeviceArray logSoftmax(DeviceArray a, int dim) {
    return new Nothing();
  }

  @Override
  public DeviceArray logSoftmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return new Nothing();
  }

  @Override
  public DeviceArray resize(DeviceArray x, int height, int width, ResizeMode mode) {
    return new Nothing();
  }

  @Override
  public DeviceArray resizeBackward(DeviceArray grad, int height, int width, ResizeMode mode) {
    return new Nothing();
  }

  @Override
  public DeviceArray gridSample(DeviceArray x, DeviceArray grid) {
    return new Nothing();
  }

  @Override
  public DeviceArray[] gridSampleBackward(
      DeviceArray grad, DeviceArray x, DeviceArray grid, boolean needX, boolean needGrid) {
    return nothings(2);
  }
}
