package org.maskwright.engine.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class RandomStreamTest {
  @Test
  void manyUniformNumbersAtOnceAreThoseDrawnOneByOne() {
    int n = 200_001; // several chunks of what a thread draws
    RandomStream one = RandomStream.of(3, "points");
    RandomStream many = RandomStream.of(3, "points");
    one.nextLong();
    many.nextLong();
    float[] expected = new float[n];
    for (int i = 0; i < n; i++) {
      expected[i] = -2 + one.nextFloat() * 5;
    }
    assertArrayEquals(expected, many.uniform(n, -2, 3));
    assertEquals(one.position(), many.position());
    assertEquals(one.nextLong(), many.nextLong());
  }

  @Test
  void manyNormalNumbersAtOnceAreThoseDrawnOneByOne() {
    int n = 200_001;
    RandomStream one = RandomStream.of(3, "init");
    RandomStream many = RandomStream.of(3, "init");
    one.nextLong();
    many.nextLong();
    float[] expected = new float[n];
    for (int i = 0; i < n; i++) {
      expected[i] = (float) (1 + one.nextGaussian() * 0.5);
    }
    assertArrayEquals(expected, many.normal(n, 1, 0.5));
    assertEquals(one.position(), many.position());
    assertEquals(one.nextLong(), many.nextLong());
  }
}
