package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.FunctionSchema;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.spi.DeviceArray;

/**
 * Linear layers and attention of inference as oneDNN computes them on x86-64: weights packed for
 * the processor, bias and activation while the result is still in the cache. On one thread its
 * product takes 0.88 to 0.97 times OpenBLAS's time (1605 rows, 384 and 1536 channels, AVX-512),
 * with GELU 0.9 of both apart. On two it gains more: it computes with LibTorch's own threads, where
 * those of OpenBLAS, awake for a while behind each product, are in the way of what follows
 * (attention of 1605 tokens, 6 heads of 64: 30 ms beside 42 to 84).
 *
 * <p>LibTorch has these operators for its compiler, without a binding of their own.
 */
final class FusedProducts implements AutoCloseable {
  /** With fewer rows oneDNN's preparations take what it gains. */
  private static final long ROWS = 512;

  /** Attention weights that are made at once: 16 MB. */
  private static final long WEIGHTS = 1L << 22;

  private final Results results;
  private final Operators operators; // null where there are none

  FusedProducts(Results results, Device device) {
    this.results = results;
    operators = device.kind() == Device.Kind.CPU && isOnVectors() ? new Operators() : null;
  }

  /** As LibTorch names the kernels it chose; elsewhere neither has been measured. */
  private static boolean isOnVectors() {
    try (BytePointer capability = torch.get_cpu_capability()) {
      String name = capability.getString();
      return torch.hasMKLDNN() && (name.equals("AVX2") || name.equals("AVX512"));
    }
  }

  /** LibTorch's operators, and arguments that each call has. */
  private static final class Operators implements AutoCloseable {
    private static final int SCALARS = 4; // place among the arguments of the linear operator
    private final OperatorHandle linear =
        Dispatcher.singleton().findSchemaOrThrow("mkldnn::_linear_pointwise", "");
    private final OperatorHandle packing =
        Dispatcher.singleton().findSchemaOrThrow("mkldnn::_reorder_linear_weight", "");
    private final IValue noScalars = noScalars(linear);
    private final IValue none = new IValue("none");
    private final IValue gelu = new IValue("gelu");
    private final IValue exact = new IValue("none"); // no approximation of it
    private final IValue noAlgorithm = new IValue();

    /** An empty list of the type that the operator declares, which the binding cannot name. */
    private static IValue noScalars(OperatorHandle operator) {
      try (FunctionSchema schema = operator.schema();
          Argument argument = schema.arguments().position(SCALARS);
          Type.TypePtr list = argument.type();
          Type type = list.get();
          Type.TypePtr element = type.containedType(0);
          GenericList empty = new GenericList(element)) {
        return new IValue(empty);
      }
    }

    Tensor linear(Tensor x, Tensor w, Tensor b, Activation after) {
      try (Tensor dense = w.contiguous();
          Tensor packed = packed(dense, x.numel() / w.size(1))) {
        Tensor result = ofPacked(x, packed, b, after);
        if (after == Activation.RELU) {
          result.relu_(); // oneDNN's makes 0 of NaN
        }
        return result;
      }
    }

    /** x [N,in] times packed weights [out,in] transposed. */
    Tensor product(Tensor x, Tensor packed) {
      return ofPacked(x, packed, null, Activation.NONE);
    }

    private Tensor ofPacked(Tensor x, Tensor packed, Tensor b, Activation after) {
      try (IValue rows = new IValue(x);
          IValue matrix = new IValue(packed);
          IValue bias = b == null ? new IValue() : new IValue(b);
          IValueVector stack =
              new IValueVector(
                  rows,
                  matrix,
                  bias,
                  after == Activation.GELU ? gelu : none,
                  noScalars,
                  after == Activation.GELU ? exact : noAlgorithm)) {
        return called(linear, stack);
      }
    }

    /** In oneDNN's own order; in rows it would hand the product to the BLAS. */
    Tensor packed(Tensor w, long rows) {
      try (IValue matrix = new IValue(w);
          IValue count = new IValue(rows);
          IValueVector stack = new IValueVector(matrix, count)) {
        return called(packing, stack);
      }
    }

    private static Tensor called(OperatorHandle operator, IValueVector stack) {
      operator.callBoxed(stack);
      try (IValue top = stack.back();
          Tensor shared = top.toTensor()) {
        return new Tensor(shared);
      }
    }

    @Override
    public void close() {
      packing.close();
      linear.close();
      noScalars.close();
      none.close();
      gelu.close();
      exact.close();
      noAlgorithm.close();
    }
  }

  /** Whether these arrays are what this is written for. */
  boolean takes(DeviceArray x, DeviceArray w) {
    return operators != null
        && Natives.is(tensor(x), ScalarType.Float)
        && tensor(x).numel() > 0
        && tensor(w).numel() > 0;
  }

  /** See {@link org.maskwright.engine.spi.Backend#linearThen}. */
  DeviceArray linear(DeviceArray x, DeviceArray w, DeviceArray b, Activation after) {
    if (!takes(x, w) || tensor(x).numel() < ROWS * tensor(w).size(1)) {
      return null;
    }
    return results.of(
        "linear",
        () -> operators.linear(tensor(x), tensor(w), b == null ? null : tensor(b), after),
        x,
        w);
  }

  /** Whether {@link #attention} is for these arrays: many queries, which need many keys less. */
  boolean attends(DeviceArray q, DeviceArray k) {
    return takes(q, k) && tensor(q).size(2) >= ROWS;
  }

  /**
   * Attention without a mask: of each head a linear layer whose weights are its keys, and one whose
   * weights are its values.
   */
  DeviceArray attention(DeviceArray q, DeviceArray k, DeviceArray v, double scale) {
    return results.of(
        "attention",
        () -> {
          try (PointerScope scope = new PointerScope();
              Scalar factor = new Scalar(scale)) {
            Tensor out = attended(tensor(q).mul(factor), tensor(k), tensor(v));
            out.retainReference();
            scope.detach(out); // which lets go of the scope's own reference
            return out;
          }
        },
        q,
        k,
        v);
  }

  private Tensor attended(Tensor q, Tensor k, Tensor v) {
    Tensor out = torch.empty(q.size(0), q.size(1), q.size(2), v.size(3));
    for (long image = 0; image < q.size(0); image++) {
      for (long head = 0; head < q.size(1); head++) {
        attend(of(q, image, head), of(k, image, head), of(v, image, head), of(out, image, head));
      }
    }
    return out;
  }

  /** q [Lq,D], k [Lk,D], v [Lk,D'] into out [Lq,D']. */
  private void attend(Tensor q, Tensor k, Tensor v, Tensor out) {
    try (PointerScope scope = new PointerScope()) {
      long queries = q.size(0);
      long parts = Math.max(1, Math.min(queries / ROWS, queries * k.size(0) / WEIGHTS));
      long step = (queries + parts - 1) / parts;
      Tensor keys = operators.packed(k.contiguous(), step);
      Tensor values = operators.packed(v.t().contiguous(), step);
      for (long from = 0; from < queries; from += step) {
        long count = Math.min(step, queries - from);
        Tensor weights = operators.product(q.narrow(0, from, count).contiguous(), keys);
        torch.softmax_out(weights, weights, -1);
        out.narrow(0, from, count).copy_(operators.product(weights, values));
      }
    }
  }

  private static Tensor of(Tensor x, long image, long head) {
    return x.select(0, image).select(0, head);
  }

  @Override
  public void close() {
    if (operators != null) {
      operators.close();
    }
  }
}
