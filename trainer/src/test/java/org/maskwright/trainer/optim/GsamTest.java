package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;

/** The gradient that GSAM follows; make_gsam.py made the golden files from the paper's formulas. */
class GsamTest {
  private static final UpdateRuleSettings SGD = new Sgd.Settings(0.9, false);
  private static final UpdateRuleSettings ADAMW = new AdamW.Settings(0.9, 0.99, 1e-8);

  private static OptimizerSettings settings(
      UpdateRuleSettings base, double rate, double clip, MethodSettings method) {
    return new OptimizerSettings(rate, 1, LayerDecay.NONE, 0.05, 0.05, clip, 0, base, method);
  }

  @ParameterizedTest
  @CsvSource({"torch", "nd4j"})
  void fiveStepsEqualThePublishedUpdateOnBothBases(String backend) throws Exception {
    MethodSettings first = new Gsam.Settings(0.6, 0.2, 0.1, 0.4, false);
    Perceptron.assertGolden("gsam-sgd", settings(SGD, 0.05, 0.5, first), backend);
    MethodSettings second = new Gsam.Settings(0.6, 0.1, 0.2, 0.6, false);
    Perceptron.assertGolden("gsam-adamw", settings(ADAMW, 0.02, 0, second), backend);
    MethodSettings adaptive = new Gsam.Settings(0.6, 0, 0.3, 0.4, true);
    Perceptron.assertGolden("gsam-adaptive", settings(SGD, 0.05, 0, adaptive), backend);
  }

  @Test
  void withAlphaZeroAndOneRhoStepsAreSamsToTheLastBit() {
    for (UpdateRuleSettings base : List.of(SGD, ADAMW)) {
      Perceptron.assertSame(
          Perceptron.trained(settings(base, 0.02, 0.5, new Sam.Settings(0.3, false))),
          Perceptron.trained(
              settings(base, 0.02, 0.5, new Gsam.Settings(0.3, 0.3, 0.1, 0, false))));
    }
  }

  @Test
  void withRhoZeroStepsAreThoseOfTheBaseToTheLastBit() {
    for (UpdateRuleSettings base : List.of(SGD, ADAMW)) {
      Perceptron.assertSame(
          Perceptron.trained(settings(base, 0.02, 0.5, new Plain.Settings())),
          Perceptron.trained(settings(base, 0.02, 0.5, new Gsam.Settings(0, 0, 0, 0.4, false))));
    }
  }

  /** Keeps the gradient that a step follows, and does nothing with it. */
  private record Looking(Perceptron model, List<float[]> followed) implements Optimizer {
    @Override
    public Outcome step(Closure closure, double scheduleFactor, double backboneFactor) {
      closure.evaluate();
      followed.add(model.gradient());
      return new Outcome(0, Map.of());
    }

    @Override
    public long steps() {
      return followed.size();
    }

    @Override
    public Map<String, Parameter> state() {
      return Map.of();
    }

    @Override
    public void resume(long steps) {}

    @Override
    public void close() {}
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  @Test
  void whatIsAddedToThePerturbedGradientIsOrthogonalToIt() {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine)) {
      List<float[]> followed = new ArrayList<>();
      List<float[]> computed = new ArrayList<>();
      try (Optimizer optimizer =
          new Gsam.Settings(2, 2, 0, 1, false).around(new Looking(model, followed), model)) {
        optimizer.step(
            () -> {
              double loss = model.evaluate(0);
              computed.add(model.gradient());
              return loss;
            },
            1);
      }
      float[] clean = computed.get(0);
      float[] perturbed = computed.get(1);
      float[] added = followed.get(0).clone();
      for (int i = 0; i < added.length; i++) {
        added[i] -= perturbed[i];
      }
      double cos = dot(added, perturbed) / Math.sqrt(dot(added, added) * dot(perturbed, perturbed));
      assertTrue(Math.abs(cos) < 1e-6, "cosine " + cos);
      double parallel = dot(clean, perturbed) / Math.sqrt(dot(perturbed, perturbed));
      double left = Math.sqrt(dot(clean, clean) - parallel * parallel);
      assertEquals(left, Math.sqrt(dot(added, added)), 1e-5 * left, "all of that part of g");
      assertTrue(dot(added, clean) < 0, "against g, which lowers the gap");
    }
  }

  @Test
  void rhoGoesWithTheLearningRateAndIsNotBelowZeroInAWarmUp() {
    Gsam.Settings settings = new Gsam.Settings(0.6, 0.2, 0.2, 0.4, false);
    assertEquals(0.6, settings.rho(1), 1e-12);
    assertEquals(0.4, settings.rho(0.6), 1e-12);
    assertEquals(0.2, settings.rho(0.2), 1e-12);
    assertEquals(0.1, settings.rho(0), 1e-12);
    assertEquals(0, new Gsam.Settings(0.6, 0, 0.2, 0.4, false).rho(0.1));
  }

  @Test
  void settingsOutOfRangeAreRefusedByName() {
    assertRefused("rhoMax", () -> new Gsam.Settings(0.1, 0.2, 0, 0.4, false));
    assertRefused("rhoMin", () -> new Gsam.Settings(0.1, -0.2, 0, 0.4, false));
    assertRefused("finalFactor", () -> new Gsam.Settings(0.1, 0, 1, 0.4, false));
    assertRefused("alpha", () -> new Gsam.Settings(0.1, 0, 0, -1, false));
  }

  private static void assertRefused(String name, Runnable settings) {
    String message = assertThrows(IllegalArgumentException.class, settings::run).getMessage();
    assertTrue(message.startsWith(name + ": expected"), message);
  }
}
