package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.maskwright.engine.spi.DeviceArray;

/**
 * Attention without an array of weights, forward and backward: on the CPU LibTorch's kernels that
 * go over blocks of queries and keys and keep of each query the logarithm of its softmax's divisor.
 * On other devices forward alone.
 *
 * <p><b>Source</b> FlashAttention-2 (arXiv 2307.08691), algorithms 1 and 2
 */
final class FusedAttention implements AutoCloseable {
  private final Results results;
  private final boolean onHost;
  private final OperatorHandle forward;
  private final OperatorHandle backward;
  private final Scalar open = new Scalar(0.0);
  private final Scalar blockedOut = new Scalar(Double.NEGATIVE_INFINITY);

  FusedAttention(Results results, boolean onHost) {
    this.results = results;
    this.onHost = onHost;
    // These two have no binding of their own.
    Dispatcher dispatcher = Dispatcher.singleton();
    String name = "aten::_scaled_dot_product_flash_attention_for_cpu";
    forward = dispatcher.findSchemaOrThrow(name, "");
    backward = dispatcher.findSchemaOrThrow(name + "_backward", "");
  }

  /** See {@link org.maskwright.engine.spi.Backend#attention}. */
  DeviceArray[] forward(
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      double scale,
      boolean differentiated) {
    if (onHost && fits(tensor(q), tensor(k), tensor(v), blocked)) {
      return results.several("attention", () -> flash(q, k, v, blocked, scale), q, k, v);
    }
    if (differentiated) {
      return null;
    }
    return results.several(
        "attention", () -> new Tensor[] {any(q, k, v, blocked, scale), null}, q, k, v);
  }

  /** What the kernels for the CPU are written for. */
  private static boolean fits(Tensor q, Tensor k, Tensor v, DeviceArray blocked) {
    return q.size(3) == v.size(3)
        && q.numel() > 0
        && k.numel() > 0
        && (blocked == null || tensor(blocked).dim() == 2 || tensor(blocked).dim() == 4);
  }

  private Tensor[] flash(
      DeviceArray q, DeviceArray k, DeviceArray v, DeviceArray blocked, double scale) {
    try (Tensor dq = rowsDense(tensor(q));
        Tensor dk = rowsDense(tensor(k));
        Tensor dv = rowsDense(tensor(v));
        Tensor mask = mask(blocked);
        IValue none = new IValue(0.0);
        IValue notCausal = new IValue(false);
        IValue factor = new IValue(scale);
        IValue vq = new IValue(dq);
        IValue vk = new IValue(dk);
        IValue vv = new IValue(dv);
        IValue vm = mask == null ? new IValue() : new IValue(mask);
        IValueVector stack = new IValueVector(vq, vk, vv, none, notCausal, vm, factor)) {
      return call(forward, stack, 2);
    }
  }

  /** LibTorch's choice among its kernels. */
  private static Tensor any(
      DeviceArray q, DeviceArray k, DeviceArray v, DeviceArray blocked, double scale) {
    // LibTorch's mask says where attention is allowed.
    try (Tensor allowed = blocked == null ? null : torch.logical_not(tensor(blocked));
        TensorOptional mask = Natives.optional(allowed);
        DoubleOptional factor = new DoubleOptional(scale)) {
      return torch.scaled_dot_product_attention(
          tensor(q), tensor(k), tensor(v), mask, 0, false, factor, false);
    }
  }

  /** See {@link org.maskwright.engine.spi.Backend#attentionBackward}. */
  DeviceArray[] backward(
      DeviceArray grad,
      DeviceArray q,
      DeviceArray k,
      DeviceArray v,
      DeviceArray blocked,
      DeviceArray out,
      DeviceArray softmax,
      double scale) {
    return results.several(
        "attention backward",
        () -> {
          try (Tensor dg = rowsDense(tensor(grad));
              Tensor dq = rowsDense(tensor(q));
              Tensor dk = rowsDense(tensor(k));
              Tensor dv = rowsDense(tensor(v));
              Tensor mask = mask(blocked);
              IValue none = new IValue(0.0);
              IValue notCausal = new IValue(false);
              IValue factor = new IValue(scale);
              IValue vg = new IValue(dg);
              IValue vq = new IValue(dq);
              IValue vk = new IValue(dk);
              IValue vv = new IValue(dv);
              IValue vo = new IValue(tensor(out));
              IValue vs = new IValue(tensor(softmax));
              IValue vm = mask == null ? new IValue() : new IValue(mask);
              IValueVector stack =
                  new IValueVector(vg, vq, vk, vv, vo, vs, none, notCausal, vm, factor)) {
            return call(backward, stack, 3);
          }
        },
        grad,
        q,
        k,
        v);
  }

  /** The kernels read rows of numbers side by side; to be closed. */
  private static Tensor rowsDense(Tensor x) {
    return x.stride(3) == 1 ? new Tensor(x) : x.contiguous();
  }

  /** What is added to logits, to be closed; null without a mask. */
  private Tensor mask(DeviceArray blocked) {
    return blocked == null ? null : torch.where(tensor(blocked), blockedOut, open);
  }

  /** The {@code count} results of an operation; within it the BLAS computes on one thread. */
  private static Tensor[] call(OperatorHandle op, IValueVector stack, int count) {
    return Blas.onOneThread(
        () -> {
          op.callBoxed(stack);
          Tensor[] out = new Tensor[count];
          for (int i = 0; i < count; i++) {
            try (IValue value = stack.get(i);
                Tensor result = value.toTensor()) {
              out[i] = new Tensor(result);
            }
          }
          return out;
        });
  }

  @Override
  public void close() {
    forward.close();
    backward.close();
    open.close();
    blockedOut.close();
  }
}
