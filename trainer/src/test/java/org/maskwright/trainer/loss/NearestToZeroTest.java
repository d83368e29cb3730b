package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NearestToZeroTest {
  @Test
  void selectsTheSameMagnitudesAsASort() {
    Random random = new Random(1);
    for (int trial = 0; trial < 200; trial++) {
      int n = 1 + random.nextInt(400);
      int k = random.nextInt(n + 1);
      float[] values = new float[n + 3];
      for (int i = 0; i < values.length; i++) {
        values[i] = trial % 2 == 0 ? (float) random.nextGaussian() : random.nextInt(5) - 2;
      }
      int[] got = NearestToZero.select(values, 3, n, k);
      float[] magnitudes = new float[k];
      for (int i = 0; i < k; i++) {
        magnitudes[i] = Math.abs(values[3 + got[i]]);
      }
      Arrays.sort(magnitudes);
      float[] sorted = new float[n];
      for (int i = 0; i < n; i++) {
        sorted[i] = Math.abs(values[3 + i]);
      }
      Arrays.sort(sorted);
      assertArrayEquals(Arrays.copyOf(sorted, k), magnitudes);
      assertEquals(k, Arrays.stream(got).distinct().count());
    }
  }

  @Test
  void ofEqualValuesTheFirstAreTaken() {
    assertArrayEquals(
        new int[] {0, 1, 3}, NearestToZero.select(new float[] {1, -1, 2, 0, 1}, 0, 5, 3));
  }
}
