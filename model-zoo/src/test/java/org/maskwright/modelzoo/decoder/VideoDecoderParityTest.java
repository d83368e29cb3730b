package org.maskwright.modelzoo.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.maskwright.modelzoo.parity.GoldenFile.assertClose;
import static org.maskwright.modelzoo.parity.GoldenFile.assertGradients;
import static org.maskwright.modelzoo.parity.GoldenFile.part;
import static org.maskwright.modelzoo.parity.GoldenFile.tensor;
import static org.maskwright.modelzoo.parity.GoldenFile.weighted;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.LinearClassHead;
import org.maskwright.modelzoo.parity.GoldenFile;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.MaskProduct;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;

/** The decoder of clips beside Mask2Former-VIS' own; make_video_decoder.py made the golden file. */
class VideoDecoderParityTest {
  private static final double TOLERANCE = 1e-4;
  private static final int WIDTH = 8;
  private static final int MASK = 8;
  private static final int LAYERS = 4;
  private static final int LEVELS = 3;

  private static MaskedAttentionDecoder decoder(
      Engine engine, MaskedAttentionDecoder.Kind kind, StateDict golden) {
    MaskedAttentionDecoder decoder =
        new MaskedAttentionDecoder(
            engine,
            WIDTH,
            MASK,
            new MaskedAttentionPart.Settings(5, LAYERS, 2, 12),
            new LinearClassHead(engine, WIDTH, ClassSpace.ofSize(3)),
            kind,
            Optional.empty());
    StateDict state = part(golden, "state.");
    assertEquals(decoder.state().keySet(), state.keys());
    decoder.state().forEach((name, p) -> p.set(state.get(name).floats()));
    return decoder;
  }

  private static StateDict golden(String clip) throws Exception {
    return part(GoldenFile.read("video-decoder"), clip + ".");
  }

  /** A map [N,C,h,w] of the golden file as tokens [N,h*w,C]. */
  private static PixelFeatures.Level level(Tensor map) {
    return new PixelFeatures.Level(
        map.flatten(2, 3).transpose(1, 2), map.intSize(2), map.intSize(3));
  }

  private static PixelFeatures features(Tensor maskFeatures, List<Tensor> maps, int frames) {
    return new PixelFeatures(
        maskFeatures, maps.stream().map(VideoDecoderParityTest::level).toList(), frames);
  }

  private static List<Tensor> memory(Engine engine, StateDict golden) {
    List<Tensor> maps = new ArrayList<>();
    for (int l = 0; l < LEVELS; l++) {
      maps.add(tensor(engine, golden.get("memory." + l)).variable());
    }
    return maps;
  }

  static Stream<Arguments> cases() {
    return Stream.of("torch", "nd4j")
        .flatMap(
            backend ->
                Stream.of(
                    Arguments.of(backend, "one", 1),
                    Arguments.of(backend, "two", 2),
                    Arguments.of(backend, "three", 3)));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void outputsAttentionMasksAndGradientsEqualTheOfficialDecoder(
      String backend, String clip, int frames) throws Exception {
    StateDict golden = golden(clip);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        MaskedAttentionDecoder decoder =
            decoder(engine, MaskedAttentionDecoder.Kind.CLIPS, GoldenFile.read("video-decoder"));
        var scope = engine.scope()) {
      Tensor maskFeatures = tensor(engine, golden.get("features")).variable();
      List<Tensor> maps = memory(engine, golden);
      PixelFeatures features = features(maskFeatures, maps, frames);
      Outputs outputs = decoder.forward(features);
      assertEquals(LAYERS + 1, outputs.layers().size());
      Tensor total = engine.scalar(0);
      for (int i = 0; i <= LAYERS; i++) {
        Outputs.Layer layer = outputs.layers().get(i);
        assertEquals(frames, layer.frames());
        assertClose("class " + i, golden.get("class." + i), layer.classLogits(), TOLERANCE);
        assertClose("mask " + i, golden.get("mask." + i), layer.maskLogits(), TOLERANCE);
        total = total.add(weighted(layer.classLogits())).add(weighted(layer.maskLogits()));
      }
      attentionMasks(golden, features, outputs.extra(MaskProduct.class).orElseThrow());
      total.backward();
      assertClose("features", golden.get("grad.features"), maskFeatures.grad(), TOLERANCE);
      for (int l = 0; l < LEVELS; l++) {
        assertClose("memory " + l, golden.get("grad.memory." + l), maps.get(l).grad(), TOLERANCE);
      }
      StateDict gradients = parameters(part(golden, "grad."));
      assertEquals(
          decoder.parameters().size(),
          assertGradients(gradients, "", decoder.parameters(), TOLERANCE));
      try (var off = engine.noGrad()) {
        Outputs answer = decoder.predict(features);
        assertClose("answer", golden.get("mask." + LAYERS), answer.maskLogits(), TOLERANCE);
      }
    }
  }

