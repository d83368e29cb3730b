package org.maskwright.engine.torch;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.array.MemoryLimit;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.kernel.AdamWKernel;
import org.maskwright.engine.kernel.GroupNormKernel;
import org.maskwright.engine.kernel.ShortSoftmax;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.spi.AdamWArrays;
import org.maskwright.engine.spi.ArrayExchange;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.KernelArgument;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.UnaryOp;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * LibTorch's ATen kernels behind {@link Backend}.
 *
 * <p><b>Threads</b> called by one thread at a time. The number of threads inside an operation is a
 * setting of the whole process; the backend opened last wins.
 */
final class TorchBackend implements Backend {
  private final Device device;
  private final Natives natives;
  private final Results results = new Results();
  private final HostTransfer host;
  private final Elementwise elementwise;
  private final Shaping shaping;
  private final Layers layers;
  private final Convolutions convolutions;
  private final Norms norms;
  private CudaKernels kernels; // made at the first launch
  private final BlockedAttention attention;
  private final FusedProducts fused;

  TorchBackend(Device device, int threads) {
    this.device = device;
    torch.set_num_threads(threads);
    Blas.setThreads(threads);
    natives = new Natives(device);
    host = new HostTransfer(results, natives, device);
    elementwise = new Elementwise(results, natives);
    shaping = new Shaping(results, natives);
    layers = new Layers(results, natives);
    convolutions = new Convolutions(results, natives, device.kind() == Device.Kind.CPU);
    norms = new Norms(results, natives);
    attention = new BlockedAttention(results, natives);
    fused = new FusedProducts(results, device);
  }

  @Override
  public String name() {
    return "torch";
  }

  @Override
  public String description() {
    try (BytePointer capability = torch.get_cpu_capability();
        BytePointer config = torch.show_config()) {
      return "LibTorch "
          + setting(config.getString(), "TORCH_VERSION")
          + " (oneDNN, "
          + Blas.name()
          + "), "
          + device
          + ", "
          + torch.get_num_threads()
          + " threads, "
          + capability.getString();
    }
  }

