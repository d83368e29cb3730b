package org.maskwright.modelzoo.backbone;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;

class WordSpaceTest {
  private static Engine open(String backend) {
    return Engine.open(EngineOptions.DEFAULT.withBackend(backend));
  }

  private static WordProjection.Layers plain(int width) {
    return new WordProjection.Layers(2, width, 0, false);
  }

  /** Channels 1..4 and ten times that, on a map of 2x2 places. */
  private static Tensor map(Engine engine) {
    return engine.floats(new float[] {1, 2, 3, 4, 10, 20, 30, 40}, 1, 2, 2, 2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void regionIsTheProjectionOfTheMeanUnderItsMask(String backend) {
    try (Engine engine = open(backend);
        var scope = engine.scope();
        WordProjection words = new WordProjection(engine, plain(3), x -> x.mean(2, 3))) {
      words.parameters().get("proj.weight").set(FloatBuffer.wrap(new float[] {1, 0, 0, 1, 1, 1}));
      float[] masks = {
        1, 1, -1, -1, // the upper row
        -1, -1, -1, 5, // the last place
        -1, -1, -1, -1 // none
      };
      WordSpace.Regions regions =
          words.regions(
              List.of(engine.zeros(1, 2, 4, 4), map(engine)), engine.floats(masks, 1, 3, 2, 2));
      assertArrayEquals(
          new float[] {1.5f, 15, 16.5f, 4, 40, 44, 0, 0, 0}, regions.vectors().toFloats(), 1e-5f);
      assertArrayEquals(new byte[] {1, 1, 0}, regions.covered().toBytes());
      assertArrayEquals(
          new float[] {2.5f, 25, 27.5f}, words.pictures(map(engine)).toFloats(), 1e-5f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void masksOfAnotherSizeAreResizedAndLearnNothing(String backend) {
    try (Engine engine = open(backend);
        var scope = engine.scope();
        WordProjection words = new WordProjection(engine, plain(2), x -> x.mean(2, 3))) {
      words.parameters().get("proj.weight").set(FloatBuffer.wrap(new float[] {1, 0, 0, 1}));
      float[] left = new float[16];
      for (int i = 0; i < left.length; i++) {
        left[i] = i % 4 < 2 ? 3 : -3;
      }
      Tensor masks = engine.floats(left, 1, 1, 4, 4).variable();
      Tensor map = map(engine).variable();
      Tensor vectors = words.regions(List.of(map), masks).vectors();
      assertArrayEquals(new float[] {2, 20}, vectors.toFloats(), 1e-5f);
      vectors.sum().backward();
      assertTrue(masks.grad() == null);
      assertArrayEquals(new float[] {.5f, 0, .5f, 0, .5f, 0, .5f, 0}, map.grad().toFloats(), 1e-5f);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void blockedIsWhatIsOutsideUnlessNothingIsInside(String backend) {
    try (Engine engine = open(backend);
        var scope = engine.scope()) {
      Tensor masks = engine.floats(new float[] {1, -1, -1, 1, -1, -1, -1, -1}, 1, 2, 2, 2);
      assertArrayEquals(
          new byte[] {0, 1, 1, 0, 0, 0, 0, 0},
          RegionPlaces.of(masks, map(engine)).blocked().toBytes());
      assertThrows(
          IllegalArgumentException.class,
          () -> RegionPlaces.of(engine.zeros(2, 1, 2, 2), map(engine)));
    }
  }
}
