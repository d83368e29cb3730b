package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** The perceptron of make_sam.py: its values, and a loss of its own for each step. */
final class Perceptron extends Module {
  private static final int ROWS = 6;
  private static final int INPUTS = 5;
  private static final int HIDDEN = 8;
  private static final int OUTPUTS = 3;
  private static final double[] FACTORS = {0.25, 1, 0.75, 0.5, 0.25};

  /** The golden numbers are float64; ten float32 roundings of values near 1. */
  private static final float TOLERANCE = 1e-6f;

  private final Linear hidden;
  private final Linear out;

  Perceptron(Engine engine) {
    super(engine);
    hidden = child("hidden", Linear.of(engine, INPUTS, HIDDEN));
    out = child("out", Linear.of(engine, HIDDEN, OUTPUTS));
    int k = 0;
    for (var p : parameters().values()) {
      try (Scope scope = engine.scope()) {
        p.set(engine.floats(wave((int) p.numel(), 0.9, k++), p.shape()));
      }
    }
  }

  static Engine open(String backend) {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend).withThreads(1));
  }

  private static float[] wave(int count, double factor, double shift) {
    float[] values = new float[count];
    for (int n = 0; n < count; n++) {
      values[n] = (float) Math.cos(factor * n + shift);
    }
    return values;
  }

  /** Leaves the gradients of a step's loss. */
  double evaluate(int step) {
    zeroGrad();
    try (Scope scope = engine().scope()) {
      Tensor x = engine().floats(wave(ROWS * INPUTS, 0.7, 1.3 * step), ROWS, INPUTS);
      Tensor target = engine().floats(wave(ROWS * OUTPUTS, 1.1, step), ROWS, OUTPUTS);
      Tensor y = out.forward(hidden.forward(x).sigmoid());
      Tensor loss = y.sub(target).square().sum().div(ROWS);
      loss.backward();
      return loss.item();
    }
  }

  /** Values of the parameters by name. */
  Map<String, float[]> weights() {
    Map<String, float[]> values = new LinkedHashMap<>();
    parameters().forEach((name, p) -> values.put(name, p.tensor().toFloats()));
    return values;
  }

  /** Gradients of the parameters, one after the other. */
  float[] gradient() {
    float[] values = new float[(int) parameterCount()];
    int at = 0;
    for (var p : parameters().values()) {
      float[] own = p.grad().toFloats();
      System.arraycopy(own, 0, values, at, own.length);
      at += own.length;
    }
    return values;
  }

  /** The weights after five steps. */
  static Map<String, float[]> trained(OptimizerSettings settings) {
    try (Engine engine = open("torch");
        Perceptron model = new Perceptron(engine);
        Optimizer optimizer = settings.over(model)) {
      for (int s = 0; s < FACTORS.length; s++) {
        int step = s;
        optimizer.step(() -> model.evaluate(step), FACTORS[s]);
      }
      return model.weights();
    }
  }

  static void assertSame(Map<String, float[]> expected, Map<String, float[]> got) {
    expected.forEach((name, values) -> assertArrayEquals(values, got.get(name), name));
  }

  /** Five steps against a golden file. */
  static void assertGolden(String name, OptimizerSettings settings, String backend)
      throws URISyntaxException {
    StateDict golden =
        Safetensors.read(Path.of(Perceptron.class.getResource(name + ".safetensors").toURI()));
    try (Engine engine = open(backend);
        Perceptron model = new Perceptron(engine);
        Optimizer optimizer = settings.over(model)) {
      for (int s = 0; s < FACTORS.length; s++) {
        int step = s;
        double[] loss = new double[1];
        boolean[] evaluated = new boolean[1];
        Optimizer.Outcome outcome =
            optimizer.step(
                () -> {
                  double value = model.evaluate(step);
                  loss[0] = evaluated[0] ? loss[0] : value;
                  evaluated[0] = true;
                  return value;
                },
                FACTORS[s]);
        assertNear(golden, "loss." + s, loss[0]);
        assertNear(golden, "rho." + s, outcome.measures().get("rho"));
        assertNear(golden, "gap." + s, outcome.measures().get("surrogateGap"));
        assertNear(golden, "norm." + s, outcome.gradientNorm());
        model
            .weights()
            .forEach(
                (key, values) ->
                    assertArrayEquals(
                        golden.get(step + "." + key).toFloatArray(),
                        values,
                        TOLERANCE,
                        step + "." + key));
      }
    }
  }

  private static void assertNear(StateDict golden, String key, double got) {
    double expected = golden.get(key).toFloatArray()[0];
    assertEquals(expected, got, 3 * TOLERANCE * Math.max(1, Math.abs(expected)), key);
  }
}
