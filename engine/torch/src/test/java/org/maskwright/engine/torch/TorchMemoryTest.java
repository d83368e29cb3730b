package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.conformance.ResidentMemory;
import org.maskwright.engine.spi.AdamWArrays;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.UnaryOp;
import org.nd4j.linalg.factory.Nd4j;

class TorchMemoryTest {
  /** Until the just-in-time compiler has seen everything; its code counts as resident too. */
  private static final int WARM_UP = 500;

  private static final int READINGS = 10;
  private static final int STEPS = 100;

  /** Between two readings: 8 KiB a step. */
  private static final long LEAK_KIB = 8 * STEPS;

  @Test
  void aThousandStepsOfEveryPrimitiveLeakNothing() throws IOException {
    Assumptions.assumeTrue(ResidentMemory.isKnown(), "resident memory is read from /proc: Linux");
    try (Backend backend = new TorchBackendProvider().create("cpu", 1)) {
      int taken = 0;
      while (taken < WARM_UP) {
        step(backend, ++taken);
      }
      long arrays = backend.memory().liveArrays();
      long[] resident = new long[READINGS];
      for (int r = 0; r < READINGS; r++) {
        System.gc(); // the Java heap's own growth is not what is measured
        resident[r] = ResidentMemory.kib();
        for (int i = 0; i < STEPS; i++) {
          step(backend, ++taken);
        }
      }
      assertEquals(arrays, backend.memory().liveArrays());
      assertEquals(0, backend.memory().liveBytes());
      assertTrue(
          ResidentMemory.medianGrowth(resident) < LEAK_KIB,
          "KiB after each " + STEPS + " steps: " + Arrays.toString(resident));
    }
  }

