package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import java.util.function.Supplier;
import org.bytedeco.pytorch.T_TensorTensorTensor_T;
import org.bytedeco.pytorch.T_TensorTensor_T;
import org.bytedeco.pytorch.Tensor;
import org.maskwright.engine.array.DeviceMemoryException;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;

/** Runs native calls: results become counted arrays, native errors {@link EngineException}s. */
final class Results {
  /** A native call with one result, which the caller owns. */
  @FunctionalInterface
  interface Call {
    Tensor run();
  }

  /** A native call with several results, which the caller owns. */
  @FunctionalInterface
  interface TupleCall {
    Tensor[] run();
  }

  private final MemoryAccount account = new MemoryAccount();

  MemoryAccount account() {
    return account;
  }

  /** A result with memory of its own. */
  TorchArray of(String op, Call call, DeviceArray... arguments) {
    return of(() -> op, call, arguments);
  }

  /**
   * As {@link #of(String, Call, DeviceArray...)}; the operation is put into words where it fails.
   */
  TorchArray of(Supplier<String> op, Call call, DeviceArray... arguments) {
    try {
      return own(call.run());
    } catch (RuntimeException e) {
      throw failure(op.get(), e, arguments);
    }
  }

  /** A result that may share the memory of {@code base}. */
  TorchArray view(String op, Call call, DeviceArray base) {
    return view(() -> op, call, base);
  }

  /**
   * As {@link #view(String, Call, DeviceArray)}; the operation is put into words where it fails.
   */
  TorchArray view(Supplier<String> op, Call call, DeviceArray base) {
    try {
      Tensor result = call.run();
      return result.is_alias_of(tensor(base))
          ? ((TorchArray) base).view(account, result)
          : own(result);
    } catch (RuntimeException e) {
      throw failure(op.get(), e, base);
    }
  }

  /** Several results with memory of their own; null stays null. */
  DeviceArray[] several(String op, TupleCall call, DeviceArray... arguments) {
    try {
      Tensor[] tensors = call.run();
      DeviceArray[] arrays = new DeviceArray[tensors.length];
      for (int i = 0; i < arrays.length; i++) {
        arrays[i] = tensors[i] == null ? null : own(tensors[i]);
      }
      return arrays;
    } catch (RuntimeException e) {
      throw failure(op, e, arguments);
    }
  }

  /** A call that changes its argument in place. */
  void run(String op, Runnable call, DeviceArray... arguments) {
    try {
      call.run();
    } catch (RuntimeException e) {
      throw failure(op, e, arguments);
    }
  }

  private TorchArray own(Tensor tensor) {
    return new TorchArray(account, tensor, tensor.nbytes());
  }

  /** The parts of a native pair; closes the pair. */
  static Tensor[] unpack(T_TensorTensor_T pair) {
    try (pair) {
      return new Tensor[] {defined(pair.get0()), defined(pair.get1())};
    }
  }

  /** The parts of a native triple, null where undefined; closes the triple. */
  static Tensor[] unpack(T_TensorTensorTensor_T triple) {
    try (triple) {
      return new Tensor[] {defined(triple.get0()), defined(triple.get1()), defined(triple.get2())};
    }
  }

  /** A reference of our own to a tensor inside a tuple, or null if it is undefined. */
  private static Tensor defined(Tensor part) {
    return part.defined() ? new Tensor(part) : null;
  }

  /** Closes those that are there. */
  static void close(Tensor[] parts) {
    for (Tensor part : parts) {
      if (part != null) {
        part.close();
      }
    }
  }

  static EngineException failure(String op, RuntimeException cause, DeviceArray... arguments) {
    if (cause instanceof EngineException known) {
      return known;
    }
    StringBuilder message = new StringBuilder("torch: ").append(op).append('(');
    for (int i = 0; i < arguments.length; i++) {
      message.append(i == 0 ? "" : ", ").append(arguments[i]);
    }
    // The first line says what is wrong; after it comes a native stack trace.
    String text = String.valueOf(cause.getMessage());
    int end = text.indexOf("\nException raised from");
    text = (end < 0 ? text : text.substring(0, end)).strip();
    message.append(") failed: ");
    return OutOfMemory.isToldBy(text)
        ? new DeviceMemoryException(message + OutOfMemory.inWords(text), cause)
        : new EngineException(message + text, cause);
  }
}
