package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;

/** Two gradients a step; make_sam.py made the golden files from the paper's formulas. */
class SamTest {
  private static final UpdateRuleSettings SGD = new Sgd.Settings(0.9, false);
  private static final UpdateRuleSettings ADAMW = new AdamW.Settings(0.9, 0.99, 1e-8);

  private static OptimizerSettings settings(
      UpdateRuleSettings base, double rate, double clip, MethodSettings method) {
    return new OptimizerSettings(rate, 1, LayerDecay.NONE, 0.05, 0.05, clip, 0, base, method);
  }

  private static MethodSettings sam(double rho) {
    return new Sam.Settings(rho, false);
  }

  @ParameterizedTest
  @CsvSource({"torch", "nd4j"})
  void fiveStepsEqualThePapersUpdateOnBothBases(String backend) throws Exception {
    Perceptron.assertGolden("sam-sgd", settings(SGD, 0.05, 0, sam(0.3)), backend);
    Perceptron.assertGolden("sam-adamw", settings(ADAMW, 0.02, 0.5, sam(0.3)), backend);
  }

  /** 0 and what rounds away: the second evaluation is skipped, and is not. */
  @ParameterizedTest
  @CsvSource({"0", "1e-30"})
  void withoutAPerturbationStepsAreThoseOfTheBaseToTheLastBit(double rho) {
    for (UpdateRuleSettings base : List.of(SGD, ADAMW)) {
      Perceptron.assertSame(
          Perceptron.trained(settings(base, 0.02, 0.5, new Plain.Settings())),
          Perceptron.trained(settings(base, 0.02, 0.5, sam(rho))));
    }
  }

  /** The weights at each evaluation of a step. */
  private static List<Map<String, float[]>> evaluated(MethodSettings method) {
    List<Map<String, float[]>> seen = new ArrayList<>();
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine);
        Optimizer optimizer = settings(SGD, 0.05, 0, method).over(model)) {
      optimizer.step(
          () -> {
            seen.add(model.weights());
            return model.evaluate(0);
          },
          1);
    }
    return seen;
  }

  @Test
  void theSecondEvaluationIsAtWeightsMovedByRhoAlongTheGradient() {
    List<Map<String, float[]>> seen = evaluated(sam(0.3));
    assertEquals(2, seen.size());
    double square = 0;
    for (String name : seen.get(0).keySet()) {
      float[] from = seen.get(0).get(name);
      float[] to = seen.get(1).get(name);
      for (int i = 0; i < from.length; i++) {
        square += Math.pow(to[i] - from[i], 2);
      }
    }
    assertEquals(0.3, Math.sqrt(square), 1e-6);
  }

  @Test
  void anAdaptiveMoveIsScaledOnceByTheSizeOfEachWeight() {
    Map<String, float[]> plain = evaluated(sam(0.3)).get(1);
    List<Map<String, float[]>> seen = evaluated(new Sam.Settings(0.3, true));
    seen.get(0)
        .forEach(
            (name, from) -> {
              float[] to = seen.get(1).get(name);
              for (int i = 0; i < from.length; i++) {
                float move = plain.get(name)[i] - from[i];
                assertEquals(Math.abs(from[i]) * move, to[i] - from[i], 1e-6, name);
              }
            });
  }

  @Test
  void aSecondEvaluationThatFailsLeavesTheWeightsToTheLastBitAndNoMemory() {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine);
        Optimizer optimizer = settings(SGD, 0.05, 0, sam(0.3)).over(model)) {
      Map<String, float[]> before = model.weights();
      long bytes = engine.memory().liveBytes();
      int[] calls = new int[1];
      Closure failing =
          () -> {
            if (++calls[0] == 2) {
              assertFalse(
                  Arrays.equals(before.get("hidden.weight"), model.weights().get("hidden.weight")));
              throw new IllegalStateException("out of luck");
            }
            return model.evaluate(0);
          };
      assertThrows(IllegalStateException.class, () -> optimizer.step(failing, 1));
      model.zeroGrad();
      Perceptron.assertSame(before, model.weights());
      assertEquals(bytes, engine.memory().liveBytes());
      assertEquals(0, optimizer.steps());
    }
  }

  @Test
  void aStepFreesWhatItMovedTheWeightsWith() {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine);
        Optimizer optimizer = settings(ADAMW, 0.05, 0, sam(0.3)).over(model)) {
      long bytes = engine.memory().liveBytes();
      optimizer.step(() -> model.evaluate(0), 1);
      model.zeroGrad();
      assertEquals(bytes, engine.memory().liveBytes());
    }
  }

  @Test
  void aGradientThatIsNotFiniteMovesNothing() {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine);
        Optimizer optimizer = settings(SGD, 0.05, 0, sam(0.3)).over(model)) {
      Map<String, float[]> before = model.weights();
      Parameter bias = model.parameters().get("out.bias");
      Closure infinite =
          () -> {
            double loss = model.evaluate(0);
            bias.mixGrad(Double.POSITIVE_INFINITY, bias.grad(), 0);
            return loss;
          };
      assertThrows(NonFiniteGradientException.class, () -> optimizer.step(infinite, 1));
      Perceptron.assertSame(before, model.weights());
    }
  }

  @Test
  void aFrozenParameterIsMovedInNeitherEvaluationNorStep() {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine)) {
      Parameter frozen = model.parameters().get("hidden.weight");
      frozen.setTrainable(false);
      float[] before = frozen.tensor().toFloats();
      float[] other = model.weights().get("out.bias");
      try (Optimizer optimizer = settings(SGD, 0.05, 0, sam(0.3)).over(model)) {
        optimizer.step(
            () -> {
              assertArrayEquals(before, frozen.tensor().toFloats());
              return model.evaluate(0);
            },
            1);
      }
      assertArrayEquals(before, frozen.tensor().toFloats());
      assertNotEquals(other[0], model.weights().get("out.bias")[0]);
    }
  }
}
