package org.maskwright.engine.tensor;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.KernelArgument;

/**
 * The launch of a {@link DeviceKernel} by a {@link CustomOp}; arguments are given in the kernel's
 * order. Work is handed to the device in the order of the engine's other operations.
 */
public final class KernelCall {
  private final OpCall call;
  private final Engine engine;
  private final DeviceKernel kernel;
  private final List<KernelArgument> arguments = new ArrayList<>();

  KernelCall(OpCall call, DeviceKernel kernel) {
    this.call = call;
    this.engine = call.engine();
    this.kernel = kernel;
  }

  /**
   * A pointer to the elements of a float32 tensor in row-major order, of a dense copy where it is a
   * view, to be read.
   *
   * @throws IllegalArgumentException for another dtype
   */
  public KernelCall read(Tensor tensor) {
    requireFloat("read", tensor);
    DeviceArray dense = engine.backend().contiguous(tensor.array());
    arguments.add(KernelArgument.of(engine.result(dense, tensor.dtype(), tensor.shape()).array()));
    return this;
  }

  /**
   * As {@link #read}, to be written.
   *
   * @param fresh a tensor made in this call, which nothing else shares
   * @throws IllegalArgumentException for another tensor or dtype
   */
  public KernelCall write(Tensor fresh) {
    requireFloat("write", fresh);
    call.requireFresh(fresh);
    arguments.add(KernelArgument.of(fresh.array()));
    return this;
  }

  private void requireFloat(String what, Tensor tensor) {
    if (tensor.dtype() != DType.FLOAT32) {
      throw new IllegalArgumentException(
          kernel + ": " + what + "(" + tensor + ") expected float32; cast first");
    }
  }

  /** An int, or a struct of several by value. */
  public KernelCall ints(int... values) {
    arguments.add(KernelArgument.of(values));
    return this;
  }

  /**
   * Launches it in blocks of {@link DeviceKernel#BLOCK} threads in one dimension.
   *
   * @param threads at least as many; the kernel leaves the rest of the last block idle
   * @throws org.maskwright.engine.array.EngineException if it does not compile, with the compiler's
   *     messages, or is not launched
   */
  public void launch(long threads) {
    engine.backend().launch(kernel, threads, arguments);
  }
}
