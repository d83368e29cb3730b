package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.FunctionSchema;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.Type;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.spi.DeviceArray;

/**
 * Products of inference on x86-64. Linear layers as oneDNN computes them: weights packed for the
 * processor, bias and activation while the result is still in the cache. On one thread its product
 * takes 0.88 to 0.97 times OpenBLAS's time (1605 rows, 384 and 1536 channels, AVX-512), with GELU
 * 0.9 of both apart. On two it gains more: it computes with LibTorch's own threads, where those of
 * OpenBLAS, awake for a while behind each product, are in the way of what follows.
 *
 * <p>LibTorch has these operators for its compiler, without a binding of their own.
 */
final class FusedProducts implements AutoCloseable {
  /** With fewer rows oneDNN's preparations take what it gains. */
  private static final long ROWS = 512;

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

  /**
   * Whether attention without a mask, of arrays like these, is for LibTorch's flash kernels for the
   * CPU (FlashAttention-2, arXiv 2307.08691): blocks of queries and keys that stay in the cache,
   * the blocks of all heads divided between the threads. 1605 tokens, 6 heads of 64, AVX-512: 27 ms
   * on two threads and 52 on one, where a head at a time by linear layers is 42 and 61.
   */
  boolean attends(DeviceArray q, DeviceArray v) {
    return takes(q, v) && tensor(q).size(2) >= ROWS && tensor(q).size(3) == tensor(v).size(3);
  }

  @Override
  public void close() {
    if (operators != null) {
      operators.close();
    }
  }
}
