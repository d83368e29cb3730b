package org.maskwright.trainer.match;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatchPolicyTest {
  private static float[] costs(int count) {
    float[] out = new float[count];
    Random random = new Random(4);
    for (int i = 0; i < count; i++) {
      out[i] = random.nextFloat();
    }
    return out;
  }

  @Test
  void everyPolicyGivesAsManyPairsAsItPromised() {
    for (MatchPolicy policy :
        List.of(MatchPolicy.hungarian(), MatchPolicy.identity(), MatchPolicy.minOf(2))) {
      for (int targets = 0; targets <= 3; targets++) {
        Assignment got = policy.match(costs(6 * targets), 6, targets);
        assertEquals(policy.pairs(6, targets), got.size());
      }
    }
    assertEquals(2, MatchPolicy.hungarian().match(costs(6), 2, 3).size());
    assertEquals(2, MatchPolicy.identity().match(new float[0], 2, 3).size());
  }

  @Test
  void identityPairsEachQueryWithTheTargetOfItsNumberWithoutCosts() {
    Assignment got = MatchPolicy.identity().match(new float[0], 4, 3);
    assertArrayEquals(new int[] {0, 1, 2}, got.rows());
    assertArrayEquals(new int[] {0, 1, 2}, got.columns());
    assertFalse(MatchPolicy.identity().usesCosts());
  }

  @Test
  void theCheapestHypothesisOfEachTargetCounts() {
    float[] costs = { // [6 queries, 2 targets]; queries 0 to 2 are the first target's
      3, 0,
      1, 0,
      1, 0,
      0, 5,
      0, 4,
      0, 6
    };
    Assignment got = MatchPolicy.minOf(3).match(costs, 6, 2);
    assertArrayEquals(new int[] {1, 4}, got.rows());
    assertArrayEquals(new int[] {0, 1}, got.columns());
  }

  @Test
  void targetsWithoutAWholeSetOfHypothesesAreLeftOut() {
    MatchPolicy three = MatchPolicy.minOf(3);
    assertEquals(1, three.pairs(5, 2));
    assertArrayEquals(new int[] {0}, three.match(costs(10), 5, 2).columns());
    assertEquals(0, three.match(costs(4), 2, 2).size());
    assertThrows(IllegalArgumentException.class, () -> MatchPolicy.minOf(0));
  }

  @Test
  void pairsWhoseQueriesDoNotAscendAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> Assignment.of(new int[] {1, 1}, new int[] {0, 1}));
    assertThrows(
        IllegalArgumentException.class, () -> Assignment.of(new int[] {1}, new int[] {0, 1}));
  }

  @Test
  void pairsOfAllOutputsAreCountedOutputByOutputAndImageByImage() {
    Assignment one = Assignment.of(new int[] {1, 3}, new int[] {1, 0});
    Assignment two = Assignment.of(new int[] {2}, new int[] {0});
    Matches matches = new Matches(4, List.of(List.of(one, two), List.of(one, two)));
    assertEquals(6, matches.count());
    assertEquals(3, matches.perOutput());
    assertArrayEquals(new long[] {1, 3, 6}, matches.rows().get(1));
    assertArrayEquals(new int[] {1, 0, 0, 1, 0, 0}, matches.targets());
    assertArrayEquals(new int[] {0, 0, 1, 0, 0, 1}, matches.images());
    assertArrayEquals(new int[] {0, 1, 0, 0, 1, 0}, matches.numbers());
    List<List<Assignment>> uneven = List.of(List.of(one), List.of(two));
    assertThrows(IllegalArgumentException.class, () -> new Matches(4, uneven));
  }
}
