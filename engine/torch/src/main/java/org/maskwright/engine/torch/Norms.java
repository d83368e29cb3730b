package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.maskwright.engine.spi.DeviceArray;

/** Normalisations and softmax, forward and backward. */
final class Norms implements AutoCloseable {
  private final Results results;
  private final Natives natives;
  private final OperatorHandle softmaxBackward;
  private final OperatorHandle logSoftmaxBackward;

  Norms(Results results, Natives natives) {
    this.results = results;
    this.natives = natives;
    // These two have no binding of their own.
    Dispatcher dispatcher = Dispatcher.singleton();
    softmaxBackward = dispatcher.findSchemaOrThrow("aten::_softmax_backward_data", "");
    logSoftmaxBackward = dispatcher.findSchemaOrThrow("aten::_log_softmax_backward_data", "");
  }

  private static long[] lastAxis(Tensor x) {
    return new long[] {x.size(x.dim() - 1)};
  }

  DeviceArray[] layerNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return results.several(
        "layerNorm",
        () -> {
          try (TensorOptional weight = optional(w);
              TensorOptional bias = optional(b)) {
            return Results.unpack(
                torch.native_layer_norm(tensor(x), lastAxis(tensor(x)), weight, bias, eps));
          }
        },
        x,
        w);
  }

  DeviceArray[] layerNormBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    return results.several(
        "layerNorm backward",
        () -> {
          // Of the bias only its presence and shape matter, and the weight has the same.
          try (TensorOptional weight = optional(w)) {
            return Results.unpack(
                torch.native_layer_norm_backward(
                    tensor(grad),
                    tensor(x),
                    lastAxis(tensor(x)),
                    tensor(mean),
                    tensor(rstd),
                    weight,
                    weight,
                    natives.mask(needX, needWB, needWB)));
          }
        },
        grad,
        x);
  }

  DeviceArray[] groupNorm(DeviceArray x, int groups, DeviceArray w, DeviceArray b, double eps) {
    return results.several(
        "groupNorm",
        () -> {
          try (Tensor dense = dense(tensor(x));
              TensorOptional weight = optional(w);
              TensorOptional bias = optional(b)) {
            long batch = dense.size(0);
            long channels = dense.size(1);
            return Results.unpack(
                torch.native_group_norm(
                    dense, weight, bias, batch, channels, pixels(dense), groups, eps));
          }
        },
        x,
        w);
  }

  DeviceArray[] groupNormBackward(
      DeviceArray grad,
      DeviceArray x,
      int groups,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    return results.several(
        "groupNorm backward",
        () -> {
          MemoryFormat format = format(tensor(x));
          try (Tensor dense = tensor(x).contiguous(format);
              Tensor denseGrad = tensor(grad).contiguous(format);
              TensorOptional weight = optional(w)) {
            return Results.unpack(
                torch.native_group_norm_backward(
                    denseGrad,
                    dense,
                    tensor(mean),
                    tensor(rstd),
                    weight,
                    dense.size(0),
                    dense.size(1),
                    pixels(dense),
                    groups,
                    natives.mask(needX, needWB, needWB)));
          }
        },
        grad,
        x);
  }

  private static long pixels(Tensor x) {
    long product = 1;
    for (int i = 2; i < x.dim(); i++) {
      product = Math.multiplyExact(product, x.size(i));
    }
    return product;
  }

  private static MemoryFormat format(Tensor x) {
    boolean channelsLast =
        x.dim() == 4 && !x.is_contiguous() && x.is_contiguous(MemoryFormat.ChannelsLast);
    return channelsLast ? MemoryFormat.ChannelsLast : MemoryFormat.Contiguous;
  }

  private static Tensor dense(Tensor x) {
    return x.contiguous(format(x));
  }

  DeviceArray[] batchNorm(DeviceArray x, DeviceArray w, DeviceArray b, double eps) {
    return results.several(
        "batchNorm",
        () -> {
          try (TensorOptional weight = optional(w);
              TensorOptional bias = optional(b)) {
            return Results.unpack(
                torch.native_batch_norm(
                    tensor(x), weight, bias, natives.noTensor, natives.noTensor, true, 0, eps));
          }
        },
        x,
        w);
  }

  DeviceArray[] batchNormBackward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray mean,
      DeviceArray rstd,
      DeviceArray w,
      boolean needX,
      boolean needWB) {
    return results.several(
        "batchNorm backward",
        () -> {
          try (TensorOptional weight = optional(w);
              TensorOptional savedMean = optional(mean);
              TensorOptional savedRstd = optional(rstd)) {
            // eps matters only with running statistics; here 1/std is given.
            return Results.unpack(
                torch.native_batch_norm_backward(
                    tensor(grad),
                    tensor(x),
                    weight,
                    natives.noTensor,
                    natives.noTensor,
                    savedMean,
                    savedRstd,
                    true,
                    0,
                    natives.mask(needX, needWB, needWB)));
          }
        },
        grad,
        x);
  }

  DeviceArray softmax(DeviceArray a, int dim) {
    return results.of("softmax", () -> torch.softmax(tensor(a), dim), a);
  }

  DeviceArray softmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return results.of(
        "softmax backward",
        () -> rowBackward(softmaxBackward, tensor(grad), tensor(y), dim),
        grad,
        y);
  }

  DeviceArray logSoftmax(DeviceArray a, int dim) {
    return results.of("logSoftmax", () -> torch.log_softmax(tensor(a), dim), a);
  }

  DeviceArray logSoftmaxBackward(DeviceArray grad, DeviceArray y, int dim) {
    return results.of(
        "logSoftmax backward",
        () -> rowBackward(logSoftmaxBackward, tensor(grad), tensor(y), dim),
        grad,
        y);
  }

  private static Tensor rowBackward(OperatorHandle op, Tensor grad, Tensor y, int dim) {
    try (IValue gradValue = new IValue(grad);
        IValue yValue = new IValue(y);
        IValue dimValue = new IValue((long) dim);
        IValue type = new IValue(y.scalar_type());
        IValueVector stack = new IValueVector(gradValue, yValue, dimValue, type)) {
      op.callBoxed(stack);
      try (IValue top = stack.back();
          Tensor result = top.toTensor()) {
        return new Tensor(result);
      }
    }
  }

  private static TensorOptional optional(DeviceArray array) {
    return Natives.optional(array == null ? null : tensor(array));
  }

  @Override
  public void close() {
    softmaxBackward.close();
    logSoftmaxBackward.close();
  }
}
