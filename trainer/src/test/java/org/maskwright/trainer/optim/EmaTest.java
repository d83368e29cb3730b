package org.maskwright.trainer.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;

class EmaTest {
  private static final float[] START = {1, 2};
  private static final float[] NOW = {5, -2};
  private static final float[] AVERAGE = {2, 1}; // 3/4 of START and 1/4 of NOW

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
  }

  private static void set(Parameter parameter, float[] values) {
    try (var scope = parameter.tensor().engine().scope()) {
      parameter.set(parameter.tensor().engine().floats(values, 1, 2));
    }
  }

  private static void assertValues(float[] expected, Parameter parameter) {
    assertArrayEquals(expected, parameter.tensor().toFloats(), 1e-6f);
  }

  @Test
  void theAverageTakesItsShareOfThePresentValuesAndTheModelKeepsThem() {
    try (Engine engine = open();
        Linear layer = Linear.of(engine, 2, 1)) {
      set(layer.weight(), START);
      try (Ema ema = new Ema(layer, 0.75)) {
        assertEquals(layer.state().keySet(), ema.state().keySet());
        set(layer.weight(), NOW);
        assertValues(START, ema.state().get("weight"));
        ema.update();
        assertValues(AVERAGE, ema.state().get("weight"));
        assertValues(NOW, layer.weight());
      }
    }
  }

  @Test
  void theModelHasTheAveragesForAsLongAsTheBodyRunsAlsoIfItFails() {
    try (Engine engine = open();
        Linear layer = Linear.of(engine, 2, 1)) {
      set(layer.weight(), START);
      try (Ema ema = new Ema(layer, 0.75)) {
        set(layer.weight(), NOW);
        ema.update();
        int[] runs = new int[1];
        assertThrows(
            IllegalStateException.class,
            () ->
                ema.with(
                    () -> {
                      assertValues(AVERAGE, layer.weight());
                      runs[0]++;
                      throw new IllegalStateException("an evaluation that failed");
                    }));
        assertEquals(1, runs[0]);
        assertValues(NOW, layer.weight());
        assertValues(AVERAGE, ema.state().get("weight"));
      }
    }
  }

  @Test
  void closingGivesTheCopyOfTheModelBack() {
    try (Engine engine = open();
        Linear layer = Linear.of(engine, 2, 1)) {
      long before = engine.memory().liveArrays();
      Ema ema = new Ema(layer, 0.5);
      assertEquals(before + 2, engine.memory().liveArrays()); // weight and bias
      ema.update();
      ema.close();
      assertEquals(before, engine.memory().liveArrays());
    }
  }
}
