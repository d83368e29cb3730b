package org.maskwright.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ImageIdTest {
  /** U+FF5E comes before U+1F600 by code point, behind it by UTF-16 unit. */
  @Test
  void numbersComeByValueThenStringsByCodePoint() {
    List<ImageId> ordered =
        List.of(
            ImageId.of(-3),
            ImageId.of(9),
            ImageId.of(10),
            ImageId.of(1L << 40),
            ImageId.of(""),
            ImageId.of("10"),
            ImageId.of("9"),
            ImageId.of("B"),
            ImageId.of("a"),
            ImageId.of("a\uff5e"),
            ImageId.of("a\ud83d\ude00"),
            ImageId.of("a\ud83d\ude00b"),
            ImageId.of("a\ud83d\ude01"),
            ImageId.of("a\ud83e\udd80"));
    List<ImageId> shuffled = new ArrayList<>(ordered);
    for (int seed = 0; seed < 50; seed++) {
      Collections.shuffle(shuffled, new Random(seed));
      Collections.sort(shuffled);
      assertEquals(ordered, shuffled);
    }
  }

  @Test
  void anIdIsEqualToItselfOnlyAndComparesSo() {
    List<ImageId> ids =
        List.of(ImageId.of(0), ImageId.of(7), ImageId.of("0"), ImageId.of("7"), ImageId.of(""));
    for (ImageId a : ids) {
      for (ImageId b : ids) {
        assertEquals(a.equals(b), a.compareTo(b) == 0, a + " and " + b);
        assertEquals(Integer.signum(a.compareTo(b)), -Integer.signum(b.compareTo(a)));
      }
    }
  }
}
