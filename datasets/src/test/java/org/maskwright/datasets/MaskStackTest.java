package org.maskwright.datasets;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class MaskStackTest {
  @Test
  void bytesAreWhatWasSetAtEverySize() {
    SplittableRandom random = new SplittableRandom(1);
    for (int width : new int[] {1, 7, 8, 63, 64, 65, 130}) {
      int height = 3;
      int count = 2;
      byte[] expected = new byte[count * height * width];
      MaskStack stack = new MaskStack(count, height, width);
      long area = 0;
      for (int n = 0; n < count; n++) {
        for (int y = 0; y < height; y++) {
          for (int x = 0; x < width; x++) {
            if (random.nextBoolean()) {
              expected[(n * height + y) * width + x] = 1;
              stack.set(n, y, x);
              area++;
            }
          }
        }
      }
      assertArrayEquals(expected, stack.toBytes(), "width " + width);
      assertEquals(area, stack.area(0) + stack.area(1));
      for (int i = 0; i < expected.length; i++) {
        int n = i / (height * width);
        assertEquals(expected[i] == 1, stack.get(n, i / width % height, i % width));
      }
    }
  }

  @Test
  void impossibleSizesAreRefusedByName() {
    for (int[] size : new int[][] {{-1, 2, 2}, {1, 0, 2}, {1, 2, -2}}) {
      var e =
          assertThrows(
              IllegalArgumentException.class, () -> new MaskStack(size[0], size[1], size[2]));
      assertTrue(e.getMessage().startsWith("masks: expected"), e.getMessage());
    }
    assertEquals(0, new MaskStack(0, 2, 2).toBytes().length);
  }

  @Test
  void selectedMasksAreThoseAsked() {
    MaskStack stack = new MaskStack(3, 2, 2);
    stack.set(2, 1, 1);
    MaskStack selected = stack.select(2, 0);
    assertTrue(selected.get(0, 1, 1));
    assertTrue(selected.isEmpty(1));
    assertFalse(selected.isEmpty(0));
  }
}
