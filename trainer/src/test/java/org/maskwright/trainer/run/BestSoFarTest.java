package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.result.ResultKinds;

class BestSoFarTest {
  private static final double NONE = Double.NaN;

  private static EvalSettings settings(String best) {
    List<String> tasks = ResultKinds.namesOf(Optional.empty()); // every metric there is
    return ConfigFile.defaults(List.of("eval.best=" + best, "eval.tasks=" + tasks))
        .bind(RunSettings.class)
        .eval();
  }

  /** Evaluations at step 1, 2, ... */
  private static BestSoFar after(String metric, double[] values, double[] losses) {
    BestSoFar best = new BestSoFar(settings(metric));
    for (int i = 0; i < values.length; i++) {
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(metric, values[i]);
      metrics.putIfAbsent("loss.total", losses[i]);
      best.add(new RunSummary.Scored(i + 1L, metrics));
    }
    return best;
  }

  private static void assertBest(long step, String by, int withoutBetter, BestSoFar got) {
    assertEquals(step, got.best().orElseThrow().step());
    assertEquals(by, got.decidedBy());
    assertEquals(withoutBetter, got.withoutBetter());
  }

  @Test
  void theHighestMetricIsTheBestAndTheFirstOfEqualOnes() {
    assertBest(2, "panoptic.PQ", 2, after("panoptic.PQ", new double[] {1, 3, 3, 2}, new double[4]));
  }

  @Test
  void theLowestLossIsTheBestWhereALossDecides() {
    assertBest(3, "loss.total", 1, after("loss.total", new double[] {4, 5, 2, 3}, new double[4]));
  }

  @Test
  void theLowestErrorIsTheBestWhereAKindMeasuresOne() {
    assertBest(3, "plain.error", 1, after("plain.error", new double[] {4, 5, 2, 3}, new double[4]));
  }

  @Test
  void anUndefinedMetricIsNeitherBetterNorWorse() {
    assertBest(
        1,
        "panoptic.PQ",
        1,
        after("panoptic.PQ", new double[] {5, NONE, 4, NONE}, new double[] {9, 1, 1, 1}));
  }

  @Test
  void theLossDecidesUntilTheMetricIsDefinedOnce() {
    double[] losses = {9, 7, 8, 10};
    double[] none = {NONE, NONE, NONE, NONE};
    assertBest(2, "loss.total", 0, after("panoptic.PQ", none, losses));
    assertBest(
        4, "panoptic.PQ", 0, after("panoptic.PQ", new double[] {NONE, NONE, NONE, 0}, losses));
  }

  @Test
  void withoutMetricAndLossTheLastEvaluationIsTheBest() {
    double[] none = {NONE, NONE, NONE};
    assertBest(3, BestSoFar.LAST_CHECKPOINT, 0, after("panoptic.PQ", none, none));
    assertBest(2, "loss.total", 0, after("panoptic.PQ", none, new double[] {NONE, 3, NONE}));
  }
}
