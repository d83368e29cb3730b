package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.settings.ExtensionException;
import org.maskwright.settings.Registry;
import org.maskwright.settings.Variant;

/** What every optimiser keeps to, from being made over steps and a checkpoint to being closed. */
class OptimizerLifecycleTest {
  private static final UpdateRuleSettings ADAMW = new AdamW.Settings(0.9, 0.99, 1e-8);
  private static final UpdateRuleSettings SGD = new Sgd.Settings(0.9, true);
  private static final int STEPS = 5;

  private static OptimizerSettings settings(UpdateRuleSettings base, MethodSettings method) {
    return new OptimizerSettings(0.02, 1, LayerDecay.NONE, 0.05, 0.05, 0.5, 0, base, method);
  }

  private static OptimizerSettings settings(String name) {
    return switch (name) {
      case "adamw" -> settings(ADAMW, new Plain.Settings());
      case "sgd" -> settings(SGD, new Plain.Settings());
      case "sgd-plain" -> settings(new Sgd.Settings(0, false), new Plain.Settings());
      case "sam" -> settings(SGD, new Sam.Settings(0.3, true));
      case "gsam" -> settings(ADAMW, new Gsam.Settings(0.3, 0.1, 0.1, 0.4, false));
      default -> settings(SGD, new Gsam.Settings(0.3, 0.1, 0.1, 0.4, true));
    };
  }

  private static <V extends Variant> void assertFound(Class<V> kind, String name, Record settings) {
    V variant = Registry.of(kind).of(settings);
    assertEquals(name, variant.name());
    assertEquals(settings.getClass(), variant.settings());
    assertSame(variant, Registry.of(kind).get(name));
  }

  @Test
  void anOptimizerIsFoundByItsNameAndByItsSettings() {
    assertFound(UpdateRuleKind.class, "adamw", new AdamW.Settings(0.9, 0.99, 1e-8));
    assertFound(UpdateRuleKind.class, "sgd", new Sgd.Settings(0.9, true));
    assertFound(MethodKind.class, "plain", new Plain.Settings());
    assertFound(MethodKind.class, "sam", new Sam.Settings(0.3, true));
    assertFound(MethodKind.class, "gsam", new Gsam.Settings(0.3, 0.1, 0.1, 0.4, false));
  }

