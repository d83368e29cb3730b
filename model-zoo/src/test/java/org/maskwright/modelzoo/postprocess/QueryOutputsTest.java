package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;

class QueryOutputsTest {
  @Test
  void probabilitiesAreTheSoftmaxOfEachQueryHoweverLargeItsLogits() {
    float[] logits = {0, (float) Math.log(3), 0, 1e30f, -1e30f, 1e30f};
    QueryOutputs outputs = new QueryOutputs(logits, 2, new float[2 * 6], 2, 3);
    assertEquals(2, outputs.queries());
    assertEquals(2, outputs.classes());
    assertEquals(2, outputs.maskHeight());
    assertEquals(3, outputs.maskWidth());
    assertEquals(6, outputs.maskOffset(1));
    float[][] expected = {{0.2f, 0.6f, 0.2f}, {0.5f, 0, 0.5f}};
    for (int q = 0; q < 2; q++) {
      for (int k = 0; k <= 2; k++) {
        assertEquals(expected[q][k], outputs.classProb(q, k), 1e-6);
      }
    }
  }

  @Test
  void theLastOutputOfOneImageIsTaken() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
        var scope = engine.scope()) {
      RandomStream random = RandomStream.of(1, "outputs");
      Tensor classes = engine.uniform(random, -3, 3, 2, 4, 3); // two images, four queries
      Tensor masks = engine.uniform(random, -3, 3, 2, 4, 5, 6);
      Outputs predictions =
          new Outputs(
              List.of(
                  Outputs.Layer.ofImages(engine.zeros(2, 4, 3), engine.zeros(2, 4, 5, 6)),
                  Outputs.Layer.ofImages(classes, masks)),
              MaskScores.SOFTMAX);
      for (int image = 0; image < 2; image++) {
        QueryOutputs got = QueryOutputs.of(predictions, image);
        float[] logits = classes.select(0, image).toFloats();
        float[] maskLogits = masks.select(0, image).toFloats();
        QueryOutputs expected = new QueryOutputs(logits, 2, maskLogits, 5, 6);
        assertEquals(4, got.queries());
        assertEquals(2, got.classes());
        assertEquals(5, got.maskHeight());
        assertEquals(6, got.maskWidth());
        assertEquals(MaskScores.SOFTMAX, got.maskScores());
        assertArrayEquals(maskLogits, got.maskLogits());
        for (int i = 0; i < 12; i++) {
          assertEquals(expected.classProb(i / 3, i % 3), got.classProb(i / 3, i % 3));
        }
      }
    }
  }

  @Test
  void aModelOfPixelsHasNoObjects() {
    QueryOutputs pixels =
        new QueryOutputs(new float[4], 1, new float[2 * 4], 2, 2, MaskScores.SOFTMAX);
    ImageFrame frame = ImageFrame.unchanged(2, 2);
    for (Executable call :
        List.<Executable>of(
            () -> InstancePostProcessor.process(pixels, frame, 1, k -> true),
            () ->
                PanopticPostProcessor.process(
                    pixels, frame, k -> true, PanopticPostProcessor.Options.MASKFORMER),
            () ->
                HuggingFacePostProcessor.instances(
                    pixels, HuggingFacePostProcessor.First.TO_384, 2, 2, 0.5))) {
      String message = assertThrows(IllegalArgumentException.class, call).getMessage();
      assertTrue(message.contains("semantic results only"), message);
    }
  }

  @Test
  void arraysThatDoNotFitAreRefusedWithTheirSizes() {
    assertRefused("got 6 and 31 values for K = 2 and masks 4x4", 6, 2, 31, 4, 4);
    assertRefused("got 7 and 32 values for K = 2 and masks 4x4", 7, 2, 32, 4, 4);
    assertRefused("got 0 and 0 values for K = 2 and masks 4x4", 0, 2, 0, 4, 4);
    assertRefused("got 6 and 32 values for K = 0 and masks 4x4", 6, 0, 32, 4, 4);
    assertRefused("got 6 and 32 values for K = -1 and masks 4x4", 6, -1, 32, 4, 4);
    assertRefused("got 2 and 0 values for K = 1 and masks 65536x65536", 2, 1, 0, 65536, 65536);
  }

  private static void assertRefused(
      String message, int classLogits, int classes, int maskLogits, int height, int width) {
    String got =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    new QueryOutputs(
                        new float[classLogits], classes, new float[maskLogits], height, width))
            .getMessage();
    assertTrue(got.endsWith(message), got);
  }

  @Test
  void contentReachesToTheEdgeOfTheInputAndNotBeyond() {
    new ImageFrame(3, 4, 3, 4, 1, 1);
    new ImageFrame(1, 1, 1, 1, 1, Integer.MAX_VALUE);
    for (int[] s :
        new int[][] {
          {3, 4, 0, 4, 1, 1},
          {3, 4, 3, 0, 1, 1},
          {3, 4, 4, 4, 1, 1},
          {3, 4, 3, 5, 1, 1},
          {3, 4, 3, 4, 0, 1},
          {3, 4, 3, 4, 1, 0},
          {3, 4, 3, 4, -1, -1},
          {3, 4, 3, 4, 1 << 16, 1 << 15}
        }) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> new ImageFrame(s[0], s[1], s[2], s[3], s[4], s[5]))
              .getMessage();
      assertTrue(
          message.endsWith(
              "content %dx%d of padded %dx%d for an image %dx%d"
                  .formatted(s[2], s[3], s[0], s[1], s[4], s[5])),
          message);
    }
  }

  @Test
  void mapsKnowTheirSizeAndRefuseAnother() {
    SemanticMap semantic = new SemanticMap(2, 3, new int[6]);
    assertEquals(2, semantic.height());
    assertEquals(3, semantic.width());
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> new SemanticMap(2, 3, new int[5]))
            .getMessage()
            .contains("expected 2 x 3 labels, got 5"));
    assertThrows(
        IllegalArgumentException.class, () -> new SemanticMap(1 << 16, 1 << 16, new int[0]));
    assertTrue(
        assertThrows(
                IllegalArgumentException.class, () -> new PanopticMap(2, 3, new int[5], List.of()))
            .getMessage()
            .contains("expected 2 x 3 ids, got 5"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new PanopticMap(1 << 16, 1 << 16, new int[0], List.of()));
  }

  @Test
  void optionsOfAnotherToolKeepTheirClasses() {
    assertEquals(
        Set.of(3), new HuggingFacePostProcessor.PanopticOptions(0, 0, 0, Set.of(3)).merged());
  }
}
