package org.maskwright.trainer.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;

/** The checks themselves, and that each can fail. */
class DoctorChecksTest {
  private static Engine open(String backend) {
    return Engine.open(EngineOptions.DEFAULT.withBackend(backend).withDevice("cpu").withThreads(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void everyTwinAgreesOnThisMachine(String backend) {
    try (Engine engine = open(backend)) {
      for (Check check : Twins.all()) {
        Check.Outcome outcome = check.body().run(engine, part -> {});
        assertTrue(outcome.right(), check.name() + ": " + outcome.message());
      }
      assertEquals(0, engine.memory().liveArrays());
    }
  }

  /**
   * Where a change of the model, the losses or the streams changes the numbers on both engines
   * alike, the message of this test is the new content of the file.
   */
  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void theStoredStepIsThatOfBothEngines(String backend) {
    try (Engine engine = open(backend)) {
      Map<String, Double> got = StoredStep.compute(engine);
      assertTrue(StoredStep.compare(StoredStep.stored(), got).right(), () -> properties(got));
      assertEquals(0, engine.memory().liveArrays());
    }
  }

  private static String properties(Map<String, Double> numbers) {
    StringBuilder out = new StringBuilder(StoredStep.RESOURCE).append(":\n");
    numbers.forEach(
        (name, value) -> out.append(String.format(Locale.ROOT, "%s=%.7g%n", name, value)));
    return out.toString();
  }

  @Test
  void aGradientThatIsWrongByTwoInAThousandIsFound() {
    for (String name : StoredStep.stored().keySet()) {
      Map<String, Double> wrong = new HashMap<>(StoredStep.stored());
      wrong.computeIfPresent(name, (n, value) -> value * 1.002);
      Check.Outcome outcome = StoredStep.compare(StoredStep.stored(), wrong);
      assertFalse(outcome.right());
      assertTrue(outcome.message().contains(name), outcome.message());
    }
  }

  @Test
  void whatIsNotANumberIsInfinitelyFar() {
    float[] got = {1, Float.NaN, 3};
    assertFalse(new Difference().add("x", new double[] {1, 2, 3}, got).within(1e9).right());
    assertTrue(
        new Difference().add("x", new double[] {1, 2, 3}, new float[] {1, 2, 3}).within(0).right());
  }

  @Test
  void theLargestDifferenceIsTheOneThatIsNamed() {
    Check.Outcome outcome =
        new Difference()
            .add("small", new double[] {100}, new float[] {101})
            .add("large", new double[] {1}, new float[] {2})
            .add("none", new double[] {1}, new float[] {1})
            .within(1e-4);
    assertTrue(outcome.message().startsWith("large"), outcome.message());
  }

  @Test
  void aReportIsReadAmongOtherLines() {
    assertTrue(Report.parse("onednn_verbose,info").isEmpty());
    Report.Line line = Report.parse("doctor:\tENDED\trows\tfalse\ttoo far").orElseThrow();
    assertEquals(Report.Kind.ENDED, line.kind());
    assertEquals(List.of("rows", "false", "too far"), line.words());
  }

  @Test
  void aLimitOnInstructionsIsANote() {
    assertEquals(Finding.Verdict.OK, new Settings(Map.of("HOME", "/")).finding().verdict());
    Finding finding = new Settings(Map.of("ONEDNN_MAX_CPU_ISA", "AVX")).finding();
    assertEquals(Finding.Verdict.NOTE, finding.verdict());
    assertTrue(finding.message().contains("ONEDNN_MAX_CPU_ISA=AVX"), finding::message);
  }

  @Test
  void onlyVariablesThatMatterAreTold() {
    Settings settings = new Settings(Map.of("OMP_NUM_THREADS", "3", "SECRET", "x"));
    assertEquals(List.of(new Fact("environment", "OMP_NUM_THREADS", "3")), settings.facts());
  }
}
