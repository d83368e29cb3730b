package org.maskwright.engine.nd4j.operations;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.memory.conf.WorkspaceConfiguration;
import org.nd4j.linalg.api.memory.enums.AllocationPolicy;
import org.nd4j.linalg.api.memory.enums.LearningPolicy;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.cpu.nativecpu.buffer.BaseCpuDataBuffer;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Memory outside the heap has an owner that frees it, where ND4J leaves it to the collector. */
class NativeMemoryTest {
  private static Pointer handle(INDArray array) {
    return ((BaseCpuDataBuffer) array.data()).getOpaqueDataBuffer();
  }

  @Test
  void nd4jClosesAnArrayAndKeepsItsHandle() {
    INDArray array = Nd4j.createFromArray(1f, 2f, 3f);
    Pointer handle = handle(array);
    array.close();
    assertFalse(handle.isNull());
  }

  @Test
  void aFreedArrayKeepsNothing() {
    INDArray array = Nd4j.createFromArray(1f, 2f, 3f);
    Pointer handle = handle(array);
    NativeMemory.free(array);
    NativeMemory.free(array);
    assertTrue(handle.isNull());
    assertTrue(array.wasClosed());
  }

  @Test
  void aFreedViewLeavesItsArrayAsItWas() {
    INDArray array = Nd4j.createFromArray(1f, 2f, 3f);
    INDArray tail = array.get(NDArrayIndex.interval(1, 3));
    Pointer handle = handle(tail);
    NativeMemory.freeView(tail, array);
    assertTrue(handle.isNull());
    assertArrayEquals(new float[] {1, 2, 3}, array.data().asFloat());
    NativeMemory.freeView(array.reshape(3, 1), array); // the same buffer
    assertFalse(handle(array).isNull());
    NativeMemory.free(array);
  }

  @Test
  void nd4jClosesAContextAndKeepsIt() throws Exception {
    OpContext context = Nd4j.getExecutioner().buildContext();
    context.close();
    assertFalse(context.contextPointer().isNull());
  }

  @Test
  void settingsOfOneOperationAreNotThoseOfTheNext() {
    try (Operations operations = new Operations();
        Work work = operations.work()) {
      INDArray x = work.own(Nd4j.createFromArray(0f, 0f, 0f, 0f).reshape(2, 2));
      INDArray wide = work.own(Nd4j.createFromArray(0f, 5f, 0f, 5f).reshape(2, 2));
      assertEquals(0.5f, work.run("softmax", new long[] {0}, wide).getFloat(0, 1));
      assertEquals(0.993f, work.run("softmax", wide).getFloat(0, 1), 1e-3f); // along the last axis
      assertEquals(2, work.reduced("reduce_sum", x, 0).rank());
      assertEquals(1, work.run("reduce_sum", new long[] {0}, x).rank()); // no axis is kept
    }
  }

  private static Engine open() {
    return Engine.open(
        EngineOptions.DEFAULT.withBackend(OperationsProvider.NAME).withThreads(1).withSeed(1));
  }

  @Test
  void aWorkspaceOfTheCallerTakesNoArrayBack() {
    try (Engine engine = open();
        Scope scope = engine.scope()) {
      Tensor sum;
      INDArray out;
      try (MemoryWorkspace mine = workspace()) {
        INDArray ones = Nd4j.createFromArray(1f, 1f, 1f);
        sum = engine.floats(new float[] {1, 2, 3}, 3).add(engine.tensor(ones)).add(engine.ones(3));
        out = sum.toHost();
        assertTrue(ones.isAttached());
        assertFalse(out.isAttached());
      }
      try (MemoryWorkspace again = workspace()) {
        Nd4j.valueArrayOf(new long[] {10_000}, 9f);
      }
      assertArrayEquals(new float[] {3, 4, 5}, sum.toFloats());
      assertArrayEquals(new float[] {3, 4, 5}, out.toFloatVector());
    }
  }

  private static MemoryWorkspace workspace() {
    WorkspaceConfiguration small =
        WorkspaceConfiguration.builder()
            .initialSize(1 << 20)
            .policyAllocation(AllocationPolicy.STRICT)
            .policyLearning(LearningPolicy.NONE)
            .build();
    return Nd4j.getWorkspaceManager().getAndActivateWorkspace(small, "of the caller");
  }
}
