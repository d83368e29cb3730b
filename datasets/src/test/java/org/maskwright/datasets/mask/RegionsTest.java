package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class RegionsTest {
  private static byte[] mask(String... rows) {
    String all = String.join("", rows);
    byte[] out = new byte[all.length()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) (all.charAt(i) == '#' ? 1 : 0);
    }
    return out;
  }

  @Test
  void pixelsThatTouchAtACornerAreOfOnePart() {
    byte[] mask =
        mask(
            "#..##", //
            ".#..#",
            ".....",
            "##.#.");
    Regions parts = Regions.of(mask, 4, 5);
    assertEquals(4, parts.count());
    assertEquals(2, parts.area(1));
    assertEquals(3, parts.area(2));
    assertEquals(2, parts.area(3));
    assertEquals(1, parts.area(4));
    assertEquals(parts.at(0), parts.at(6));
    assertEquals(4, parts.at(18));
    assertEquals(0, parts.at(1));
  }

  @Test
  void nothingHasNoPart() {
    assertEquals(0, Regions.of(new byte[6], 2, 3).count());
    assertThrows(IllegalArgumentException.class, () -> Regions.of(new byte[5], 2, 3));
  }

  @Test
  void asManyPartsAsPixelsCanBe() {
    int side = 21;
    byte[] mask = new byte[side * side];
    for (int i = 0; i < mask.length; i++) {
      mask[i] = (byte) (i / side % 2 == 0 && i % side % 2 == 0 ? 1 : 0);
    }
    assertEquals(121, Regions.of(mask, side, side).count());
  }
}
