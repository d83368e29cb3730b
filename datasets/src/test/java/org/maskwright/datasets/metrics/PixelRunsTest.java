package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PixelRunsTest {
  private static boolean same(byte[] map, int pixel, int other, int pixelBytes) {
    return Arrays.equals(
        map,
        pixel * pixelBytes,
        (pixel + 1) * pixelBytes,
        map,
        other * pixelBytes,
        (other + 1) * pixelBytes);
  }

  /** Also where one channel changes alone, and near the end, where eight bytes are too many. */
  @Test
  void aRunEndsAtTheFirstPixelThatDiffersInEitherMap() {
    Random random = new Random(2);
    for (int pixelBytes : new int[] {1, 3}) {
      for (int round = 0; round < 2000; round++) {
        int pixels = 1 + random.nextInt(24);
        int length = pixels * pixelBytes;
        byte[] a = new byte[length + random.nextInt(9)]; // may be longer than the map
        byte[] b = new byte[length + random.nextInt(9)];
        for (int change = random.nextInt(4); change > 0; change--) {
          byte[] map = random.nextBoolean() ? a : b;
          Arrays.fill(map, random.nextInt(map.length), map.length, (byte) change);
          map[random.nextInt(map.length)] = 9;
        }
        int[] labelsA = new int[pixels];
        int[] labelsB = new int[pixels];
        for (int p = 1; p < pixels; p++) {
          labelsA[p] = same(a, p, p - 1, pixelBytes) ? labelsA[p - 1] : labelsA[p - 1] + 1;
          labelsB[p] = same(b, p, p - 1, pixelBytes) ? labelsB[p - 1] : labelsB[p - 1] + 1;
        }
        for (int start = 0; start < pixels; start++) {
          int end = start + 1;
          while (end < pixels
              && same(a, end, start, pixelBytes)
              && same(b, end, start, pixelBytes)) {
            end++;
          }
          assertEquals(
              end * pixelBytes, PixelRuns.end(a, b, start * pixelBytes, length, pixelBytes));
          assertEquals(end, PixelRuns.end(labelsA, labelsB, start, pixels));
        }
      }
    }
  }
}
