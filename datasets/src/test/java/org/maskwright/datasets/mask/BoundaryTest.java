package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class BoundaryTest {
  /** Every pixel of the window is looked at: a slow twin. */
  private static byte[] eroded(byte[] mask, int height, int width, int d) {
    byte[] eroded = new byte[mask.length];
    for (int y = d; y < height - d; y++) {
      for (int x = d; x < width - d; x++) {
        boolean whole = true;
        for (int i = 0; i < (2 * d + 1) * (2 * d + 1); i++) {
          int dy = i / (2 * d + 1) - d;
          int dx = i % (2 * d + 1) - d;
          whole &= mask[(y + dy) * width + x + dx] != 0;
        }
        eroded[y * width + x] = (byte) (whole ? 1 : 0);
      }
    }
    return eroded;
  }

  @Test
  void theInteriorIsTheMaskErodedAndTheBandIsTheRest() {
    Random random = new Random(4);
    int insides = 0;
    for (int round = 0; round < 600; round++) {
      boolean wide = round % 3 == 0;
      int height = 1 + random.nextInt(wide ? 90 : 30);
      int width = 1 + random.nextInt(wide ? 160 : 30);
      byte[] mask = boxes(random, height, width);
      Rle rle = Rle.ofBitmap(mask, height, width);
      byte[] eroded = eroded(mask, height, width, Boundary.dilation(height, width));
      Rle expected = Rle.ofBitmap(eroded, height, width);
      assertEquals(expected, Boundary.interior(rle), "round " + round);
      byte[] band = mask.clone();
      for (int i = 0; i < band.length; i++) {
        band[i] -= eroded[i];
      }
      assertEquals(Rle.ofBitmap(band, height, width), Boundary.of(rle), "round " + round);
      insides += expected.area() > 0 ? 1 : 0;
    }
    assertTrue(insides > 300, "only " + insides + " masks have an interior");
  }

  /** A few boxes with a few pixels missing. */
  private static byte[] boxes(Random random, int height, int width) {
    byte[] mask = new byte[height * width];
    for (int box = random.nextInt(4); box >= 0; box--) {
      int x0 = random.nextInt(width);
      int y0 = random.nextInt(height);
      int x1 = x0 + 1 + random.nextInt(width - x0);
      int y1 = y0 + 1 + random.nextInt(height - y0);
      for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
          mask[y * width + x] = 1;
        }
      }
    }
    for (int hole = random.nextInt(3); hole > 0; hole--) {
      mask[random.nextInt(mask.length)] = 0;
    }
    return mask;
  }

  @Test
  void theBandIsTwoPercentOfTheDiagonalAndAtLeastOnePixel() {
    assertEquals(1, Boundary.dilation(1, 1));
    assertEquals(16, Boundary.dilation(480, 640)); // diagonal 800
    assertEquals(2, Boundary.dilation(60, 80)); // diagonal 100
  }
}
