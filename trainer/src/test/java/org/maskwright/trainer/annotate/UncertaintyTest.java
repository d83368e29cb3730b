package org.maskwright.trainer.annotate;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.mask.Rle;

class UncertaintyTest {
  private static Proposal scored(double score) {
    return new Proposal(1, "cat", score, Rle.empty(1, 1));
  }

  @Test
  void itIsTheMeanOfWhatScoresLack() {
    assertEquals(0.25, Uncertainty.of(List.of(scored(0.5), scored(1))));
    assertEquals(0, Uncertainty.of(List.of(scored(1))));
  }

  @Test
  void aPictureInWhichNothingIsSeenIsTheLeastCertain() {
    assertEquals(1, Uncertainty.of(List.of()));
  }
}
