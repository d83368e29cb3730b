package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.prediction.Outputs;

class ExtremeSizesTest {
  @ParameterizedTest
  @CsvSource({"1,1", "1,2000", "20000,50"})
  void imagesOfOnePixelAndOfAStripGiveFiniteMasks(int height, int width) {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model = tiny(engine);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Outputs predictions = model.predict(engine.ones(1, 3, height, width));
      assertEquals(model.paddedSize(height) / 4, predictions.imageMaskLogits().intSize(2));
      assertEquals(model.paddedSize(width) / 4, predictions.imageMaskLogits().intSize(3));
      float sum = predictions.imageMaskLogits().sum().toFloats()[0];
      assertTrue(Float.isFinite(sum), "sum " + sum);
    }
  }

  @Test
  void unpaddedInputsKeepTheirOddSizes() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model = tiny(engine);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Outputs predictions = model.forwardUnpadded(engine.ones(1, 3, 97, 131));
      assertEquals(25, predictions.imageMaskLogits().intSize(2));
      assertEquals(33, predictions.imageMaskLogits().intSize(3));
    }
  }

  /**
   * 5,376 tokens: the encoder's feed-forward layers run in two pieces where nothing is recorded.
   */
  @Test
  void inferenceInPiecesEqualsTheRecordedForwardPass() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        SegmentationModel model = tiny(engine);
        var scope = engine.scope()) {
      model.setTraining(false);
      Tensor pixels = engine.uniform(RandomStream.of(1, "pixels"), -1, 1, 1, 3, 512, 512);
      Tensor recorded = maskFeatures(model, pixels);
      Tensor inPieces;
      try (var off = engine.noGrad()) {
        inPieces = maskFeatures(model, pixels);
      }
      assertTrue(recorded.requiresGrad() && !inPieces.requiresGrad());
      assertArrayEquals(recorded.toFloats(), inPieces.toFloats(), 1e-5f);
    }
  }

  private static Tensor maskFeatures(SegmentationModel model, Tensor pixels) {
    return model.pixelDecoder().forward(model.backbone().forward(pixels)).maskFeatures();
  }

  private static SegmentationModel tiny(Engine engine) {
    return SegmentationModels.build(engine, Variants.get("mask2former-tiny"), ClassSpace.ofSize(2));
  }
}
