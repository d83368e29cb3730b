package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.RandomStream;

class PointSourceTest {
  private static PointSource.Random random(long firstImage) {
    return new PointSource.Random(RandomStream.of(3, "points"), firstImage);
  }

  @Test
  void pointsDependOnWhatTheyAreForAndNotOnTheOrderOfTheCalls() {
    PointSource.Random source = random(0);
    float[] loss = source.forLoss(1, 2, 3, 0, 50);
    float[] matcher = source.forMatcher(1, 2, 50);
    assertEquals(100, loss.length);
    assertEquals(100, matcher.length);
    assertArrayEquals(loss, source.forLoss(1, 2, 3, 0, 50));
    assertArrayEquals(matcher, random(0).forMatcher(1, 2, 50));
    List<float[]> others =
        List.of(
            matcher,
            source.forLoss(0, 2, 3, 0, 50),
            source.forLoss(1, 1, 3, 0, 50),
            source.forLoss(1, 2, 0, 0, 50),
            source.forMatcher(0, 2, 50),
            source.forMatcher(1, 0, 50));
    for (int i = 0; i < others.size(); i++) {
      assertFalse(Arrays.equals(loss, others.get(i)), "points " + i + " are those of the loss");
      for (int j = 0; j < i; j++) {
        assertFalse(Arrays.equals(others.get(j), others.get(i)), "points " + j + " and " + i);
      }
    }
  }

  @Test
  void anImageHasItsPointsInWhateverPartOfTheStepItIs() {
    assertArrayEquals(random(0).forLoss(1, 7, 2, 0, 9), random(5).forLoss(1, 2, 2, 0, 9));
    assertArrayEquals(random(0).forMatcher(1, 7, 9), random(7).forMatcher(1, 0, 9));
  }

  @Test
  void pointsCoverTheImageEvenly() {
    float[] points = random(0).forMatcher(0, 0, 5000);
    double sum = 0;
    for (float p : points) {
      assertTrue(p >= 0 && p < 1, "point " + p);
      sum += p;
    }
    assertEquals(0.5, sum / points.length, 0.02); // seven deviations of the mean
    assertTrue(random(0).allowsImportanceSampling());
  }

  @Test
  void givenPointsAreTheSameForAllAndMustBeAsManyAsAreAskedFor() {
    float[] matcher = {0.1f, 0.2f};
    float[] loss = {0.3f, 0.4f, 0.5f, 0.6f};
    PointSource given = new PointSource.Given(matcher, loss);
    given.forLoss(0, 0, 0, 0, 2)[0] = 9; // a copy
    assertArrayEquals(loss, given.forLoss(1, 2, 3, 0, 2));
    assertArrayEquals(matcher, given.forMatcher(1, 2, 1));
    assertFalse(given.allowsImportanceSampling());
    assertEquals(
        "points: expected 3 as configured, got 2",
        assertThrows(IllegalArgumentException.class, () -> given.forLoss(0, 0, 0, 0, 3))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> given.forMatcher(0, 0, 2));
  }
}
