package org.maskwright.engine.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.runtime.Parallel;

class DotKernelTest {
  private static final int[] SIZES = {5, 0, 1024, 90_001, 1, 1025, 0, 40_000};

  private static List<FloatBuffer> pieces(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<FloatBuffer> out = new ArrayList<>();
    for (int size : SIZES) {
      float[] values = new float[size];
      for (int i = 0; i < size; i++) {
        values[i] = (float) (random.nextDouble(-1, 1) * Math.pow(10, random.nextInt(-4, 4)));
      }
      out.add(FloatBuffer.wrap(values));
    }
    return out;
  }

  /** In double the sum of some 130,000 products is right to about 13 digits. */
  @Test
  void isTheSumOfAllProducts() {
    List<FloatBuffer> a = pieces(1);
    List<FloatBuffer> b = pieces(2);
    double products = 0;
    double squares = 0;
    double size = 0;
    for (int k = 0; k < SIZES.length; k++) {
      for (int i = 0; i < SIZES[k]; i++) {
        double product = (double) a.get(k).get(i) * b.get(k).get(i);
        products += product;
        size += Math.abs(product);
        squares += (double) a.get(k).get(i) * a.get(k).get(i);
      }
    }
    assertEquals(products, DotKernel.of(a, b), 1e-12 * size);
    assertEquals(squares, DotKernel.of(a, a), 1e-12 * squares);
    assertEquals(0, DotKernel.of(List.of(), List.of()));
  }

  @Test
  void hasTheSameBitsWithAnyNumberOfThreads() {
    List<FloatBuffer> a = pieces(3);
    List<FloatBuffer> b = pieces(4);
    double expected = DotKernel.of(a, b);
    for (int threads : new int[] {1, 2, 3, 7}) {
      try (Parallel.Lease lease = Parallel.lease(threads)) {
        assertEquals(expected, DotKernel.of(a, b), 0);
      }
    }
  }

  @Test
  void whatFloatsCannotSquareIsStillANumber() {
    FloatBuffer large = FloatBuffer.wrap(new float[] {3e30f, 4e30f});
    double norm = Math.sqrt(DotKernel.of(List.of(large), List.of(large)));
    assertEquals(5e30, norm, 1e24);
  }

  @Test
  void whatIsNotFiniteShows() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      List<FloatBuffer> a = pieces(5);
      a.get(3).put(70_000, bad);
      assertTrue(!Double.isFinite(DotKernel.of(a, a)));
    }
  }
}
