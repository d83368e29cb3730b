package org.maskwright.modelzoo.head;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.fused.PointSampling;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Implicit PointRend's head: against detectron2's functions, which make_implicit.py beside the
 * golden file ran, and its own laws.
 */
class ImplicitPointHeadTest {
  private static final double TOLERANCE = 1e-4; // of the largest; sums of products in another order

  private final StateDict golden = read();

  private static StateDict read() {
    try {
      return Safetensors.read(
          Path.of(ImplicitPointHeadTest.class.getResource("implicit.safetensors").toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Engine open(String backend) {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend).withThreads(1));
  }

  private Tensor of(Engine engine, String key) {
    return engine.floats(golden.get(key).toFloatArray(), golden.get(key).shape());
  }

  private void assertClose(String key, Tensor got) {
    float[] expected = golden.get(key).toFloatArray();
    float[] values = got.toFloats();
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - values[i]));
    }
    assertTrue(difference <= TOLERANCE * largest, key + ": differs by " + difference);
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void positionsAndMlpEqualTheReferenceWithTheirGradients(String backend) {
    try (Engine engine = open(backend);
        var scope = engine.scope();
        FourierPositions positions =
            new FourierPositions(engine, (int) golden.get("head.matrix").size(1), 1)) {
      positions
          .buffers()
          .get("positional_encoding_gaussian_matrix")
          .set(golden.get("head.matrix").floats());
      Tensor features = of(engine, "head.features").variable(); // [R,C,P]
      Tensor parameters = of(engine, "head.parameters").variable();
      Tensor encoded = positions.forward(of(engine, "head.points"));
      Tensor x = Tensor.concat(2, encoded, features.transpose(1, 2));
      int classes = (int) golden.get("head.logits").size(1);
      DynamicMlp mlp = new DynamicMlp((int) x.size(2), 8, classes, 4);
      assertEquals(parameters.size(1), mlp.parameterCount());
      Tensor logits = mlp.forward(x, parameters).transpose(1, 2); // [R,K,P]
      assertClose("head.logits", logits);
      logits.mul(of(engine, "head.upstream")).sum().backward();
      assertClose("head.grad.features", features.grad());
      assertClose("head.grad.parameters", parameters.grad());
    }
  }

  @org.junit.jupiter.api.Test
  void gridAndUncertainCellsEqualTheReference() {
    assertArrayEquals(golden.get("grid.points").toFloatArray(), PointSampling.middles(7, 7), 1e-6f);
    float[] maps = golden.get("uncertain.logits").toFloatArray();
    Subdivision.Cells cells = new Subdivision(1, 1, 11).uncertain(maps, 3, 8, 12);
    assertArrayEquals(golden.get("uncertain.points").toFloatArray(), cells.points(), 1e-6f);
    float[] marked = new float[maps.length];
    float[] ones = new float[33];
    Arrays.fill(ones, 1);
    cells.put(ones, marked);
    long[] indices = golden.get("uncertain.indices").toLongArray();
    for (int i = 0; i < indices.length; i++) {
      assertEquals(1, marked[i / 11 * 96 + (int) indices[i]]);
    }
  }

  private static ImplicitPointHead head(Engine engine, int classes) {
    ImplicitPointHead head =
        new ImplicitPointHead(engine, 16, 12, new ImplicitPointHead.Sizes(8, 3, 6, 5, classes));
    // Larger weights than initial ones, so that masks are of some shape.
    Parameter weight = head.state().get("prediction.weight");
    int count = Math.toIntExact(weight.tensor().numel());
    weight.set(FloatBuffer.wrap(RandomStream.of(3, "test").uniform(count, -0.3, 0.3)));
    return head;
  }

  private static Outputs.Layer layer(Engine engine, int queries, int classes) {
    return new Outputs.Layer(
        Optional.of(engine.normal(engine.random().get("c"), 0, 1, 2, queries, classes + 1)),
        engine.zeros(2, queries, 1, 4, 6));
  }