  private static StateDict parameters(StateDict gradients) {
    Map<String, HostTensor> out = new LinkedHashMap<>(gradients.asMap());
    out.keySet().removeIf(name -> name.equals("features") || name.startsWith("memory."));
    return StateDict.of(out);
  }

  private static void attentionMasks(
      StateDict golden, PixelFeatures features, MaskProduct product) {
    for (int i = 0; i < LAYERS; i++) {
      PixelFeatures.Level level = features.memory().get(i % LEVELS);
      Tensor resized =
          features.clipMaps(
              features.maskFeatures().resize(level.height(), level.width(), ResizeMode.BILINEAR));
      Tensor blocked = MaskedAttentionDecoder.blocked(product.embeddings().get(i), resized);
      assertArrayEquals(
          golden.get("blocked." + i).toFloatArray(),
          blocked.cast(DType.FLOAT32).toFloats(),
          "layer " + i);
    }
  }

  /** What all keys have in common moves no softmax: the time of the only frame is such. */
  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void ofOneFrameItIsTheDecoderOfPhotographs(String backend) throws Exception {
    StateDict golden = golden("one");
    StateDict all = GoldenFile.read("video-decoder");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        MaskedAttentionDecoder clips = decoder(engine, MaskedAttentionDecoder.Kind.CLIPS, all);
        MaskedAttentionDecoder photographs =
            decoder(engine, MaskedAttentionDecoder.Kind.PHOTOGRAPHS, all);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      PixelFeatures features =
          features(tensor(engine, golden.get("features")), memory(engine, golden), 1);
      assertArrayEquals(
          photographs.predict(features).maskLogits().toFloats(),
          clips.predict(features).maskLogits().toFloats(),
          1e-4f);
    }
  }

  /** Several frames are decoded together: each changes what is said of the others. */
  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void aFrameChangesTheMasksOfTheOthers(String backend) throws Exception {
    StateDict golden = golden("two");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        MaskedAttentionDecoder decoder =
            decoder(engine, MaskedAttentionDecoder.Kind.CLIPS, GoldenFile.read("video-decoder"));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor maskFeatures = tensor(engine, golden.get("features"));
      List<Tensor> maps = memory(engine, golden);
      float[] both =
          decoder.predict(features(maskFeatures, maps, 2)).maskLogits().select(2, 0).toFloats();
      List<Tensor> blind =
          maps.stream().map(m -> Tensor.concat(0, m.slice(0, 0, 1), m.slice(0, 0, 1))).toList();
      Tensor first = Tensor.concat(0, maskFeatures.slice(0, 0, 1), maskFeatures.slice(0, 0, 1));
      float[] alone =
          decoder.predict(features(first, blind, 2)).maskLogits().select(2, 0).toFloats();
      double most = 0;
      for (int i = 0; i < alone.length; i++) {
        most = Math.max(most, Math.abs(alone[i] - both[i]));
      }
      assertTrue(most > 1e-2, "largest difference " + most);
    }
  }
}
