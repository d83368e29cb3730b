package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions.Layer;
import org.maskwright.modelzoo.Predictions.MaskScores;

class PredictionsTest {
  private static final int IMAGES = 3;
  private static final int QUERIES = 4;

  /** The last image has none, the first one more than the second. */
  private static final List<long[]> ROWS =
      List.of(new long[] {2, 0, 5}, new long[] {1, 3, 6}, new long[] {0, 3, 4});

  private final RandomStream random = RandomStream.of(1, "predictions");

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
  }

  private Predictions products(Engine engine) {
    Tensor features = engine.uniform(random, -1, 1, IMAGES, 5, 2, 3).variable();
    List<Layer> layers = new ArrayList<>();
    for (int l = 0; l < ROWS.size(); l++) {
      Tensor embeddings = engine.uniform(random, -1, 1, IMAGES, QUERIES, 5).variable();
      Tensor masks = embeddings.matmul(features.flatten(2, 3)).reshape(IMAGES, QUERIES, 2, 3);
      layers.add(new Layer(engine.zeros(IMAGES, QUERIES, 8), masks, embeddings));
    }
    return new Predictions(layers, features, MaskScores.SIGMOID);
  }

  private static Tensor rowsOfMaskLogits(Predictions p) {
    List<Layer> plain =
        p.layers().stream().map(l -> new Layer(l.classLogits(), l.maskLogits())).toList();
    return Predictions.ofLayers(plain).chosenMasks(ROWS);
  }

  private static List<Tensor> inputs(Predictions p) {
    List<Tensor> out = new ArrayList<>(List.of(p.maskFeatures()));
    p.layers().forEach(l -> out.add(l.maskEmbeddings()));
    return out;
  }

  @Test
  void chosenMasksAreRowsOfTheMaskLogitsWithTheSameGradients() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      Predictions p = products(engine);
      Tensor weights = engine.uniform(random, -1, 1, 9, 2, 3);
      Tensor expected = rowsOfMaskLogits(p);
      Tensor got = p.chosenMasks(ROWS);
      assertArrayEquals(new long[] {9, 2, 3}, got.shape());
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
      assertThrows(IllegalArgumentException.class, () -> new Layer(classes, masks));
      assertThrows(IllegalArgumentException.class, () -> Predictions.ofLayers(List.of()));
    }
  }
}
