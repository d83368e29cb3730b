package org.maskwright.trainer.incontext;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** Against Transformers' SegGptLoss; make_seggpt.py of the model zoo made the golden file. */
class PaintLossTest {
  private static final double TOLERANCE = 1e-5;

  private static Tensor tensor(Engine engine, HostTensor value) {
    return engine.floats(value.toFloatArray(), value.shape());
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void lossAndGradientAreThoseOfTheReference(String backend) throws Exception {
    StateDict golden =
        Safetensors.read(
            Path.of(PaintLossTest.class.getResource("paint-loss.safetensors").toURI()));
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        var scope = engine.scope()) {
      Tensor painted = tensor(engine, golden.get("painted")).variable();
      Tensor counted =
          tensor(engine, golden.get("hidden"))
              .reshape(2, 1, 8, 1, 4, 1)
              .expand(2, 1, 8, 4, 4, 4)
              .reshape(2, 1, 32, 16)
              .cast(DType.FLOAT32);
      double pixels = 3 * counted.sum().item();
      Tensor loss =
          PaintLoss.sum(painted, tensor(engine, golden.get("targets")), counted, 0.01)
              .mul(1 / pixels);
      assertEquals(golden.get("loss").toFloatArray()[0], loss.item(), TOLERANCE);
      loss.backward();
      float[] expected = golden.get("grad.painted").toFloatArray();
      float[] actual = painted.grad().toFloats();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], actual[i], TOLERANCE, "gradient at " + i);
      }
    }
  }
}
