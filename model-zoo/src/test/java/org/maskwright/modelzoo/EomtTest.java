package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.decoder.EomtPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;

/** When EoMT's queries attend within their masks; its values are compared elsewhere. */
class EomtTest {
  private static final EngineOptions SEEDED = EngineOptions.DEFAULT.withSeed(5);
  private static final int QUERIES = 20;
  private static final float ROUNDING = 1e-4f;

  /** Two of three blocks run with queries. */
  private static SegmentationModel model(Engine engine) {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.MAE,
            16,
            32,
            3,
            2,
            64,
            VitActivation.GELU,
            false,
            4,
            0,
            0,
            List.of(),
            0,
            2,
            32,
            0,
            false);
    ModelConfig config =
        new ModelConfig(
            32, 32, 32, encoder, new TokensPart.Settings(), new EomtPart.Settings(QUERIES));
    return SegmentationModels.build(engine, config, ClassSpace.ofSize(2));
  }

  private static Tensor pixels(Engine engine, int batch, int height, int width) {
    return engine.normal(engine.random().get("test"), 0, 1, batch, 3, height, width);
  }

  private static boolean same(Outputs a, Outputs b, int output) {
    float[] first = a.layers().get(output).maskLogits().toFloats();
    float[] second = b.layers().get(output).maskLogits().toFloats();
    for (int i = 0; i < first.length; i++) {
      if (Math.abs(first[i] - second[i]) > ROUNDING) {
        return false;
      }
    }
    return true;
  }

  @Test
  void masksAreGivenUpBlockByBlockByTheShareOfTheTraining() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model = model(engine);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor pixels = pixels(engine, 1, 64, 64);
      Outputs free = model.forward(pixels);
      model.setTraining(true);
      double[] shares = {0, 0.16, 0.34, 0.66, 0.84, 1};
      boolean[][] masked = {
        {true, true}, {true, true}, {false, true}, {false, true}, {false, false}, {false, false}
      };
      for (int i = 0; i < shares.length; i++) {
        model.decoder().trainedTo(shares[i]);
        Outputs outputs = model.forward(pixels);
        assertEquals(3, outputs.layers().size());
        assertTrue(same(free, outputs, 0), "before the first block");
        assertEquals(!masked[i][0], same(free, outputs, 1), "block 0 at " + shares[i]);
        boolean any = masked[i][0] || masked[i][1];
        assertEquals(!any, same(free, outputs, 2), "block 1 at " + shares[i]);
      }
    }
  }

  @Test
  void whichQueriesKeepTheirMasksIsOfTheStepAndTheImage() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model = model(engine);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor pixels = pixels(engine, 2, 64, 64);
      model.setTraining(true);
      model.decoder().trainedTo(0.25);
      engine.random().startImages(7, 0);
      float[] both = model.forward(pixels).maskLogits().toFloats();
      engine.random().startImages(7, 0);
      assertArrayEquals(both, model.forward(pixels).maskLogits().toFloats());
      engine.random().startImages(7, 1);
      float[] second = model.forward(pixels.slice(0, 1, 2)).maskLogits().toFloats();
      assertArrayEquals(Arrays.copyOfRange(both, both.length / 2, both.length), second, ROUNDING);
      engine.random().startImages(8, 0);
      float[] later = model.forward(pixels).maskLogits().toFloats();
      assertFalse(Arrays.equals(both, later));
    }
  }

  @Test
  void predictionsAreTheLastOutputsWithoutMasksWhateverIsLeftOfTheTraining() {
    try (Engine engine = Engine.open(SEEDED);
        SegmentationModel model = model(engine);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor pixels = pixels(engine, 2, 40, 90);
      Outputs predicted = model.predict(pixels);
      model.decoder().trainedTo(0);
      assertEquals(1, predicted.layers().size());
      assertArrayEquals(new long[] {2, QUERIES, 1, 16, 24}, predicted.maskLogits().shape());
      assertArrayEquals(new long[] {2, QUERIES, 3}, predicted.classLogits().shape());
      assertArrayEquals(
          predicted.maskLogits().toFloats(),
          model.forward(pixels).maskLogits().toFloats(),
          ROUNDING);
      assertArrayEquals(
          predicted.maskLogits().slice(0, 1, 2).toFloats(),
          model.predict(pixels.slice(0, 1, 2)).maskLogits().toFloats(),
          ROUNDING);
    }
  }
}