  /** What of a parameter's state there is, by optimiser. */
  private static Set<String> kept(String name) {
    return switch (name) {
      case "adamw", "gsam" -> Set.of("first", "second");
      case "sgd-plain" -> Set.of();
      default -> Set.of("momentum");
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "sgd", "sgd-plain", "sam", "gsam", "gsam-adaptive"})
  void theStateIsOneOfEachTrainedParametersShapeAndStartsAtZero(String name) {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine)) {
      model.parameters().get("hidden.bias").setTrainable(false);
      try (Optimizer optimizer = settings(name).over(model)) {
        Map<String, Long> expected = new LinkedHashMap<>();
        for (String key : kept(name)) {
          for (String parameter : List.of("hidden.weight", "out.weight", "out.bias")) {
            expected.put(key + "." + parameter, model.parameters().get(parameter).numel());
          }
        }
        Map<String, Long> sizes = new LinkedHashMap<>();
        optimizer
            .state()
            .forEach(
                (key, p) -> {
                  sizes.put(key, p.numel());
                  for (float value : p.tensor().toFloats()) {
                    assertEquals(0, value, key);
                  }
                });
        assertEquals(expected, sizes);
      }
    }
  }

  private static void step(Perceptron model, Optimizer optimizer, int from, int to) {
    for (int s = from; s < to; s++) {
      int step = s;
      optimizer.step(() -> model.evaluate(step), 1 - 0.15 * s);
      assertEquals(s + 1, optimizer.steps());
    }
  }

  private static Map<String, float[]> values(Map<String, Parameter> parameters) {
    Map<String, float[]> values = new LinkedHashMap<>();
    parameters.forEach((key, p) -> values.put(key, p.tensor().toFloats()));
    return values;
  }

  private static void load(Map<String, float[]> values, Map<String, Parameter> parameters) {
    assertEquals(values.keySet(), parameters.keySet());
    parameters.forEach((key, p) -> p.set(FloatBuffer.wrap(values.get(key))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "sgd", "sgd-plain", "sam", "gsam", "gsam-adaptive"})
  void whatIsSavedAndLoadedContinuesToTheSameBits(String name) {
    OptimizerSettings settings = settings(name);
    Map<String, float[]> weights;
    Map<String, float[]> state;
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine);
        Optimizer optimizer = settings.over(model)) {
      step(model, optimizer, 0, 2);
      weights = model.weights();
      state = values(optimizer.state());
      step(model, optimizer, 2, STEPS);
      try (Perceptron other = new Perceptron(engine);
          Optimizer resumed = settings.over(other)) {
        load(weights, other.parameters());
        load(state, resumed.state());
        resumed.resume(2);
        step(other, resumed, 2, STEPS);
        Perceptron.assertSame(model.weights(), other.weights());
        Perceptron.assertSame(values(optimizer.state()), values(resumed.state()));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "sgd", "sgd-plain", "sam", "gsam", "gsam-adaptive"})
  void aStepLeavesNothingButGradientsAndClosingGivesTheRestBack(String name) {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine)) {
      long bare = engine.memory().liveArrays();
      Optimizer optimizer = settings(name).over(model);
      assertEquals(bare + optimizer.state().size(), engine.memory().liveArrays());
      step(model, optimizer, 0, 2);
      model.zeroGrad();
      assertEquals(bare + optimizer.state().size(), engine.memory().liveArrays());
      optimizer.close();
      assertEquals(bare, engine.memory().liveArrays());
    }
  }

  /** Whether memory for as many results was enough for an optimiser and a step of it. */
  private static boolean suffices(ScarceMemory memory, Engine engine, String name, long results) {
    try (Perceptron model = new Perceptron(engine)) {
      Map<String, float[]> before = model.weights();
      long bare = engine.memory().liveArrays();
      long steps = 0;
      memory.allow(results);
      try (Optimizer optimizer = settings(name).over(model)) {
        try {
          optimizer.step(() -> model.evaluate(0), 1);
        } finally {
          steps = optimizer.steps();
        }
      } catch (EngineException e) {
        assertTrue(memory.hasEnded(), e.getMessage());
      }
      boolean enough = !memory.hasEnded();
      memory.allow(Long.MAX_VALUE);
      model.zeroGrad();
      String where = "after " + results + " results";
      assertEquals(bare, engine.memory().liveArrays(), where);
      if (steps == 0) { // the update had not begun
        Perceptron.assertSame(before, model.weights());
      }
      return enough;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "sgd", "sam", "gsam", "gsam-adaptive"})
  void whereverMemoryEndsAllIsGivenBackAndTheWeightsAreThoseBefore(String name) {
    ScarceMemory memory = new ScarceMemory();
    try (Engine engine = memory.open()) {
      long results = 0;
      while (!suffices(memory, engine, name, results)) {
        results++;
      }
      assertTrue(results > 4L * kept(name).size(), "a place for each array of state: " + results);
    }
  }

  @Test
  void anAverageThatMemoryDoesNotSufficeForIsGivenBack() {
    ScarceMemory memory = new ScarceMemory();
    try (Engine engine = memory.open();
        Perceptron model = new Perceptron(engine)) {
      long bare = engine.memory().liveArrays();
      for (int copies = 0; copies < model.state().size(); copies++) {
        memory.allow(copies);
        assertThrows(EngineException.class, () -> new Ema(model, 0.9));
        assertEquals(bare, engine.memory().liveArrays());
      }
    }
  }

  /** In no META-INF/services. */
  private record Unlisted() implements MethodSettings {
    @Override
    public Optimizer around(Optimizer base, Module model) {
      return base;
    }
  }

  @Test
  void whereTheMethodCannotBeMadeTheRuleInsideItIsClosed() {
    try (Engine engine = Perceptron.open("torch");
        Perceptron model = new Perceptron(engine)) {
      long bare = engine.memory().liveArrays();
      OptimizerSettings settings = settings(ADAMW, new Unlisted());
      assertThrows(ExtensionException.class, () -> settings.over(model));
      assertEquals(bare, engine.memory().liveArrays());
    }
  }
}
