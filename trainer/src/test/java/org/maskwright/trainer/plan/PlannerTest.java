package org.maskwright.trainer.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.trainer.run.Rehearsal;

class PlannerTest {
  private static final Plan FOUR =
      new Plan(List.of(), List.of())
          .with("train.batch-size", 8, "")
          .with("train.accumulate", 1, "");

  /** A model of 100 bytes, 50 for each image, 200 beside. */
  private static final Rehearsal ONE = new Rehearsal(1, 1, 1, 100, 150, 350);

  private static void assertFits(int batch, int accumulate, long memory) {
    Plan plan = Planner.fitted(FOUR, ONE, memory);
    assertEquals(String.valueOf(batch), plan.get("train.batch-size"));
    assertEquals(String.valueOf(accumulate), plan.get("train.accumulate"));
  }

  @Test
  void aBatchThatDoesNotFitIsHalvedAndTheOtherHalfAccumulated() {
    assertFits(8, 1, 1000); // 700 of 700
    assertFits(4, 2, 999); // 500
    assertFits(2, 4, 700); // 400 of 490
    assertFits(1, 8, 500);
    assertFits(1, 8, 1); // then the crop gets smaller
  }
}
