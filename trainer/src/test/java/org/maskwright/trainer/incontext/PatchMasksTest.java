package org.maskwright.trainer.incontext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.RandomStream;

class PatchMasksTest {
  private static final PatchMasks PUBLISHED = new PatchMasks(56, 28, 784, 16, 392, 0.3);

  private static int count(boolean[] mask) {
    int count = 0;
    for (boolean hidden : mask) {
      count += hidden ? 1 : 0;
    }
    return count;
  }

  @Test
  void exactlySoManyPatchesAreHidden() {
    for (int seed = 0; seed < 200; seed++) {
      assertEquals(784, count(PUBLISHED.draw(RandomStream.of(seed, "masks"))));
    }
    for (int hidden = 0; hidden <= 32; hidden++) {
      PatchMasks small = new PatchMasks(8, 4, hidden, 2, 8, 0.3);
      assertEquals(hidden, count(small.draw(RandomStream.of(hidden, "masks"))));
    }
  }

  /** Single patches would have four neighbours of which half are as they are. */
  @Test
  void whatIsHiddenLiesTogether() {
    int alike = 0;
    int pairs = 0;
    for (int seed = 0; seed < 50; seed++) {
      boolean[] mask = PUBLISHED.draw(RandomStream.of(seed, "masks"));
      for (int p = 0; p + 1 < mask.length; p++) {
        if (p % 28 < 27) {
          alike += mask[p] == mask[p + 1] ? 1 : 0;
          pairs++;
        }
      }
    }
    assertTrue(alike > 0.85 * pairs, alike + " of " + pairs);
  }

  @Test
  void theUpperHalfIsHiddenAboutAsOftenAsTheLower() {
    int[] times = new int[56 * 28];
    for (int seed = 0; seed < 400; seed++) {
      boolean[] mask = PUBLISHED.draw(RandomStream.of(seed, "masks"));
      for (int p = 0; p < mask.length; p++) {
        times[p] += mask[p] ? 1 : 0;
      }
    }
    int top = Arrays.stream(times, 0, times.length / 2).sum();
    int bottom = Arrays.stream(times, times.length / 2, times.length).sum();
    assertEquals(1, (double) top / bottom, 0.1);
  }

  @Test
  void theSameStreamGivesTheSameMaskAndOthersGiveOthers() {
    boolean[] first = PUBLISHED.draw(RandomStream.of(3, "masks"));
    assertArrayEquals(first, PUBLISHED.draw(RandomStream.of(3, "masks")));
    assertFalse(Arrays.equals(first, PUBLISHED.draw(RandomStream.of(4, "masks"))));
  }

  @Test
  void inUseTheLowerHalfIsHidden() {
    boolean[] mask = PatchMasks.lowerHalf(6, 3);
    for (int p = 0; p < 18; p++) {
      assertEquals(p >= 9, mask[p]);
    }
  }

  @Test
  void moreHiddenPatchesThanThereAreAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new PatchMasks(4, 2, 9, 1, 2, 0.3));
  }
}