  /** One of everything that makes native objects beside its result. */
  private static void step(Backend backend, int count) {
    List<DeviceArray> made = new ArrayList<>();
    DeviceArray x = keep(made, backend.full(new long[] {2, 4, 16, 16}, DType.FLOAT32, count));
    DeviceArray w = keep(made, backend.full(new long[] {4, 4, 3, 3}, DType.FLOAT32, 0.1));
    DeviceArray b = keep(made, backend.full(new long[] {4}, DType.FLOAT32, 0.2));
    Conv2dSpec spec = Conv2dSpec.of(1, 1);
    DeviceArray y = keep(made, backend.conv2d(x, w, b, spec));
    keep(made, backend.conv2dBackward(y, x, w, spec, true, true, true));
    DeviceArray[] pooled = keep(made, backend.maxPool2d(y, Pool2dSpec.of(2, 2, 0)));
    keep(made, backend.maxPool2dBackward(pooled[0], y, pooled[1], Pool2dSpec.of(2, 2, 0)));
    keep(made, backend.avgPool2d(y, Pool2dSpec.of(2, 2, 0)));
    DeviceArray[] group = keep(made, backend.groupNorm(y, 2, b, b, 1e-5));
    keep(made, backend.groupNormBackward(y, y, 2, group[1], group[2], b, true, true));
    DeviceArray[] batch = keep(made, backend.batchNorm(y, b, b, 1e-5));
    keep(made, backend.batchNormBackward(y, y, batch[1], batch[2], b, true, false));
    keep(made, backend.resize(y, 8, 24, ResizeMode.BILINEAR));
    DeviceArray rows = keep(made, backend.reshape(y, new long[] {-1, 4}));
    DeviceArray weight = keep(made, backend.full(new long[] {3, 4}, DType.FLOAT32, 0.5));
    DeviceArray z = keep(made, backend.linear(rows, weight, null));
    keep(made, backend.linearBackward(z, rows, weight, true, true, true));
    DeviceArray deep = keep(made, backend.reshape(rows, new long[] {2, -1, 4}));
    DeviceArray mapped = keep(made, backend.linear(deep, weight, null));
    keep(made, backend.linearBackward(mapped, deep, weight, true, true, false));
    DeviceArray soft = keep(made, backend.softmax(z, 1));
    keep(made, backend.softmaxBackward(z, soft, 1));
    DeviceArray logs = keep(made, backend.logSoftmax(z, 1));
    keep(made, backend.logSoftmaxBackward(z, logs, 1));
    DeviceArray wide = keep(made, backend.full(new long[] {5, 40}, DType.FLOAT32, 0.5));
    keep(made, backend.softmaxBackward(wide, wide, 1)); // longer than the kernel's rows
    DeviceArray positive = keep(made, backend.binaryScalar(BinaryOp.GT, z, 0));
    keep(made, backend.where(positive, z, z));
    DeviceArray first = keep(made, backend.fromLongs(new long[] {0, 0}, new long[] {2, 1}));
    keep(made, backend.scatterAdd(z, 1, first, keep(made, backend.gather(z, 1, first))));
    DeviceArray index = keep(made, backend.fromLongs(new long[] {0, 1}, new long[] {2}));
    DeviceArray picked = keep(made, backend.indexSelect(z, 0, index));
    keep(made, backend.indexAdd(z, 0, index, picked));
    DeviceArray grid = keep(made, backend.full(new long[] {2, 3, 3, 2}, DType.FLOAT32, 0.1));
    DeviceArray sampled = keep(made, backend.gridSample(y, grid));
    keep(made, backend.gridSampleBackward(sampled, y, grid, true, false));
    keep(made, backend.matmul(z, weight, false, false));
    DeviceArray[] layer = keep(made, backend.layerNorm(rows, b, b, 1e-5));
    keep(made, backend.layerNormBackward(rows, rows, layer[1], layer[2], b, true, true));
    keep(made, backend.reduce(ReduceOp.SUM, y, new int[] {0, 2, 3}, true));
    keep(made, backend.argMax(z, 1));
    keep(made, backend.topK(z, 2));
    keep(made, backend.binaryScalar(BinaryOp.MUL, y, 0.5));
    keep(made, backend.clamp(y, -1, Double.POSITIVE_INFINITY));
    keep(made, backend.unary(UnaryOp.GELU, y));
    keep(made, backend.slice(y, 1, 0, 4, 2));
    keep(made, backend.concat(new DeviceArray[] {y, y}, 1));
    keep(made, backend.pad(y, new long[4], new long[] {0, 0, 1, 1}, 0));
    keep(made, backend.attention(x, x, x, null, 0.5, false));
    DeviceArray blocked = keep(made, backend.binaryScalar(BinaryOp.LT, x, 0));
    DeviceArray[] attended = keep(made, backend.attention(x, x, x, blocked, 0.5, true));
    keep(
        made,
        backend.attentionBackward(attended[0], x, x, x, blocked, attended[0], attended[1], 0.5));
    keep(made, backend.fromHost(Nd4j.ones(4, 4)));
    keep(made, backend.fromHost(Nd4j.ones(4, 5).transpose()));
    backend.toHost(z);
    backend.toFloats(z);
    backend.addInto(x, x);
    backend.axpbyInto(x, 0.5, y, 0.25);
    DeviceArray part = keep(made, backend.slice(y, 1, 0, 4, 2));
    backend.sliceInto(x, 1, 0, 4, 2, part);
    backend.addSliceInto(x, 1, 0, 4, 2, part);
    backend.adamW(
        List.of(new AdamWArrays(x, y, x, x)), new AdamWStep(1e-3, 0.9, 0.999, 1e-8, 0, count, 1));
    made.forEach(DeviceArray::release);
  }

  private static DeviceArray keep(List<DeviceArray> made, DeviceArray array) {
    made.add(array);
    return array;
  }

  private static DeviceArray[] keep(List<DeviceArray> made, DeviceArray[] arrays) {
    for (DeviceArray array : arrays) {
      if (array != null) {
        made.add(array);
      }
    }
    return arrays;
  }
}
