package org.maskwright.engine.simd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.kernel.ScalarRows;

class VectorRowsTest {
  private static final float CLOSE = 1e-5f;

  private final RowKernels vectors = new VectorRows();
  private final RowKernels scalar = new ScalarRows();
  private final Random random = new Random(7);

  private float[] random(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = random.nextFloat() * 2 - 1;
    }
    return x;
  }

  @Test
  void aJvmWithTheVectorModuleUsesThem() {
    assertInstanceOf(VectorRows.class, RowKernels.get());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 8, 15, 16, 17, 32, 40, 67})
  void everyWidthGivesWhatTheScalarKernelsGive(int width) {
    for (int count : new int[] {0, 4, 8, 12, 48}) {
      float[] v = random(5 * width);
      float[] g = random(width);
      float[] w = random(count);
      int[] at = random.ints(count, 0, 5).map(row -> row * width).toArray();
      float[] sum = random(width);
      float[] expectedSum = sum.clone();
      vectors.addRows(sum, v, at, w, count);
      scalar.addRows(expectedSum, v, at, w, count);
      assertArrayEquals(expectedSum, sum, CLOSE);

      float[] gv = random(5 * width);
      float[] expectedGv = gv.clone();
      float[] dots = new float[8 * count];
      float[] expectedDots = new float[8 * count];
      vectors.addRowsBackward(g, v, gv, at, w, count, dots);
      scalar.addRowsBackward(g, v, expectedGv, at, w, count, expectedDots);
      assertArrayEquals(expectedGv, gv, CLOSE);
      for (int k = 0; k < count; k++) {
        assertEquals(expectedDots[k], dots[k], CLOSE * width);
      }
    }
  }

  /** A row's total is the same number wherever the row stands among the others. */
  @Test
  void dotsDoNotDependOnTheRowsBeside() {
    float[] v = random(5 * 32);
    float[] g = random(32);
    int[] at = random.ints(12, 0, 5).map(row -> row * 32).toArray();
    float[] dots = new float[8 * 12];
    vectors.addRowsBackward(g, v, new float[v.length], at, random(12), 12, dots);
    for (int k = 0; k < 12; k++) {
      int[] same = {at[k], at[k], at[k], at[k]};
      float[] own = new float[8 * 4];
      vectors.addRowsBackward(g, v, new float[v.length], same, random(4), 4, own);
      assertEquals(own[0], dots[k]);
    }
  }

  @Test
  void rowsThatAreTheSameAddUp() {
    float[] g = random(32);
    float[] gv = new float[32];
    float[] w = {1, 2, 3, 4};
    vectors.addRowsBackward(g, random(32), gv, new int[4], w, 4, new float[8 * 4]);
    for (int d = 0; d < 32; d++) {
      assertEquals(10 * g[d], gv[d], CLOSE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 15, 16, 31, 32, 33, 256, 1001})
  void sumsAndDotsOfEveryLengthEqualDoubleLoops(int n) {
    float[] x = random(n + 3);
    float[] y = random(n + 3);
    double sum = 0;
    double dot = 0;
    for (int i = 0; i < n; i++) {
      sum += x[3 + i];
      dot += (double) x[i] * y[i];
    }
    for (RowKernels kernels : new RowKernels[] {vectors, scalar}) {
      assertEquals(sum, kernels.sum(x, 3, n), 1e-4);
      assertEquals(dot, kernels.dot(x, y, n), 1e-4);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 7, 8, 64, 515})
  void logisticOfEveryLengthEqualsTheDoubleFormula(int n) {
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (random.nextGaussian() * 20);
    }
    for (RowKernels kernels : new RowKernels[] {vectors, scalar}) {
      float[] sigmoid = new float[n];
      float[] softplus = new float[n];
      kernels.logistic(x, sigmoid, softplus, n);
      for (int i = 0; i < n; i++) {
        double e = Math.exp(-Math.abs(x[i]));
        assertEquals((x[i] < 0 ? e : 1) / (1 + e), sigmoid[i], 3e-7);
        assertEquals(Math.max(x[i], 0) + Math.log1p(e), softplus[i], 3e-7 * (1 + Math.abs(x[i])));
      }
    }
  }

  @Test
  void logisticPassesOnWhatIsNoNumber() {
    float inf = Float.POSITIVE_INFINITY;
    float[] x = {Float.NaN, inf, -inf, 0, -200, 200, 1, -1, Float.NaN, inf, -inf};
    for (RowKernels kernels : new RowKernels[] {vectors, scalar}) {
      float[] sigmoid = new float[x.length];
      float[] softplus = new float[x.length];
      kernels.logistic(x, sigmoid, softplus, x.length);
      for (int at : new int[] {0, 8}) {
        assertTrue(Float.isNaN(sigmoid[at]) && Float.isNaN(softplus[at]));
        assertEquals(1, sigmoid[at + 1]);
        assertEquals(inf, softplus[at + 1]);
        assertEquals(0, sigmoid[at + 2], 1e-30);
        assertEquals(0, softplus[at + 2], 1e-30);
      }
      assertEquals(200, softplus[5]);
    }
  }
}
