package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.mask.MaskClaims.Region;

/** What an annotation says of its mask is believed within rounding, and told beyond it. */
class MaskClaimsTest {
  private static final Optional<String> NOTHING = Optional.empty();

  @Test
  void anAreaIsToldOnlyWhenItIsMoreThan16PixelsAndMoreThanHalfApart() {
    for (double[] fine : new double[][] {{26, 10}, {10, 26}, {1500, 1000}, {1000, 1500}, {7, 7}}) {
      assertEquals(NOTHING, MaskClaims.area(fine[0], (long) fine[1]));
    }
    assertEquals(NOTHING, MaskClaims.area(Double.NaN, 5000));
    assertEquals(Optional.of("area is 27, the mask has 10 pixels"), MaskClaims.area(27, 10));
    assertEquals(Optional.of("area is 10, the mask has 27 pixels"), MaskClaims.area(10, 27));
    assertEquals(
        Optional.of("area is 1501, the mask has 1000 pixels"), MaskClaims.area(1501, 1000));
    assertEquals(
        Optional.of("area is 1000, the mask has 1501 pixels"), MaskClaims.area(1000, 1501));
  }

  @Test
  void anExactAreaIsToldWhenItIsOnePixelApart() {
    assertEquals(NOTHING, MaskClaims.exactArea(5, 5));
    assertEquals(Optional.of("area is 6, the mask has 5 pixels"), MaskClaims.exactArea(6, 5));
  }

  @Test
  void aBoxIsToldOnlyWhenASideIsMoreThan2PixelsApartAndHalfOfItIsElsewhere() {
    Box small = new Box(20, 30, 3, 3);
    assertEquals(NOTHING, MaskClaims.box(null, small));
    assertEquals(NOTHING, MaskClaims.box(new Box(22, 32, 3, 3), small));
    assertEquals(
        Optional.of("bbox is [23, 32, 3, 3], that of the mask is [20, 30, 3, 3]"),
        MaskClaims.box(new Box(23, 32, 3, 3), small));
    Box mask = new Box(20, 30, 10, 10);
    assertEquals(NOTHING, MaskClaims.box(new Box(20, 30, 10, 20), mask)); // IoU 0.5
  }

  @Test
  void eachSideOfABoxCounts() {
    Box mask = new Box(20, 30, 10, 10);
    for (Box wrong :
        new Box[] {
          new Box(5, 30, 25, 10), // left
          new Box(20, 15, 10, 25), // top
          new Box(20, 30, 21, 10), // right
          new Box(20, 30, 10, 21) // bottom
        }) {
      assertEquals(
          Optional.of(
              "bbox is [%.0f, %.0f, %.0f, %.0f], that of the mask is [20, 30, 10, 10]"
                  .formatted(wrong.x(), wrong.y(), wrong.width(), wrong.height())),
          MaskClaims.box(wrong, mask));
    }
  }

  @Test
  void theRegionsOfAMapAreThePixelsOfEachIdAndTheBoxAroundThem() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      int height = 1 + random.nextInt(9);
      int width = 1 + random.nextInt(9);
      int[] ids = new int[height * width];
      Map<Integer, Region> expected = new HashMap<>();
      for (int i = 0; i < ids.length; i++) {
        ids[i] = random.nextInt(4) * 70_000;
      }
      for (int id : ids) {
        Rle mask = Rle.ofLabel(ids, height, width, id);
        expected.put(id, new Region(mask.area(), mask.box()));
      }
      assertEquals(expected, MaskClaims.regions(new LabelMap(height, width, ids)));
    }
    assertEquals(new Region(0, Rle.empty(3, 3).box()), Region.NONE);
  }
}
