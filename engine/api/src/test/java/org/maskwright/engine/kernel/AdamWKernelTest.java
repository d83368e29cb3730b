package org.maskwright.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.AdamWStep;

class AdamWKernelTest {
  private static final AdamWStep STEP = new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.05, 3, 0.5);

  private static float[] wave(int from, int n, double scale) {
    float[] out = new float[n];
    for (int i = 0; i < n; i++) {
      out[i] = (float) (Math.sin(1.7 * (from + i)) * scale);
    }
    return out;
  }

  /** Parameter and moments after a step over the numbers from..from+n of a long vector. */
  private static float[][] step(int from, int n) {
    float[] p = wave(from, n, 2);
    float[] m = wave(from + 1, n, 0.1);
    float[] v = squares(wave(from + 2, n, 0.1));
    AdamWKernel.step(List.of(memory(p, wave(from + 3, n, 1), m, v)), STEP);
    return new float[][] {p, m, v};
  }

  private static AdamWKernel.Memory memory(float[] p, float[] grad, float[] m, float[] v) {
    return new AdamWKernel.Memory(
        FloatBuffer.wrap(p), FloatBuffer.wrap(grad), FloatBuffer.wrap(m), FloatBuffer.wrap(v));
  }

  @Test
  void manyParametersAtOnceAreEachUpdatedOnce() {
    int[] sizes = {3, 0, 1024, 70_000, 1, 1025, 0, 2048, 5000};
    List<AdamWKernel.Memory> all = new ArrayList<>();
    for (int size : sizes) {
      all.add(
          memory(
              wave(0, size, 2), wave(3, size, 1), wave(1, size, 0.1), squares(wave(2, size, 0.1))));
    }
    AdamWKernel.step(all, STEP);
    for (int k = 0; k < sizes.length; k++) {
      float[][] expected = step(0, sizes[k]);
      assertArrayEquals(expected[0], all.get(k).p().array());
      assertArrayEquals(expected[1], all.get(k).m().array());
      assertArrayEquals(expected[2], all.get(k).v().array());
    }
    AdamWKernel.step(List.of(), STEP);
  }

  private static float[] squares(float[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= x[i];
    }
    return x;
  }

  @Test
  void aLongVectorOnSeveralThreadsEqualsItsPartsOnOne() {
    int n = 200_001;
    float[][] whole = step(0, n);
    for (int from = 0; from < n; from += 50_000) {
      int size = Math.min(50_000, n - from);
      float[][] part = step(from, size);
      for (int k = 0; k < 3; k++) {
        float[] expected = new float[size];
        System.arraycopy(whole[k], from, expected, 0, size);
        assertArrayEquals(expected, part[k]);
      }
    }
  }

  @Test
  void anInterruptedStepIsCompleteWhenItReturns() {
    float[][] expected = step(0, 200_001);
    Thread.currentThread().interrupt();
    float[][] got = step(0, 200_001);
    assertTrue(Thread.interrupted(), "the interruption is left to the caller");
    for (int k = 0; k < 3; k++) {
      assertArrayEquals(expected[k], got[k]);
    }
  }
}