  private static ImplicitMasks masks(Engine engine, ImplicitPointHead head, Subdivision how) {
    Tensor states = engine.normal(engine.random().get("s"), 0, 1, 2, 3, 16);
    Tensor features = engine.normal(engine.random().get("f"), 0, 1, 2, 12, 4, 6);
    return new ImplicitMasks(head, states, head.reduced(features), how);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void subdivisionOfAllCellsIsTheDenseMask(int classes) {
    try (Engine engine = open("torch");
        var scope = engine.scope();
        ImplicitPointHead head = head(engine, classes)) {
      Outputs.Layer last = layer(engine, 3, 4);
      Tensor states = engine.normal(engine.random().get("s"), 0, 1, 2, 3, 16);
      Tensor features = head.reduced(engine.normal(engine.random().get("f"), 0, 1, 2, 12, 4, 6));
      Tensor all =
          new ImplicitMasks(head, states, features, new Subdivision(4, 2, 1 << 20))
              .refined(last)
              .maskLogits();
      Tensor dense =
          new ImplicitMasks(head, states, features, new Subdivision(4, 0, 1))
              .refined(last)
              .maskLogits();
      assertArrayEquals(new long[] {2, 3, 1, 16, 24}, all.shape());
      assertArrayEquals(dense.toFloats(), all.toFloats(), 1e-5f);
      Tensor few =
          new ImplicitMasks(head, states, features, new Subdivision(4, 2, 20))
              .refined(last)
              .maskLogits();
      int agree = 0;
      float[] expected = dense.toFloats();
      float[] got = few.toFloats();
      for (int i = 0; i < got.length; i++) {
        agree += expected[i] > 0 == got[i] > 0 ? 1 : 0;
      }
      assertTrue(agree > 0.8 * got.length, agree + " of " + got.length);
    }
  }

  @org.junit.jupiter.api.Test
  void aMaskOfAClassIsTheChannelOfThatClass() {
    try (Engine engine = open("torch");
        var scope = engine.scope();
        ImplicitPointHead head = head(engine, 4)) {
      ImplicitMasks masks = masks(engine, head, new Subdivision(1, 0, 1));
      Tensor points = engine.floats(new float[] {0.2f, 0.7f, 0.9f, 0.1f}, 1, 2, 2);
      float[] first = masks.logits(new long[] {4}, new int[] {0}, points).toFloats();
      float[] third = masks.logits(new long[] {4}, new int[] {2}, points).toFloats();
      assertTrue(Math.abs(first[0] - third[0]) > 1e-6);
      // Rows of both images at once are each for itself.
      Tensor two = Tensor.concat(0, points, points);
      float[] both = masks.logits(new long[] {1, 4}, new int[] {0, 2}, two).toFloats();
      assertArrayEquals(third, Arrays.copyOfRange(both, 2, 4), 1e-6f);
    }
  }

  @org.junit.jupiter.api.Test
  void theRegularisedNumbersAreSmallAtFirst() {
    try (Engine engine = open("torch");
        var scope = engine.scope();
        ImplicitPointHead head =
            new ImplicitPointHead(engine, 16, 12, new ImplicitPointHead.Sizes(8, 3, 6, 5, 1))) {
      Tensor numbers = masks(engine, head, new Subdivision(1, 0, 1)).parameters(new long[] {0, 5});
      assertEquals(2, numbers.size(0));
      assertTrue(numbers.square().mean(0, 1).item() < 1e-4);
    }
  }

  @org.junit.jupiter.api.Test
  void wrongNumbersAreRefused() {
    try (Engine engine = open("torch");
        var scope = engine.scope()) {
      DynamicMlp mlp = new DynamicMlp(3, 4, 1, 2);
      Tensor x = engine.zeros(1, 2, 3);
      Tensor parameters = engine.zeros(1, mlp.parameterCount() + 1L);
      assertThrows(IllegalArgumentException.class, () -> mlp.forward(x, parameters));
      assertThrows(IllegalArgumentException.class, () -> new DynamicMlp(3, 4, 1, 1));
    }
  }
}
