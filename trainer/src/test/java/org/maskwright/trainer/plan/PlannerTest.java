package org.maskwright.trainer.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.ObjectSurvey;
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

  private static Planner.Evaluations evaluations(int images, double imageSeconds, double seconds) {
    return Planner.Evaluations.of(
        facts(images), costing(imageSeconds), Optional.of(seconds).filter(Double::isFinite));
  }

  private static Facts facts(int images) {
    Size size = new Size(100, 100);
    return new Facts(
        Path.of("data"),
        "data",
        Task.INSTANCE,
        72,
        images,
        1,
        0,
        new ObjectSurvey(1, size, size, 1, 1, 1, 30, 30, 30, 1),
        Optional.empty(),
        false);
  }

  private static Rehearsal costing(double imageSeconds) {
    return new Rehearsal(1, imageSeconds, 1, 100, 150, 350);
  }

  @Test
  void evaluationsOnTheWayTakeATenthOfTheTimeAtMost() {
    assertEquals(new Planner.Evaluations(3, 50), evaluations(50, 0.1, 900));
    assertEquals(new Planner.Evaluations(3, 600), evaluations(1000, 0.05, 900));
    assertEquals(new Planner.Evaluations(3, 50), evaluations(50, 1000, Double.POSITIVE_INFINITY));
  }

  @Test
  void evaluationsThatTheUserSetsAreThoseOfTheEstimate() {
    Plan plan =
        new Plan(List.of(), List.of())
            .with("train.steps", 400, "")
            .with("eval.every", 100, "")
            .with("eval.limit", 5, "");
    assertEquals(new Planner.Evaluations(3, 5), Planner.Evaluations.in(plan, facts(8)));
    Plan once = plan.with("eval.every", 0, "").with("eval.limit", 0, "");
    assertEquals(new Planner.Evaluations(0, 8), Planner.Evaluations.in(once, facts(8)));
  }

  @Test
  void whereTheyWouldTakeAQuarterThereIsOneAtTheEnd() {
    assertEquals(new Planner.Evaluations(0, 8), evaluations(8, 22, 900));
    assertEquals(8 * 22, evaluations(8, 22, 900).seconds(facts(8), costing(22)), 1e-9);
    assertEquals(
        new Planner.Evaluations(3, 8), evaluations(8, 22, 7200), "two hours have the time");
  }
}