  /** The value of {@code KEY=value,} in LibTorch's list of build settings. */
  private static String setting(String config, String key) {
    Matcher matcher = Pattern.compile(key + "=([^,\\s]+)").matcher(config);
    return matcher.find() ? matcher.group(1) : "unknown";
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public MemoryAccount memory() {
    return results.account();
  }

  /** NCCL's for CUDA devices, where it is there. */
  @Override
  public Optional<ArrayExchange> exchange(ProcessGroup group) {
    return device.kind() == Device.Kind.CUDA && group instanceof GlooGroup gloo
        ? gloo.ofCuda(device)
        : Optional.empty();
  }

  @Override
  public void limitMemory(MemoryLimit limit) {
    if (device.kind() == Device.Kind.CUDA) {
      CudaMemory.limit(device, natives.options(DType.UINT8), natives.noFormat, limit);
    } else {
      Backend.super.limitMemory(limit);
    }
  }

  @Override
  public void synchronize() {
    if (device.kind() == Device.Kind.CUDA) {
      torch.cuda_synchronize(device.index());
    }
  }

  @Override
  public boolean runsKernels() {
    return device.kind() == Device.Kind.CUDA;
  }

  @Override
  public void launch(DeviceKernel kernel, long threads, List<KernelArgument> arguments) {
    if (!runsKernels()) {
      Backend.super.launch(kernel, threads, arguments);
    }
    if (kernels == null) {
      kernels = new CudaKernels(device);
    }
    kernels.launch(kernel, threads, arguments);
  }

  @Override
  public void close() {
    if (kernels != null) {
      kernels.close();
    }
    norms.close();
    fused.close();
    natives.close();
  }

  @Override
  public long[] shapeOf(DeviceArray a) {
    return TorchArray.shape(TorchArray.tensor(a));
  }

  @Override
  public void adamW(List<AdamWArrays> parameters, AdamWStep step) {
    List<AdamWKernel.Memory> reached = new ArrayList<>(parameters.size());
    List<CudaAdamW.Place> onDevice = new ArrayList<>();
    for (AdamWArrays each : parameters) {
      AdamWKernel.Memory memory = AdamWKernel.Memory.of(each, this::hostFloats);
      if (memory != null) {
        reached.add(memory);
      } else if (runsKernels() && CudaAdamW.fits(each)) {
        onDevice.add(CudaAdamW.Place.of(each));
      } else {
        results.run(
            "adamW", () -> adamWComposed(each, step), each.p(), each.grad(), each.m(), each.v());
      }
    }
    AdamWKernel.step(reached, step);
    if (!onDevice.isEmpty()) {
      adamWOnDevice(CudaAdamW.pieces(onDevice), step);
    }
  }

  private void adamWOnDevice(long[] pieces, AdamWStep step) {
    int count = pieces.length / CudaAdamW.FIELDS;
    DeviceArray table = fromLongs(pieces, new long[] {pieces.length});
    try {
      launch(
          CudaAdamW.KERNEL,
          (long) count * DeviceKernel.BLOCK,
          List.of(KernelArgument.of(table), CudaAdamW.numbers(step)));
    } finally {
      table.release();
    }
  }

  /** The same update by LibTorch's operations, of arrays that no kernel of ours can walk. */
  private static void adamWComposed(AdamWArrays arrays, AdamWStep step) {
    Tensor parameter = TorchArray.tensor(arrays.p());
    Tensor first = TorchArray.tensor(arrays.m());
    Tensor second = TorchArray.tensor(arrays.v());
    double bias1 = 1 - Math.pow(step.beta1(), step.step());
    double bias2 = 1 - Math.pow(step.beta2(), step.step());
    try (Scalar scale = new Scalar(step.gradScale());
        Scalar keep = new Scalar(1 - step.lr() * step.weightDecay());
        Scalar rest1 = new Scalar(1 - step.beta1());
        Scalar beta2 = new Scalar(step.beta2());
        Scalar rest2 = new Scalar(1 - step.beta2());
        Scalar rootScale = new Scalar(1 / Math.sqrt(bias2));
        Scalar eps = new Scalar(step.eps());
        Scalar minusStep = new Scalar(-step.lr() / bias1);
        Tensor gradient = torch.mul(TorchArray.tensor(arrays.grad()), scale)) {
      parameter.mul_(keep);
      first.lerp_(gradient, rest1);
      second.mul_(beta2);
      second.addcmul_(gradient, gradient, rest2);
      try (Tensor root = torch.sqrt(second)) {
        root.mul_(rootScale);
        root.add_(eps);
        parameter.addcdiv_(first, root, minusStep);
      }
    }
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
    return host.toHost(a);
  }

  @Override
  public float[] toFloats(DeviceArray a) {
    return host.toFloats(a);
  }

  @Override
  public long[] toLongs(DeviceArray a) {
    return host.toLongs(a);
  }

  @Override
  public byte[] toBytes(DeviceArray a) {
    return host.toBytes(a);
  }

  @Override
  public FloatBuffer hostFloats(DeviceArray a) {
    return host.hostFloats(a);
  }

  @Override
  public DeviceArray full(long[] shape, DType dtype, double value) {
    return shaping.full(shape, dtype, value);
  }

  @Override
  public void copyInto(DeviceArray target, DeviceArray source) {
    shaping.copyInto(target, source);
  }

  @Override
  public void addInto(DeviceArray target, DeviceArray source) {
    shaping.addInto(target, source);
  }

  @Override
  public void axpbyInto(
      DeviceArray target, double factor, DeviceArray source, double sourceFactor) {
    shaping.axpbyInto(target, factor, source, sourceFactor);
  }

  @Override
  public void sliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    shaping.sliceInto(target, dim, start, end, step, source);
  }

