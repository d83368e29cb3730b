package org.maskwright.modelzoo.prediction;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs.Layer;
import org.maskwright.modelzoo.prediction.Outputs.MaskScores;

class OutputsTest {
  private static final int IMAGES = 3;
  private static final int QUERIES = 4;

  /** The last image has none, the first one more than the second. */
  private static final List<long[]> ROWS =
      List.of(new long[] {2, 0, 5}, new long[] {1, 3, 6}, new long[] {0, 3, 4});

  private final RandomStream random = RandomStream.of(1, "predictions");

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
  }

  private Outputs products(Engine engine, int frames) {
    Tensor features = engine.uniform(random, -1, 1, IMAGES, 5, frames, 2, 3).variable();
    List<Layer> layers = new ArrayList<>();
    List<Tensor> all = new ArrayList<>();
    for (int l = 0; l < ROWS.size(); l++) {
      Tensor embeddings = engine.uniform(random, -1, 1, IMAGES, QUERIES, 5).variable();
      Tensor masks =
          embeddings.matmul(features.flatten(2, 4)).reshape(IMAGES, QUERIES, frames, 2, 3);
      layers.add(new Layer(Optional.empty(), masks));
      all.add(embeddings);
    }
    return new Outputs(layers, MaskScores.SIGMOID, List.of(new MaskProduct(all, features)));
  }

  private static Tensor rowsOfMaskLogits(Outputs p) {
    return Outputs.ofLayers(p.layers()).chosenMasks(ROWS);
  }

  private static List<Tensor> inputs(Outputs p) {
    return p.extra(MaskProduct.class).orElseThrow().tensors();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void chosenMasksAreRowsOfTheMaskLogitsWithTheSameGradients(int frames) {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Outputs p = products(engine, frames);
      Tensor weights = engine.uniform(random, -1, 1, 9, frames, 2, 3);
      Tensor expected = rowsOfMaskLogits(p);
      Tensor got = p.chosenMasks(ROWS);
      assertArrayEquals(new long[] {9, frames, 2, 3}, got.shape());
      assertArrayEquals(expected.toFloats(), got.toFloats(), 1e-6f);

      expected.mul(weights).sum().backward();
      List<float[]> gradients = inputs(p).stream().map(t -> t.grad().toFloats()).toList();
      got.mul(weights).sum().backward(); // adds to the gradients of before
      for (int i = 0; i < gradients.size(); i++) {
        float[] twice = inputs(p).get(i).grad().toFloats();
        for (int k = 0; k < twice.length; k++) {
          assertEquals(2 * gradients.get(i)[k], twice[k], 1e-5, "input " + i);
        }
      }
    }
  }

  @Test
  void outputsThatDoNotBelongTogetherAreRefused() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Tensor classes = engine.zeros(1, QUERIES, 3);
      Tensor masks = engine.zeros(1, QUERIES + 1, 2, 2);
      assertThrows(IllegalArgumentException.class, () -> Layer.ofImages(classes, masks));
      assertThrows(IllegalArgumentException.class, () -> Outputs.ofLayers(List.of()));
    }
  }

  @Test
  void framesOfAnImageFollowEachOther() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Layer layer = new Layer(Optional.empty(), engine.uniform(random, -1, 1, 2, 3, 2, 1, 4));
      float[] all = layer.maskLogits().toFloats(); // [B,Q,T,h*w]
      float[] frames = layer.frameMaskLogits().toFloats(); // [B*T,Q,h*w]
      for (int b = 0; b < 2; b++) {
        for (int q = 0; q < 3; q++) {
          for (int t = 0; t < 2; t++) {
            int from = ((b * 3 + q) * 2 + t) * 4;
            int at = ((b * 2 + t) * 3 + q) * 4;
            assertEquals(all[from], frames[at]);
          }
        }
      }
    }
  }

  @Test
  void whatAModelDoesNotSayIsRefusedOrEmpty() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Layer layer = new Layer(Optional.empty(), engine.zeros(1, QUERIES, 2, 3, 3));
      Outputs video = Outputs.ofLayers(List.of(layer));
      assertThrows(IllegalStateException.class, video::classLogits);
      assertThrows(IllegalStateException.class, video::imageMaskLogits);
      assertEquals(Optional.empty(), video.extra(MaskProduct.class));
      MaskProduct product = new MaskProduct(List.of(), engine.zeros(1, 5, 2, 3, 3));
      List<Outputs.Extra> twice = List.of(product, product);
      assertThrows(
          IllegalArgumentException.class,
          () -> new Outputs(List.of(layer), MaskScores.SIGMOID, twice));
    }
  }
}
