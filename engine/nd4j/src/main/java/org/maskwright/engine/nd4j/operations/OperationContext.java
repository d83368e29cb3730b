package org.maskwright.engine.nd4j.operations;

import org.bytedeco.javacpp.BooleanPointer;
import org.bytedeco.javacpp.LongPointer;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.nativeblas.NativeOps;
import org.nd4j.nativeblas.NativeOpsHolder;
import org.nd4j.nativeblas.OpaqueContext;

/**
 * The native side of a running operation: its arrays and settings. ND4J makes one for each
 * operation, some kilobytes that wait for the garbage collector; this one serves one operation
 * after another and is freed when it is closed.
 */
final class OperationContext implements AutoCloseable {
  /** More settings than any operation has. */
  private static final int MOST_SETTINGS = 32;

  private final NativeOps library = NativeOpsHolder.getInstance().getDeviceNativeOps();
  private final OpContext context = Nd4j.getExecutioner().buildContext();
  private final OpaqueContext handle = (OpaqueContext) context.contextPointer();
  private final LongPointer numbers = new LongPointer(MOST_SETTINGS).retainReference();
  private final BooleanPointer flags = new BooleanPointer(MOST_SETTINGS).retainReference();

  OperationContext() {
    context.shapeFunctionOverride(true); // outputs come in the shapes that it gives
  }

  /** New arrays for the results of an operation, not filled. */
  static INDArray[] outputs(DynamicCustomOp op) {
    return Nd4j.getExecutioner().calculateOutputShape(op).stream()
        .map(shape -> Nd4j.create(shape, false))
        .toArray(INDArray[]::new);
  }

  void run(DynamicCustomOp op, INDArray... outputs) {
    try {
      context.setInputArrays(op.inputArguments());
      context.setOutputArrays(outputs);
      op.addOutputArgument(outputs); // which CUDA's executioner marks as written
      set(op.iArgs(), op.bArgs());
      Nd4j.getExecutioner().exec(op, context);
    } finally {
      context.purge();
    }
  }

  /** Not by the methods of {@link OpContext}, which keep the last settings where there are none. */
  private void set(long[] settings, boolean[] switches) {
    numbers.put(settings, 0, settings.length);
    library.setGraphContextIArguments(handle, numbers, settings.length);
    for (int i = 0; i < switches.length; i++) {
      flags.put(i, switches[i]);
    }
    library.setGraphContextBArguments(handle, flags, switches.length);
  }

  @Override
  public void close() {
    library.deleteGraphContext(handle);
    handle.setNull(); // ND4J deletes it once more when the collector finds it
    numbers.releaseReference();
    flags.releaseReference();
  }
}
