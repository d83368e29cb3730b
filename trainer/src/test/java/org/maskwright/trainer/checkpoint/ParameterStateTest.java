package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

class ParameterStateTest {
  /** Loads another layer's values after a change of them; the message if that is refused. */
  private static String refusal(Consumer<Map<String, HostTensor>> change) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        Linear layer = Linear.of(engine, 3, 2);
        Linear other = Linear.of(engine, 3, 2)) {
      Map<String, HostTensor> values =
          new LinkedHashMap<>(ParameterState.view(other.state()).asMap());
      change.accept(values);
      float[] before = layer.weight().tensor().toFloats();
      CheckpointException error =
          assertThrows(
              CheckpointException.class,
              () -> ParameterState.load(layer.state(), StateDict.of(values), "some/file"));
      assertArrayEquals(before, layer.weight().tensor().toFloats(), "nothing is changed");
      return error.getMessage();
    }
  }

  @Test
  void valuesAreTakenOverToTheBit() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        Linear layer = Linear.of(engine, 3, 2);
        Linear other = Linear.of(engine, 3, 2)) {
      ParameterState.load(layer.state(), ParameterState.view(other.state()), "some/file");
      assertArrayEquals(other.weight().tensor().toFloats(), layer.weight().tensor().toFloats());
      assertArrayEquals(other.bias().tensor().toFloats(), layer.bias().tensor().toFloats());
    }
  }

  /** The larger parameter is more than what is written at once, and no multiple of it. */
  @Test
  void whatIsWrittenIsTheValues(@TempDir Path folder) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        Linear layer = Linear.of(engine, 701, 703)) {
      Path file = folder.resolve("layer.safetensors");
      StateDict state = ParameterState.view(layer.state());
      Safetensors.write(file, state);
      StateDict read = Safetensors.read(file);
      assertEquals(state.get("weight").bytes(), read.get("weight").bytes());
      assertEquals(state.get("bias").bytes(), read.get("bias").bytes());
      assertArrayEquals(layer.weight().tensor().toFloats(), read.get("weight").toFloatArray());
    }
  }

  @Test
  void aMissingKeyAloneIsRefused() {
    String message = refusal(values -> values.remove("bias"));
    assertTrue(message.contains("some/file") && message.contains("missing bias"), message);
  }

  @Test
  void anUnexpectedKeyAloneIsRefused() {
    String message = refusal(v -> v.put("scale", HostTensor.ofFloats(new float[] {1}, 1)));
    assertTrue(message.contains("unexpected scale"), message);
  }

  @Test
  void anotherShapeAloneIsRefused() {
    String message = refusal(v -> v.put("bias", HostTensor.ofFloats(new float[] {1}, 1)));
    assertTrue(message.contains("bias: expected shape [2], got [1]"), message);
  }

  @Test
  void atMostTenProblemsAreListedAndTheOthersCounted() {
    String message =
        refusal(
            values -> {
              for (int i = 0; i < 12; i++) {
                values.put("more" + i, HostTensor.ofFloats(new float[] {1}, 1));
              }
            });
    assertTrue(message.contains("more9") && !message.contains("more10"), message);
    assertTrue(message.contains("and 2 more"), message);
  }

  @Test
  void tenProblemsAreAllOfThem() {
    String message =
        refusal(
            values -> {
              for (int i = 0; i < 10; i++) {
                values.put("extra" + i, HostTensor.ofFloats(new float[] {1}, 1));
              }
            });
    assertTrue(message.contains("extra9") && !message.contains("more"), message);
  }
}
