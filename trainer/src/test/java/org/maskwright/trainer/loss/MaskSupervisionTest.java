package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.MaskStack;

class MaskSupervisionTest {
  private static final int HEIGHT = 5;
  private static final int WIDTH = 70;
  private static final int PADDED_HEIGHT = 8;
  private static final int PADDED_WIDTH = 96;

  private static MaskStack randomMasks(int count) {
    MaskStack masks = new MaskStack(count, HEIGHT, WIDTH);
    Random random = new Random(3);
    for (int n = 0; n < count; n++) {
      for (int y = 0; y < HEIGHT; y++) {
        for (int x = 0; x < WIDTH; x++) {
          if (random.nextBoolean()) {
            masks.set(n, y, x);
          }
        }
      }
    }
    return masks;
  }

  private static double pixel(MaskStack masks, int n, int y, int x) {
    return y >= 0 && x >= 0 && y < HEIGHT && x < WIDTH && masks.get(n, y, x) ? 1 : 0;
  }

  @Test
  void labelsAreBilinearSamplesOfTheZeroPaddedMask() {
    MaskStack masks = randomMasks(2);
    MaskSupervision supervision =
        new MaskSupervision(new int[] {4, 1}, masks, PADDED_HEIGHT, PADDED_WIDTH);
    Random random = new Random(5);
    float[] points = new float[2 * 500];
    for (int i = 0; i < points.length; i++) {
      points[i] = random.nextFloat() * 1.2f - 0.1f;
    }
    float[] labels = new float[501];
    supervision.labels(1, 0, points, 2, 499, labels, 1);
    for (int i = 0; i < 499; i++) {
      double x = points[2 + 2 * i] * PADDED_WIDTH - 0.5;
      double y = points[3 + 2 * i] * PADDED_HEIGHT - 0.5;
      int x0 = (int) Math.floor(x);
      int y0 = (int) Math.floor(y);
      double fx = x - x0;
      double fy = y - y0;
      double expected =
          (1 - fy) * ((1 - fx) * pixel(masks, 1, y0, x0) + fx * pixel(masks, 1, y0, x0 + 1))
              + fy
                  * ((1 - fx) * pixel(masks, 1, y0 + 1, x0) + fx * pixel(masks, 1, y0 + 1, x0 + 1));
      assertEquals(expected, labels[1 + i], 1e-4, "point " + i);
    }
  }

  @Test
  void aGridOfThePaddedSizeIsTheMaskItself() {
    MaskStack masks = randomMasks(1);
    MaskSupervision supervision =
        new MaskSupervision(new int[] {0}, masks, PADDED_HEIGHT, PADDED_WIDTH);
    float[] grid = new float[PADDED_HEIGHT * PADDED_WIDTH];
    supervision.grid(0, 0, PADDED_HEIGHT, PADDED_WIDTH, grid, 0);
    for (int y = 0; y < PADDED_HEIGHT; y++) {
      for (int x = 0; x < PADDED_WIDTH; x++) {
        assertEquals(pixel(masks, 0, y, x), grid[y * PADDED_WIDTH + x]);
      }
    }
  }

  @Test
  void masksLargerThanTheBatchAreRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new MaskSupervision(new int[] {0}, randomMasks(1), HEIGHT - 1, WIDTH));
  }
}
