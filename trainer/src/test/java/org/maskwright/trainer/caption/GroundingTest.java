package org.maskwright.trainer.caption;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Word;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.loss.GatheringPair;

/** Against make_grounding.py beside the golden file, and the laws of the loss. */
class GroundingTest {
  private static final double TOLERANCE = 1e-5;
  private static final StateDict GOLDEN = read();

  private static StateDict read() {
    try {
      return Safetensors.read(
          Path.of(GroundingTest.class.getResource("grounding.safetensors").toURI()));
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

  /** A case of the golden file. */
  private record Case(String name, int outputs, int images, int queries, int width) {
    static Case of(String name) {
      long[] shape = GOLDEN.get(name + ".regions").shape();
      return new Case(name, (int) shape[0], (int) shape[1], (int) shape[2], (int) shape[3]);
    }

    /** Of each image; of none where it has no words. */
    List<Optional<ImageWords>> words() {
      float[] all = floats(name + ".words");
      float[] counts = floats(name + ".counts");
      List<Optional<ImageWords>> out = new ArrayList<>();
      int at = 0;
      for (float count : counts) {
        List<Word> words = new ArrayList<>();
        for (int k = 0; k < count; k++, at += width) {
          words.add(new Word("word " + at, Arrays.copyOfRange(all, at, at + width)));
        }
        out.add(words.isEmpty() ? Optional.empty() : Optional.of(new ImageWords(words)));
      }
      return out;
    }

    float[] regions(int output, int image) {
      int each = queries * width;
      int from = (output * images + image) * each;
      return Arrays.copyOfRange(floats(name + ".regions"), from, from + each);
    }

    /** Of the images with words. */
    int[] told() {
      float[] counts = floats(name + ".counts");
      int[] out = new int[images];
      int n = 0;
      for (int b = 0; b < images; b++) {
        if (counts[b] > 0) {
          out[n++] = b;
        }
      }
      return Arrays.copyOf(out, n);
    }
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

  @ParameterizedTest
  @CsvSource({
    "torch, plain",
    "torch, ragged",
    "torch, one",
    "nd4j, plain",
    "nd4j, ragged",
    "nd4j, one"
  })
  void lossesAndGradientsEqualTheFormula(String backend, String name) {
    Case golden = Case.of(name);
    int[] told = golden.told();
    try (Engine engine = open(backend);
        var scope = engine.scope()) {
      Tensor scale = engine.floats(floats(name + ".scale"), 1).variable();
      Tensor regions =
          engine
              .floats(
                  floats(name + ".regions"),
                  golden.outputs(),
                  golden.images(),
                  golden.queries(),
                  golden.width())
              .variable();
      long[] rows = Arrays.stream(told).asLongStream().toArray();
      Grounding words =
          WordBatch.of(
                  golden.words().stream().flatMap(Optional::stream).toList(),
                  shares(told.length),
                  golden.width())
              .on(engine);
      Tensor[] losses = new Tensor[golden.outputs()];
      for (int l = 0; l < losses.length; l++) {
        Tensor z =
            regions
                .slice(0, l, l + 1L)
                .squeeze(0)
                .indexSelect(0, engine.longs(rows, rows.length))
                .mul(scale);
        losses[l] = words.loss(z).reshape(1);
      }
      Tensor all = Tensor.concat(0, losses);
      assertNear(floats(name + ".loss"), all.toFloats(), "loss");
      all.sum().backward();
      assertNear(floats(name + ".grad"), regions.grad().toFloats(), "gradient");
      assertNear(floats(name + ".scale_grad"), scale.grad().toFloats(), "gradient of the scale");
    }
  }

  private static float[] shares(int images) {
    float[] out = new float[images];
    Arrays.fill(out, 1f / images);
    return out;
  }

  @Test
  void theOrderOfRegionsWordsAndImagesChangesNothing() {
    Case golden = Case.of("ragged");
    int[] told = golden.told();
    try (Engine engine = open("torch");
        var scope = engine.scope()) {
      float expected = loss(engine, golden, told, 1, 1);
      for (int[] order :
          List.of(new int[] {told[2], told[0], told[1]}, new int[] {told[1], told[0], told[2]})) {
        assertEquals(expected, loss(engine, golden, order, 1, 1), 1e-5);
      }
      assertEquals(expected, loss(engine, golden, told, 3, 1), 1e-5); // other queries first
      assertEquals(expected, loss(engine, golden, told, 1, -1), 1e-5); // other words first
    }
  }

  private static float loss(Engine engine, Case golden, int[] images, int queryStep, int wordStep) {
    int each = golden.queries() * golden.width();
    float[] z = new float[images.length * each];
    List<ImageWords> words = new ArrayList<>();
    for (int i = 0; i < images.length; i++) {
      float[] regions = golden.regions(0, images[i]);
      for (int q = 0; q < golden.queries(); q++) {
        int to = q * queryStep % golden.queries();
        System.arraycopy(
            regions, q * golden.width(), z, i * each + to * golden.width(), golden.width());
      }
      List<Word> own = new ArrayList<>(golden.words().get(images[i]).orElseThrow().words());
      if (wordStep < 0) {
        Collections.reverse(own);
      }
      words.add(new ImageWords(own));
    }
    return WordBatch.of(words, shares(images.length), golden.width())
        .on(engine)
        .loss(engine.floats(z, images.length, golden.queries(), golden.width()))
        .toFloats()[0];
  }

  @Test
  void anImageThatOnlyItsOwnCaptionFitsCostsNothing() {
    try (Engine engine = open("torch");
        var scope = engine.scope()) {
      float[] z = {30, 0, 0, 0, 0, 30, 0, 0}; // [2,1,4]
      List<ImageWords> words =
          List.of(
              new ImageWords(List.of(new Word("a", new float[] {1, 0, 0, 0}))),
              new ImageWords(List.of(new Word("b", new float[] {0, 1, 0, 0}))));
      Grounding own = WordBatch.of(words, shares(2), 4).on(engine);
      assertEquals(0, own.loss(engine.floats(z, 2, 1, 4)).toFloats()[0], 1e-6);
      float[] swapped = {0, 30, 0, 0, 30, 0, 0, 0};
      assertEquals(30, own.loss(engine.floats(swapped, 2, 1, 4)).toFloats()[0], 1e-4);
    }
  }

  @Test
  void wordsOfAnotherWidthAreRefused() {
    ImageWords words = new ImageWords(List.of(new Word("dog", new float[3])));
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> WordBatch.of(List.of(words), shares(1), 4));
    assertTrue(e.getMessage().contains("width 3 of \"dog\""), e.getMessage());
  }

  /** Losses of the outputs and the gradient of the regions by their sum. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Part(float[] losses, float[] gradient) {}

  private static Part part(ProcessGroup group, Case golden, int[] images, int all) {
    try (Engine engine = open("torch");
        var scope = engine.scope()) {
      int each = golden.queries() * golden.width();
      float[] z = new float[golden.outputs() * Math.max(1, images.length) * each];
      List<ImageWords> words = new ArrayList<>();
      for (int l = 0; l < golden.outputs(); l++) {
        for (int i = 0; i < images.length; i++) {
          System.arraycopy(
              golden.regions(l, images[i]), 0, z, (l * images.length + i) * each, each);
        }
      }
      for (int image : images) {
        words.add(golden.words().get(image).orElseThrow());
      }
      float[] shares = new float[images.length];
      Arrays.fill(shares, 1f / all);
      Tensor regions =
          engine
              .floats(
                  z, golden.outputs(), Math.max(1, images.length), golden.queries(), golden.width())
              .variable();
      List<Tensor> layers = new ArrayList<>();
      for (int l = 0; l < golden.outputs(); l++) {
        layers.add(regions.slice(0, l, l + 1L).squeeze(0));
      }
      List<Tensor> losses =
          new SharedRegions(group, WordBatch.of(words, shares, golden.width()), layers).losses();
      Tensor sum = Tensor.concat(0, losses.toArray(Tensor[]::new));
      sum.sum().backward();
      return new Part(sum.toFloats(), regions.grad().toFloats());
    }
  }

  @Test
  void severalProcessesAreOneBatch() throws Exception {
    Case golden = Case.of("ragged");
    int[] told = golden.told();
    Part whole = part(ProcessGroup.alone(), golden, told, told.length);
    for (int first : new int[] {1, 2, 0}) { // images of the first process
      byte[][] given = new byte[2][];
      CyclicBarrier barrier = new CyclicBarrier(2);
      ExecutorService pool = Executors.newFixedThreadPool(2);
      try {
        List<Future<Part>> parts = new ArrayList<>();
        for (int rank = 0; rank < 2; rank++) {
          int[] images =
              rank == 0 ? Arrays.copyOf(told, first) : Arrays.copyOfRange(told, first, told.length);
          ProcessGroup group = new GatheringPair(rank, given, barrier);
          parts.add(pool.submit(() -> part(group, golden, images, told.length)));
        }
        Part one = parts.get(0).get();
        Part other = parts.get(1).get();
        int each = golden.queries() * golden.width();
        for (int l = 0; l < golden.outputs(); l++) {
          assertEquals(whole.losses()[l], one.losses()[l] + other.losses()[l], 1e-5);
          int rest = told.length - first;
          float[] joined = new float[told.length * each];
          System.arraycopy(one.gradient(), l * first * each, joined, 0, first * each);
          System.arraycopy(other.gradient(), l * rest * each, joined, first * each, rest * each);
          assertArrayEquals(
              Arrays.copyOfRange(whole.gradient(), l * joined.length, (l + 1) * joined.length),
              joined,
              1e-5f);
        }
        if (first == 0) {
          assertArrayEquals(new float[golden.outputs()], one.losses());
        }
      } finally {
        pool.shutdownNow();
      }
    }
  }
}
