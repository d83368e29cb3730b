package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;

/** Gradients of norm 0, at the bound of clipping, and as small as what is added to a divisor. */
class SmallGradientsTest {
  private static final UpdateRuleSettings SGD = new Sgd.Settings(0, false);
  private static final float[] DIRECTION = {0.6f, -0.8f};

  private static OptimizerSettings settings(
      double rate, double clipNorm, UpdateRuleSettings base, MethodSettings method) {
    return new OptimizerSettings(rate, 1, LayerDecay.NONE, 0, 0, clipNorm, 0, base, method);
  }

  /** What a step saw. */
  private record Seen(List<float[]> moves, List<Double> given, Map<String, Double> measures) {}

  /**
   * A step of weights [2] with the loss {@code scale * (DIRECTION . w)}.
   *
   * @return how far the weights were from those before the step in each evaluation and after it;
   *     the losses; the measures
   */
  private static Seen step(OptimizerSettings settings, double scale) {
    try (Engine engine = Perceptron.open("torch");
        Linear layer = Linear.of(engine, 2, 1);
        Optimizer optimizer = settings.over(layer)) {
      layer.bias().setTrainable(false);
      Parameter weight = layer.weight();
      float[] before = weight.tensor().toFloats();
      List<float[]> moves = new ArrayList<>();
      List<Double> losses = new ArrayList<>();
      Optimizer.Outcome outcome =
          optimizer.step(
              () -> {
                moves.add(move(before, weight));
                weight.zeroGrad();
                try (var scope = engine.scope()) {
                  var direction = engine.floats(DIRECTION, 1, 2);
                  var loss = weight.tensor().mul(direction).sum().mul(scale);
                  loss.backward();
                  losses.add(loss.item());
                  return losses.get(losses.size() - 1);
                }
              },
              1);
      moves.add(move(before, weight));
      return new Seen(moves, losses, outcome.measures());
    }
  }

  private static float[] move(float[] before, Parameter weight) {
    float[] move = weight.tensor().toFloats();
    for (int i = 0; i < move.length; i++) {
      move[i] -= before[i];
    }
    return move;
  }

  private static float[] along(double factor) {
    return new float[] {(float) (factor * DIRECTION[0]), (float) (factor * DIRECTION[1])};
  }

  /** PyTorch divides by the norm + 1e-6. */
  @Test
  void aGradientIsClippedByItsNormAndTheSmallNumberBesideIt() {
    MethodSettings plain = new Plain.Settings();
    double small = 1e-6;
    Seen half = step(settings(1 / small, small, SGD, plain), small);
    assertArrayEquals(along(-0.5), half.moves().get(1), 1e-6f);
    Seen third = step(settings(1 / small, small, SGD, plain), 2 * small);
    assertArrayEquals(along(-2 / 3.0), third.moves().get(1), 1e-6f);
    Seen below = step(settings(1 / small, 4 * small, SGD, plain), small);
    assertArrayEquals(along(-1), below.moves().get(1), 1e-6f);
  }

  @Test
  void weightsAreMovedByRhoTimesTheNormOverTheNormAndTheSmallNumberBesideIt() {
    Seen seen = step(settings(0, 0, SGD, new Sam.Settings(1, false)), 1e-12);
    assertEquals(3, seen.moves().size());
    assertArrayEquals(along(0.5), seen.moves().get(1), 1e-6f);
    assertArrayEquals(along(0), seen.moves().get(2), 0);
  }

  @Test
  void aGradientOfZeroMovesNothing() {
    MethodSettings gsam = new Gsam.Settings(0.3, 0.1, 0, 0.4, false);
    List<OptimizerSettings> all =
        List.of(
            settings(1, 1, SGD, new Plain.Settings()),
            settings(1, 1, new Sgd.Settings(0.9, true), gsam),
            settings(1, 1, new AdamW.Settings(0.9, 0.99, 1e-8), new Sam.Settings(0.3, false)),
            settings(1, 1, new AdamW.Settings(0.9, 0.99, 1e-8), gsam));
    for (OptimizerSettings settings : all) {
      for (float[] move : step(settings, 0).moves()) {
        assertArrayEquals(along(0), move, 0, settings.toString());
      }
    }
  }

  @Test
  void whereThereIsNothingToMoveOneGradientIsAskedFor() {
    Seen still = step(settings(1, 0, SGD, new Sam.Settings(0, false)), 1);
    assertEquals(1, still.given().size());
    assertEquals(Map.of("rho", 0.0, "surrogateGap", 0.0), still.measures());
  }

  /** Keeps what the closure gives. */
  private record Asking(List<Double> given) implements Optimizer {
    @Override
    public Outcome step(Closure closure, double scheduleFactor, double backboneFactor) {
      given.add(closure.evaluate());
      return new Outcome(0, Map.of("base", 7.0));
    }

    @Override
    public long steps() {
      return given.size();
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

  @Test
  void theOptimizerInsideIsGivenTheLossAtTheWeightsAndItsMeasuresAreKept() {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine)) {
      List<Double> losses = new ArrayList<>();
      Asking inside = new Asking(new ArrayList<>());
      try (Optimizer optimizer = new Sam.Settings(0.3, false).around(inside, model)) {
        Optimizer.Outcome outcome =
            optimizer.step(
                () -> {
                  losses.add(model.evaluate(0));
                  return losses.get(losses.size() - 1);
                },
                1);
        assertEquals(2, losses.size());
        assertEquals(List.of(losses.get(0)), inside.given());
        assertEquals(
            Map.of("base", 7.0, "rho", 0.3, "surrogateGap", losses.get(1) - losses.get(0)),
            outcome.measures());
        assertEquals(1, optimizer.steps());
      }
    }
  }
}
