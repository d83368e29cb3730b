package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class BoxTest {
  private static final Box WIDE = new Box(0, 0, 4, 3);
  private static final Box LOW = new Box(2, 1, 5, 6); // shares 2 x 2 with WIDE

  @Test
  void overlapsAreSharesOfTheUnionAndOfTheOwnAreaUnderACrowd() {
    assertEquals(12, WIDE.area());
    assertEquals(4.0 / (12 + 30 - 4), WIDE.iou(LOW));
    assertEquals(4.0 / (12 + 30 - 4), LOW.iou(WIDE));
    assertEquals(4.0 / 12, WIDE.iouWithCrowd(LOW));
    assertEquals(4.0 / 30, LOW.iouWithCrowd(WIDE));
  }

  @Test
  void aBoxOverlapsItselfWholly() {
    Box box = new Box(7, 3.5, 0.25, 41);
    assertEquals(1, box.iou(box));
    assertEquals(1, box.iouWithCrowd(new Box(0, 0, 100, 100)));
  }

  @Test
  void boxesThatOnlyTouchOrAreEmptyDoNotOverlap() {
    for (Box other :
        new Box[] {
          new Box(4, 0, 2, 2), new Box(0, 3, 2, 2), new Box(9, 9, 1, 1), Box.EMPTY,
        }) {
      assertEquals(0, WIDE.iou(other), other.toString());
      assertEquals(0, other.iou(WIDE), other.toString());
      assertEquals(0, other.iouWithCrowd(WIDE), other.toString());
    }
    assertEquals(0, Box.EMPTY.iou(Box.EMPTY));
  }
}
