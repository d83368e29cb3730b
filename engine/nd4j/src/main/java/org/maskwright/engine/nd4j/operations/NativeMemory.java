package org.maskwright.engine.nd4j.operations;

import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.scalar.ScalarSet;
import org.nd4j.linalg.cpu.nativecpu.buffer.BaseCpuDataBuffer;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.nd4j.nativeblas.OpaqueDataBuffer;

/**
 * What ND4J would leave to the garbage collector, freed at once: {@link INDArray#close} frees the
 * elements of an array, but neither the native object that describes their buffer nor that of its
 * shape. On CUDA these stay the collector's.
 */
final class NativeMemory {
  private static final ThreadLocal<Boolean> PREPARED = ThreadLocal.withInitial(() -> false);

  private NativeMemory() {}

  /** Frees an array that owns its elements, and which nobody else has. */
  static void free(INDArray array) {
    if (array.isEmpty() || !array.closeable()) {
      return;
    }
    OpaqueDataBuffer elements = handle(array.data());
    OpaqueDataBuffer shape = handle(array.shapeInfoDataBuffer());
    array.close();
    delete(elements);
    delete(shape);
  }

  /** Frees what another view of an array has beside the elements, which stay the array's. */
  static void freeView(INDArray view, INDArray array) {
    if (view == array) {
      return;
    }
    if (view.data() != array.data()) {
      delete(handle(view.data()));
    }
    delete(handle(view.shapeInfoDataBuffer()));
  }

  private static OpaqueDataBuffer handle(DataBuffer data) {
    return data instanceof BaseCpuDataBuffer buffer ? buffer.getOpaqueDataBuffer() : null;
  }

  private static void delete(OpaqueDataBuffer handle) {
    if (handle != null) {
      NativeOpsHolder.getInstance().getDeviceNativeOps().deleteDataBuffer(handle);
      handle.setNull(); // ND4J deletes it once more when the collector finds it
    }
  }

  /** Sets all elements to a number. */
  static void fill(INDArray array, Number value) {
    ScalarSet operation = new ScalarSet(array, value);
    Nd4j.getExecutioner().exec(operation);
    free(operation.scalar());
  }

  /**
   * ND4J keeps pointers for each thread, made with its first operation: before a scope opens that
   * would free them.
   */
  static void prepareThread() {
    if (!PREPARED.get()) {
      PREPARED.set(true);
      INDArray one = Nd4j.scalar(1f);
      free(one.neg());
      free(one);
    }
  }
}
