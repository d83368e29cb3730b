package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LinearTapsTest {
  private static final float UNTOUCHED = -99;

  private static float[] applied(LinearTaps taps, float[] row) {
    float[] in = new float[row.length + 2]; // from index 2 on, as in a plane
    System.arraycopy(row, 0, in, 2, row.length);
    float[] out = new float[taps.size() + 5];
    Arrays.fill(out, UNTOUCHED);
    taps.apply(in, 2, out, 3);
    assertEquals(UNTOUCHED, out[2]);
    assertEquals(UNTOUCHED, out[out.length - 2]);
    return Arrays.copyOfRange(out, 3, 3 + taps.size());
  }

  private static float[] row(Random random, int length) {
    float[] row = new float[length];
    for (int i = 0; i < length; i++) {
      row[i] = (float) random.nextGaussian();
    }
    return row;
  }

  private static double between(float[] row, double at) {
    int first = Math.min((int) at, row.length - 1);
    int second = Math.min(first + 1, row.length - 1);
    return row[first] + (at - first) * (row[second] - row[first]);
  }

  @Test
  void aResizedRowIsInterpolatedBetweenPixelCentres() {
    Random random = new Random(1);
    for (int in = 1; in <= 12; in++) {
      for (int out = 1; out <= 12; out++) {
        float[] row = row(random, in);
        float[] got = applied(LinearTaps.bilinear(in, out), row);
        for (int i = 0; i < out; i++) {
          double at = Math.max(0, (i + 0.5) * in / out - 0.5);
          assertEquals(between(row, at), got[i], 1e-5, in + " to " + out + " at " + i);
        }
      }
    }
  }

  @Test
  void twoResizesInOneAreTheOneAfterTheOtherAndReadNothingBesideTheRow() {
    Random random = new Random(2);
    for (int round = 0; round < 1000; round++) {
      int in = 1 + random.nextInt(9);
      int between = 1 + random.nextInt(40);
      int cut = 1 + random.nextInt(between);
      int out = 1 + random.nextInt(50);
      LinearTaps first = LinearTaps.bilinear(in, between);
      LinearTaps second = LinearTaps.bilinear(cut, out);
      LinearTaps both = first.then(second, in);
      float[] row = row(random, in);
      String where = in + " to " + between + ", " + cut + " of them to " + out;
      assertArrayEquals(
          applied(second, Arrays.copyOf(applied(first, row), cut)),
          applied(both, row),
          1e-5f,
          where);
      assertEquals(out, both.size());
      for (int i = 0; i < out; i++) {
        assertTrue(both.start(i) >= 0 && both.start(i) + both.count() <= in, where);
        double sum = 0;
        for (int t = 0; t < both.count(); t++) {
          sum += both.weight(i, t);
        }
        assertEquals(1, sum, 1e-6, where);
      }
    }
  }

  @Test
  void aResizeReadsNoMoreValuesThanItNeeds() {
    assertEquals(1, LinearTaps.bilinear(6, 6).count());
    assertEquals(2, LinearTaps.bilinear(6, 24).count());
    assertEquals(1, LinearTaps.bilinear(6, 6).then(LinearTaps.bilinear(6, 6), 6).count());
    assertEquals(2, LinearTaps.bilinear(6, 24).then(LinearTaps.bilinear(24, 24), 6).count());
  }
}
