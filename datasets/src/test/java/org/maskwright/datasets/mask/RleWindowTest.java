package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Cuts, placements and samples of masks against loops over their pixels. */
class RleWindowTest {
  private static byte[] bits(Random random, int pixels) {
    byte[] bits = new byte[pixels];
    int density = 1 + random.nextInt(4);
    for (int i = 0; i < pixels; i++) {
      bits[i] = (byte) (random.nextInt(density + 1) == 0 ? 0 : random.nextInt(2));
    }
    return bits;
  }

  @Test
  void aCutIsThePartAndPlacedAgainItIsTheMaskInThere() {
    Random random = new Random(1);
    for (int round = 0; round < 500; round++) {
      int height = 1 + random.nextInt(12);
      int width = 1 + random.nextInt(12);
      byte[] bits = bits(random, height * width);
      int x = random.nextInt(width);
      int y = random.nextInt(height);
      int h = 1 + random.nextInt(height - y);
      int w = 1 + random.nextInt(width - x);
      byte[] part = new byte[h * w];
      byte[] inside = new byte[height * width];
      for (int r = 0; r < h; r++) {
        for (int c = 0; c < w; c++) {
          part[r * w + c] = bits[(y + r) * width + x + c];
          inside[(y + r) * width + x + c] = part[r * w + c];
        }
      }
      Rle cut = Rle.ofBitmap(bits, height, width).cut(x, y, h, w);
      assertEquals(Rle.ofBitmap(part, h, w), cut);
      assertEquals(Rle.ofBitmap(inside, height, width), cut.placed(x, y, height, width));
    }
  }

  @Test
  void aSampleHasTheNearestPixels() {
    Random random = new Random(2);
    for (int round = 0; round < 500; round++) {
      int height = 1 + random.nextInt(14);
      int width = 1 + random.nextInt(14);
      int h = 1 + random.nextInt(14);
      int w = 1 + random.nextInt(14);
      byte[] bits = bits(random, height * width);
      byte[] small = new byte[h * w];
      for (int r = 0; r < h; r++) {
        for (int c = 0; c < w; c++) {
          small[r * w + c] =
              bits[(2 * r + 1) * height / (2 * h) * width + (2 * c + 1) * width / (2 * w)];
        }
      }
      assertEquals(Rle.ofBitmap(small, h, w), Rle.ofBitmap(bits, height, width).sampled(h, w));
    }
  }

  @Test
  void theMasksOfAllLabelsAreThoseOfEach() {
    Random random = new Random(3);
    for (int round = 0; round < 200; round++) {
      int height = 1 + random.nextInt(9);
      int width = 1 + random.nextInt(9);
      int[] labels = random.ints((long) height * width, -1, 5).toArray();
      SortedMap<Integer, Rle> masks = Rle.ofLabels(labels, height, width);
      assertEquals(
          IntStream.of(labels).boxed().collect(Collectors.toCollection(TreeSet::new)),
          masks.keySet());
      masks.forEach((label, mask) -> assertEquals(Rle.ofLabel(labels, height, width, label), mask));
    }
  }

  @Test
  void aCutBeyondTheMaskIsRefused() {
    Rle mask = Rle.empty(4, 6);
    assertThrows(IllegalArgumentException.class, () -> mask.cut(3, 0, 4, 4));
    assertThrows(IllegalArgumentException.class, () -> mask.cut(0, -1, 2, 2));
    assertThrows(IllegalArgumentException.class, () -> mask.placed(1, 0, 4, 6));
  }
}
