package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RunLengthMaskTest {
  @Test
  void runsAreTheColumnsOfTheMaskOneAfterTheOther() {
    int[] ids = {
      0, 7, 7, 0, //
      0, 7, 0, 0, //
      7, 3, 0, 7
    };
    RunLengthMask mask = RunLengthMask.of(ids, 7, 3, 4);
    assertArrayEquals(new int[] {2, 3, 1, 1, 4, 1}, mask.counts());
    assertEquals(5, mask.area());
    assertEquals(new PixelBox(0, 0, 4, 3), mask.box());
    assertEquals(3, mask.height());
    assertEquals(4, mask.width());
    assertArrayEquals(new int[] {5, 1, 6}, RunLengthMask.of(ids, 3, 3, 4).counts());
  }

  @Test
  void aMaskOfTheFirstPixelStartsWithAnEmptyRun() {
    RunLengthMask mask = RunLengthMask.of(new int[] {1, 0}, 1, 1, 2);
    assertArrayEquals(new int[] {0, 1, 1}, mask.counts());
  }

  @Test
  void bitmapAreaAndBoxAreThoseOfThePixels() {
    Random random = new Random(4);
    for (int round = 0; round < 300; round++) {
      int height = 1 + random.nextInt(20);
      int width = 1 + random.nextInt(20);
      int[] ids = random.ints((long) height * width, 0, 1 + random.nextInt(3)).toArray();
      RunLengthMask mask = RunLengthMask.of(ids, 1, height, width);
      byte[] bitmap = new byte[ids.length];
      int x0 = width;
      int y0 = height;
      int x1 = 0;
      int y1 = 0;
      int area = 0;
      for (int i = 0; i < ids.length; i++) {
        if (ids[i] == 1) {
          bitmap[i] = 1;
          area++;
          x0 = Math.min(x0, i % width);
          y0 = Math.min(y0, i / width);
          x1 = Math.max(x1, i % width + 1);
          y1 = Math.max(y1, i / width + 1);
        }
      }
      assertArrayEquals(bitmap, mask.toBitmap());
      assertEquals(area, mask.area());
      assertEquals(area == 0 ? PixelBox.EMPTY : new PixelBox(x0, y0, x1 - x0, y1 - y0), mask.box());
      assertEquals(ids.length, Arrays.stream(mask.counts()).sum());
      assertTrue(
          Arrays.stream(mask.counts()).skip(1).allMatch(run -> run > 0), "no empty run inside");
    }
  }

  @Test
  void emptyColumnsAreBackgroundWhateverWasBeforeThem() {
    for (boolean before : new boolean[] {false, true}) {
      RunLengthMask.Builder builder = new RunLengthMask.Builder(2, 5);
      builder.add(0, 0, true);
      builder.add(0, 1, before);
      builder.addEmptyColumns(3);
      builder.add(4, 0, false);
      builder.add(4, 1, true);
      int[] expected = before ? new int[] {0, 2, 7, 1} : new int[] {0, 1, 8, 1};
      assertArrayEquals(expected, builder.mask().counts());
    }
  }
}
