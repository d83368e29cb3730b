package org.maskwright.trainer.clip;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.WordSpace;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.loss.GatheringPair;
import org.maskwright.trainer.loss.PairContrast;
import org.maskwright.trainer.loss.SharedRows;

/** Against make_contrast.py beside the golden file, and the laws of the losses. */
class ContrastTest {
  private static final double TOLERANCE = 1e-5;
  private static final StateDict GOLDEN = read();

  private static StateDict read() {
    try {
      return Safetensors.read(
          Path.of(ContrastTest.class.getResource("contrast.safetensors").toURI()));
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static float[] floats(String key) {
    return GOLDEN.get(key).toFloatArray();
  }

  private static Engine open(String backend) {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend).withThreads(1));
  }

  /** Rows [from,to) of a golden tensor, to be differentiated. */
  private static Tensor rows(Engine engine, String key, int from, int to) {
    int width = (int) GOLDEN.get(key).shape()[1];
    return engine
        .floats(
            Arrays.copyOfRange(floats(key), from * width, to * width), (long) to - from, width)
        .variable();
  }

  private static void assertNear(float[] expected, float[] got, String what) {
    assertEquals(expected.length, got.length, what);
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], got[i], TOLERANCE * largest + 1e-7, what + " at " + i);
    }
  }

  private static float[] weights(int n) {
    float[] out = new float[n];
    Arrays.fill(out, 1f / n);
    return out;
  }

  /** Losses and gradients as a process with some of the rows has them. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Part(
      float[] losses, float[] pictures, float[] texts, float[] scale, float[] a, float[] b) {}

  private static Part part(String backend, ProcessGroup group, String name, int from, int to) {
    try (Engine engine = open(backend);
        var scope = engine.scope()) {
      Tensor pictures = rows(engine, name + ".pictures", from, to);
      Tensor texts = rows(engine, name + ".texts", from, to);
      Tensor scale = engine.floats(floats(name + ".scale"), 1).variable();
      Tensor a = rows(engine, name + ".a", from, to);
      Tensor b = rows(engine, name + ".b", from, to);
      int own = to - from;
      SharedRows pairs =
          SharedRows.of(
              group,
              List.of(WordSpace.directions(pictures).mul(scale), WordSpace.directions(texts)),
              own);
      Tensor clip =
          pairs.told(
              PairContrast.loss(
                  pairs.all(0).matmulTransposed(pairs.all(1)), weights(pairs.total())));
      SharedRows views =
          SharedRows.of(group, List.of(WordSpace.directions(a), WordSpace.directions(b)), own);
      Tensor ssl =
          views.told(
              ViewContrast.loss(
                  views.all(0),
                  views.all(1),
                  floats(name + ".temperature")[0],
                  weights(views.total())));
      Tensor both = Tensor.concat(0, clip.reshape(1), ssl.reshape(1));
      both.sum().backward();
      return new Part(
          both.toFloats(),
          pictures.grad().toFloats(),
          texts.grad().toFloats(),
          scale.grad().toFloats(),
          a.grad().toFloats(),
          b.grad().toFloats());
    }
  }

  private static void assertGolden(String name, Part got) {
    assertNear(floats(name + ".clip"), new float[] {got.losses()[0]}, "clip");
    assertNear(floats(name + ".ssl"), new float[] {got.losses()[1]}, "ssl");
    assertNear(floats(name + ".pictures_grad"), got.pictures(), "gradient of pictures");
    assertNear(floats(name + ".texts_grad"), got.texts(), "gradient of texts");
    assertNear(floats(name + ".scale_grad"), got.scale(), "gradient of the scale");
    assertNear(floats(name + ".a_grad"), got.a(), "gradient of first views");
    assertNear(floats(name + ".b_grad"), got.b(), "gradient of second views");
  }

  @ParameterizedTest
  @CsvSource({"torch, small", "torch, one", "nd4j, small", "nd4j, one"})
  void lossesAndGradientsEqualTheFormula(String backend, String name) {
    int n = (int) GOLDEN.get(name + ".a").shape()[0];
    assertGolden(name, part(backend, ProcessGroup.alone(), name, 0, n));
  }

  private static float[] sum(float[] a, float[] b) {
    float[] out = a.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += b[i];
    }
    return out;
  }

  private static float[] joined(float[] a, float[] b) {
    float[] out = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }

  /** What processes report and add up is the loss and the gradient of one batch of them all. */
  @Test
  void severalProcessesAreOneBatch() throws Exception {
    for (int first : new int[] {1, 2, 4}) {
      byte[][] given = new byte[2][];
      CyclicBarrier barrier = new CyclicBarrier(2);
      ExecutorService pool = Executors.newFixedThreadPool(2);
      try {
        List<Future<Part>> parts = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
          ProcessGroup group = new GatheringPair(rank, given, barrier);
          int from = rank == 0 ? 0 : first;
          int to = rank == 0 ? first : 5;
          parts.add(pool.submit(() -> part("torch", group, "small", from, to)));
        }
        Part one = parts.get(0).get();
        Part other = parts.get(1).get();
        assertGolden(
            "small",
            new Part(
                sum(one.losses(), other.losses()),
                joined(one.pictures(), other.pictures()),
                joined(one.texts(), other.texts()),
                sum(one.scale(), other.scale()),
                joined(one.a(), other.a()),
                joined(one.b(), other.b())));
      } finally {
        pool.shutdownNow();
      }
    }
  }

  @Test
  void viewsThatAreAlikeAndAlikeToNoOtherCostNothing() {
    try (Engine engine = open("torch");
        var scope = engine.scope()) {
      Tensor a = engine.floats(new float[] {1, 0, 0, 1}, 2, 2);
      Tensor crossed = engine.floats(new float[] {0, 1, 1, 0}, 2, 2);
      assertEquals(0, ViewContrast.loss(a, a, 0.01, weights(2)).toFloats()[0], 1e-6);
      assertEquals(
          100, ViewContrast.loss(a, crossed, 0.01, weights(2)).toFloats()[0], 1e-3);
    }
  }
}
