package org.maskwright.trainer.incontext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.RandomStream;

class PaintColoursTest {
  private static int difference(int a, int b) {
    int most = 0;
    for (int c = 0; c < 3; c++) {
      most = Math.max(most, Math.abs(PaintColours.channel(a, c) - PaintColours.channel(b, c)));
    }
    return most;
  }

  @Test
  void coloursDifferFromEachOtherAndFromWhatIsNotPainted() {
    for (int seed = 0; seed < 100; seed++) {
      int[] colours = PaintColours.random(RandomStream.of(seed, "colours"), 5);
      for (int i = 0; i < 5; i++) {
        assertTrue(difference(colours[i], PaintColours.BACKGROUND) >= 60);
        for (int j = 0; j < i; j++) {
          assertTrue(difference(colours[i], colours[j]) >= 40, seed + ": " + i + ", " + j);
        }
      }
    }
  }

  @Test
  void manyColoursAreFoundToo() {
    int[] colours = PaintColours.random(RandomStream.of(1, "colours"), 150);
    assertEquals(150, java.util.Arrays.stream(colours).distinct().count());
  }

  @Test
  void fixedColoursAreThoseOfTheNumber() {
    assertArrayEquals(PaintColours.fixed(3), java.util.Arrays.copyOf(PaintColours.fixed(7), 3));
  }

  @Test
  void theNearestColourIsFoundBeyondTheRangeToo() {
    int[] colours = {0x000000, 0xff0000, 0x00ff00};
    assertEquals(0, PaintColours.nearest(-20, 10, 5, colours));
    assertEquals(1, PaintColours.nearest(300, 10, 5, colours));
    assertEquals(2, PaintColours.nearest(10, 200, 90, colours));
  }
}
