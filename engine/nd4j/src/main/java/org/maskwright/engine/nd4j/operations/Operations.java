package org.maskwright.engine.nd4j.operations;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.MemoryAccount;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;

/**
 * What all primitives of an engine share: the account of its arrays and the contexts in which
 * ND4J's operations run, one for each thread that runs one at the same time.
 */
final class Operations implements AutoCloseable {
  private final MemoryAccount account = new MemoryAccount();
  private final Queue<OperationContext> idle = new ConcurrentLinkedQueue<>();

  MemoryAccount account() {
    return account;
  }

  /** Begins a primitive. */
  Work work() {
    return new Work(this);
  }

  /** An array of no elements. */
  OpArray empty(DType dtype, long... shape) {
    return OpArray.empty(account, dtype, shape);
  }

  /** Takes over an array in row-major order, whatever its shape, of as many elements. */
  OpArray owning(INDArray array, DType dtype, long... shape) {
    return OpArray.owning(account, array, dtype, shape);
  }

  /** Fills the outputs of an operation. */
  void run(DynamicCustomOp op, INDArray... outputs) {
    OperationContext taken = idle.poll();
    OperationContext context = taken == null ? new OperationContext() : taken;
    try {
      context.run(op, outputs);
    } finally {
      idle.add(context);
    }
  }

  /** Frees the contexts; arrays are their holders' to release. */
  @Override
  public void close() {
    for (OperationContext each = idle.poll(); each != null; each = idle.poll()) {
      each.close();
    }
  }
}
