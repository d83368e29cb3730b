package org.maskwright.datasets.transform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Size;

/** A picture has few crops of a grid, and all of it is in one of them. */
class GridCropTest {
  private static final int DRAWS = 500;

  @ParameterizedTest
  @CsvSource({
    "100, 60, 40, 60, 3", // height, width, crop's height and width, crops
    "100, 60, 50, 60, 2",
    "100, 60, 100, 60, 1",
    "100, 60, 200, 200, 1",
    "101, 61, 50, 30, 9",
    "3, 1, 1, 1, 3"
  })
  void asFewCropsAsCoverThePictureAndNoOther(int height, int width, int h, int w, int count) {
    Random random = new Random(1);
    Set<String> views = new TreeSet<>();
    BitSet rows = new BitSet();
    BitSet columns = new BitSet();
    for (int i = 0; i < DRAWS; i++) {
      View view = new GridCrop(h, w).apply(View.whole(width, height), null, random);
      views.add(view.toString());
      assertEquals(new Size(Math.min(w, width), Math.min(h, height)), view.content());
      for (int row : view.sourceRows()) {
        rows.set(row);
      }
      for (int column : view.sourceColumns()) {
        columns.set(column);
      }
    }
    assertEquals(count, views.size(), views::toString);
    assertEquals(height, rows.cardinality());
    assertEquals(width, columns.cardinality());
  }

  @Test
  void aFlipAfterwardsDoublesTheViewsWhateverTheRounding() {
    Random random = new Random(2);
    Set<String> views = new TreeSet<>();
    for (int i = 0; i < DRAWS; i++) {
      View crop = new GridCrop(10, 7).apply(View.whole(31, 10), null, random);
      views.add(new HorizontalFlip(0.5).apply(crop, null, random).toString());
    }
    assertEquals(2 * 5, views.size(), views::toString);
  }

  @Test
  void aCropHasPixels() {
    IllegalArgumentException fault =
        assertThrows(IllegalArgumentException.class, () -> new GridCrop(0, 5));
    assertTrue(fault.getMessage().contains("0"), fault.getMessage());
  }
}