  @Override
  public void addSliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    shaping.addSliceInto(target, dim, start, end, step, source);
  }

  @Override
  public DeviceArray unary(UnaryOp op, DeviceArray a) {
    return elementwise.unary(op, a);
  }

  @Override
  public DeviceArray unaryOver(UnaryOp op, DeviceArray a) {
    return op == UnaryOp.RELU ? elementwise.reluOver(a) : elementwise.unary(op, a);
  }

  @Override
  public DeviceArray unaryBackward(UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y) {
    return elementwise.unaryBackward(op, grad, x, y);
  }

  @Override
  public DeviceArray unaryBackwardOver(UnaryOp op, DeviceArray grad, DeviceArray x, DeviceArray y) {
    return op == UnaryOp.RELU
        ? elementwise.reluBackwardOver(grad, y)
        : elementwise.unaryBackward(op, grad, x, y);
  }

  @Override
  public DeviceArray binary(BinaryOp op, DeviceArray a, DeviceArray b) {
    return elementwise.binary(op, a, b);
  }

  @Override
  public DeviceArray binaryScalar(BinaryOp op, DeviceArray a, double scalar) {
    return elementwise.binaryScalar(op, a, scalar);
  }

  @Override
  public DeviceArray clamp(DeviceArray a, double low, double high) {
    return elementwise.clamp(a, low, high);
  }

  @Override
  public DeviceArray where(DeviceArray condition, DeviceArray a, DeviceArray b) {
    return elementwise.where(condition, a, b);
  }

  @Override
  public DeviceArray cast(DeviceArray a, DType dtype) {
    return elementwise.cast(a, dtype);
  }

  @Override
  public DeviceArray reduce(ReduceOp op, DeviceArray a, int[] dims, boolean keepDims) {
    return elementwise.reduce(op, a, dims, keepDims);
  }

  @Override
  public DeviceArray argMax(DeviceArray a, int dim) {
    return elementwise.argMax(a, dim);
  }

  @Override
  public DeviceArray cumSum(DeviceArray a, int dim) {
    return elementwise.cumSum(a, dim);
  }

  @Override
  public DeviceArray[] topK(DeviceArray a, int k) {
    return elementwise.topK(a, k);
  }

  @Override
  public DeviceArray reshape(DeviceArray a, long[] shape) {
    return shaping.reshape(a, shape);
  }

  @Override
  public DeviceArray permute(DeviceArray a, int[] order) {
    return shaping.permute(a, order);
  }

  @Override
  public DeviceArray expand(DeviceArray a, long[] shape) {
    return shaping.expand(a, shape);
  }

  @Override
  public DeviceArray slice(DeviceArray a, int dim, long start, long end, long step) {
    return shaping.slice(a, dim, start, end, step);
  }

  @Override
  public DeviceArray concat(DeviceArray[] parts, int dim) {
    return shaping.concat(parts, dim);
  }

  @Override
  public DeviceArray pad(DeviceArray a, long[] before, long[] after, double value) {
    return shaping.pad(a, before, after, value);
  }

  @Override
  public DeviceArray contiguous(DeviceArray a) {
    return shaping.contiguous(a);
  }

  @Override
  public DeviceArray gather(DeviceArray a, int dim, DeviceArray index) {
    return shaping.gather(a, dim, index);
  }

  @Override
  public DeviceArray scatterAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return shaping.scatterAdd(base, dim, index, source);
  }

  @Override
  public DeviceArray indexSelect(DeviceArray a, int dim, DeviceArray index) {
    return shaping.indexSelect(a, dim, index);
  }

  @Override
  public DeviceArray indexAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return shaping.indexAdd(base, dim, index, source);
  }

  @Override
  public DeviceArray matmul(DeviceArray a, DeviceArray b, boolean transposeA, boolean transposeB) {
    return layers.matmul(a, b, transposeA, transposeB);
  }

  @Override
  public DeviceArray linear(DeviceArray x, DeviceArray w, DeviceArray b) {
    return layers.linear(x, w, b);
  }

  @Override
  public DeviceArray linearThen(DeviceArray x, DeviceArray w, DeviceArray b, Activation after) {
    return fused.linear(x, w, b, after);
  }

  @Override
  public DeviceArray[] linearBackward(
      DeviceArray grad, DeviceArray x, DeviceArray w, boolean needX, boolean needW, boolean needB) {
    return layers.linearBackward(grad, x, w, needX, needW, needB);
  }

  @Override
  public DeviceArray conv2d(DeviceArray x, DeviceArray w, DeviceArray b, Conv2dSpec spec) {
    return convolutions.forward(x, w, b, spec);
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
    return convolutions.backward(grad, x, w, spec, needX, needW, needB);
  }

  @Override
  public DeviceArray[] maxPool2d(DeviceArray x, Pool2dSpec spec) {
    return layers.maxPool2d(x, spec);
  }

  @Override
  public DeviceArray maxPool2dBackward(
      DeviceArray grad, DeviceArray x, DeviceArray indices, Pool2dSpec spec) {
    return layers.maxPool2dBackward(grad, x, indices, spec);
  }

  @Override
  public DeviceArray avgPool2d(DeviceArray x, Pool2dSpec spec) {
    return layers.avgPool2d(x, spec);
  }

  @Override
  public DeviceArray avgPool2dBackward(DeviceArray grad, DeviceArray x, Pool2dSpec spec) {
    return layers.avgPool2dBackward(grad, x, spec);
  }

  @Override
  public DeviceArray[] layerNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return norms.layerNorm(x, w, b, eps);
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
    return norms.layerNormBackward(grad, x, mean, rstd, w, needX, needWB);
  }

  @Override
  public DeviceArray[] groupNorm(
      DeviceArray x, int groups, DeviceArray w, DeviceArray b, double eps) {
    return norms.groupNorm(x, groups, w, b, eps);
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
    FloatBuffer weight = w == null ? null : hostFloats(w);
    if (weight == null) {
      return norms.groupNormBackward(grad, x, groups, mean, rstd, w, needX, needWB);
    }
    // Convolutions give and take channels last; a copy takes far less time than LibTorch's kernel.
    DeviceArray[] dense = new DeviceArray[2];
    DeviceArray[] out = new DeviceArray[3];
    try {
      dense[0] = contiguous(grad);
      dense[1] = contiguous(x);
      FloatBuffer g = hostFloats(dense[0]);
      FloatBuffer values = hostFloats(dense[1]);
      if (g == null || values == null || values.limit() == 0) {
        return norms.groupNormBackward(grad, x, groups, mean, rstd, w, needX, needWB);
      }
      out[0] = needX ? shaping.emptyLike(dense[1]) : null;
      out[1] = needWB ? shaping.emptyLike(w) : null;
      out[2] = needWB ? shaping.emptyLike(w) : null;
      new GroupNormKernel(g, values, hostFloats(mean), hostFloats(rstd), weight, groups)
          .backward(
              needX ? hostFloats(out[0]) : null,
              needWB ? hostFloats(out[1]) : null,
              needWB ? hostFloats(out[2]) : null);
      return out;
    } catch (RuntimeException | Error e) {
      release(out);
      throw e;
    } finally {
      release(dense);
    }
  }

  private static void release(DeviceArray[] arrays) {
    for (DeviceArray array : arrays) {
      if (array != null) {
        array.release();
      }
    }
  }

  @Override
  public DeviceArray[] batchNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return norms.batchNorm(x, w, b, eps);
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
    return norms.batchNormBackward(grad, x, mean, rstd, w, needX, needWB);
  }

  @Override
  public DeviceArray softmax(DeviceArray a, int dim) {
    int n = shortRow(a, dim);
    if (n == 0) {
      return norms.softmax(a, dim);
    }
    DeviceArray y = shaping.emptyLike(a);
    return filled(y, () -> ShortSoftmax.forward(hostFloats(a), hostFloats(y), n));
  }

  /** The length of rows that {@link ShortSoftmax} is for, or 0. */
  private int shortRow(DeviceArray a, int dim) {
    long[] shape = shapeOf(a);
    boolean fits =
        shape.length > 0
            && dim == shape.length - 1
            && shape[dim] > 0
            && shape[dim] <= ShortSoftmax.LONGEST
            && hostFloats(a) != null;
    return fits ? (int) shape[dim] : 0;
  }

  @Override
  public DeviceArray softmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    int n = shortRow(y, dim);
    FloatBuffer g = n == 0 ? null : hostFloats(grad);
    if (g == null) {
      return norms.softmaxBackward(grad, y, dim);
    }
    DeviceArray out = shaping.emptyLike(y);
    return filled(out, () -> ShortSoftmax.backward(g, hostFloats(y), hostFloats(out), n));
  }

  /** The array after the kernel wrote it; freed if that fails. */
  private static DeviceArray filled(DeviceArray array, Runnable kernel) {
    try {
      kernel.run();
      return array;
    } catch (RuntimeException | Error e) {
      array.release();
      throw e;
    }
  }

  @Override
  public DeviceArray logSoftmax(DeviceArray a, int dim) {
    return norms.logSoftmax(a, dim);
  }

  @Override
  public DeviceArray logSoftmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return norms.logSoftmaxBackward(grad, y, dim);
  }

  @Override
  public DeviceArray resize(DeviceArray x, int height, int width, ResizeMode mode) {
    return layers.resize(x, height, width, mode);
  }

  @Override
  public DeviceArray resizeBackward(DeviceArray grad, int height, int width, ResizeMode mode) {
    return layers.resizeBackward(grad, height, width, mode);
  }

  @Override
  public DeviceArray gridSample(DeviceArray x, DeviceArray grid) {
    return layers.gridSample(x, grid);
  }

  @Override
  public DeviceArray[] gridSampleBackward(
      DeviceArray grad, DeviceArray x, DeviceArray grid, boolean needX, boolean needGrid) {
    return layers.gridSampleBackward(grad, x, grid, needX, needGrid);
  }

  @Override
  public DeviceArray[] attention(
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      double scale,
      boolean differentiated) {
    if (device.kind() == Device.Kind.CPU && attention.fits(q, k, v)) {
      return blocked == null && !differentiated && fused.attends(q, v) && Blas.servesSeveral()
          ? new DeviceArray[] {
            Blas.onTheCallersThreads(() -> layers.attention(q, k, v, null, scale)), null
          }
          : attention.forward(q, k, v, blocked, scale, differentiated);
    }
    return differentiated
        ? null
        : new DeviceArray[] {layers.attention(q, k, v, blocked, scale), null};
  }

  @Override
  public DeviceArray[] attentionBackward(
      DeviceArray grad,
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      DeviceArray out,
      DeviceArray softmax,
      double scale) {
    return attention.backward(grad, q, k, v, blocked, out, softmax, scale);
  }
}
