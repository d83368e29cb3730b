package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;

class DistanceTransformTest {
  @Test
  void itIsTheLeastDistanceToAnyPixelOutside() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      int height = 1 + random.nextInt(12);
      int width = 1 + random.nextInt(12);
      byte[] mask = new byte[height * width];
      int outside = random.nextInt(8);
      for (int i = 0; i < mask.length; i++) {
        mask[i] = (byte) (random.nextInt(8) < outside ? 0 : 1);
      }
      assertArrayEquals(
          compared(mask, height, width), DistanceTransform.squared(mask, height, width));
    }
  }

  private static int[] compared(byte[] mask, int height, int width) {
    int[] out = new int[mask.length];
    for (int i = 0; i < mask.length; i++) {
      int least = mask[i] == 0 ? 0 : Integer.MAX_VALUE;
      for (int v = -1; v <= height; v++) {
        for (int u = -1; u <= width; u++) {
          boolean beyond = v < 0 || u < 0 || v == height || u == width;
          if (beyond || mask[v * width + u] == 0) {
            int dy = v - i / width;
            int dx = u - i % width;
            least = Math.min(least, dx * dx + dy * dy);
          }
        }
      }
      out[i] = least;
    }
    return out;
  }

  @Test
  void aMaskOfAnotherSizeIsRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> DistanceTransform.squared(new byte[5], 2, 3));
  }
}
