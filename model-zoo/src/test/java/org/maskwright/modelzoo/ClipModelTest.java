package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.decoder.MaskedAttentionVideoPart;
import org.maskwright.modelzoo.decoder.QuerySource;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** Models of clips: pixels [B*T,C,H,W], a mask of each query in each of T frames. */
class ClipModelTest {
  private static final ClassSpace CLASSES = ClassSpace.ofSize(3);

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1).withSeed(5));
  }

  private static Tensor pixels(Engine engine, int images) {
    return engine.uniform(RandomStream.of(1, "pixels"), -1, 1, images, 3, 64, 32);
  }

  @Test
  void aPhotographIsAClipOfOneFrame() {
    try (Engine engine = open();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get("mask2former-tiny"), CLASSES);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Outputs photographs = model.forward(pixels(engine, 2));
      Outputs clips = model.forward(pixels(engine, 2), 1);
      assertArrayEquals(new long[] {2, 20, 1, 16, 8}, clips.maskLogits().shape());
      assertArrayEquals(photographs.maskLogits().toFloats(), clips.maskLogits().toFloats());
    }
  }

  @Test
  void aDecoderOfPhotographsRefusesClipsByItsName() {
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get("mask2former-tiny"), CLASSES)) {
      Tensor pixels = engine.zeros(4, 3, 64, 32);
      for (Runnable run :
          List.<Runnable>of(() -> model.forward(pixels, 2), () -> model.predict(pixels, 2))) {
        String message = assertThrows(IllegalArgumentException.class, run::run).getMessage();
        assertTrue(message.contains("masked-attention takes no clips"), message);
        assertTrue(message.contains("got clips of 2 frames"), message);
      }
    }
  }

  @Test
  void featuresOfHalfAClipAreRefused() {
    try (Engine engine = Engine.shapesOnly()) {
      PixelFeatures three = new PixelFeatures(engine.zeros(3, 4, 2, 2), List.of());
      assertEquals(1, three.ofClips(3).clips());
      String message =
          assertThrows(IllegalArgumentException.class, () -> three.ofClips(2)).getMessage();
      assertTrue(message.contains("whole clips of 2 frames"), message);
    }
  }

  @Test
  void mapsAndTokensOfAClipStandInTheOrderOfItsFrames() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      float[] values = new float[4 * 2 * 3]; // 2 clips of 2 frames, D = 2, 1 x 3 pixels
      for (int i = 0; i < values.length; i++) {
        values[i] = i;
      }
      Tensor maps = engine.floats(values, 4, 2, 1, 3);
      PixelFeatures features = new PixelFeatures(maps, List.of(), 2);
      Tensor clips = features.clipMaps(maps);
      assertArrayEquals(new long[] {2, 2, 2, 1, 3}, clips.shape());
      // Clip 1, channel 0, frame 1 is image 3, channel 0.
      assertArrayEquals(
          maps.select(0, 3).select(0, 0).toFloats(),
          clips.select(0, 1).select(0, 0).select(0, 1).toFloats());
      Tensor tokens = engine.floats(values, 4, 3, 2);
      Tensor rows = features.clipTokens(new PixelFeatures.Level(tokens, 1, 3));
      assertArrayEquals(new long[] {2, 6, 2}, rows.shape());
      assertArrayEquals(tokens.toFloats(), rows.toFloats());
    }
  }

  private static ModelConfig video() {
    return Variants.get("mask2former-tiny")
        .withDecoder(new MaskedAttentionVideoPart.Settings(20, 3, 4, 128));
  }

  @Test
  void clipsHaveAMaskOfEachQueryInEachFrame() {
    try (Engine engine = open();
        SegmentationModel model = SegmentationModels.build(engine, video(), CLASSES);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor pixels = pixels(engine, 6);
      Outputs clips = model.forward(pixels, 3);
      assertArrayEquals(new long[] {2, 20, 4}, clips.classLogits().shape());
      assertArrayEquals(new long[] {2, 20, 3, 16, 8}, clips.maskLogits().shape());
      // Clips of a batch do not see each other.
      Outputs second = model.predict(pixels.slice(0, 3, 6), 3);
      assertArrayEquals(
          clips.maskLogits().select(0, 1).toFloats(),
          second.maskLogits().select(0, 0).toFloats(),
          1e-4f);
    }
  }

  @Test
  void queriesThatStartElsewhereGiveOtherMasks() {
    try (Engine engine = open();
        SegmentationModel model = SegmentationModels.build(engine, video(), CLASSES);
        var off = engine.noGrad();
        var scope = engine.scope()) {
      Tensor pixels = pixels(engine, 2);
      float[] usual = model.predict(pixels, 2).maskLogits().toFloats();
      assertArrayEquals(
          usual, model.predict(pixels, 2, learned -> learned).maskLogits().toFloats());
      float[] other =
          model
              .predict(
                  pixels,
                  2,
                  learned -> new QuerySource.Queries(learned.content().add(1), learned.positions()))
              .maskLogits()
              .toFloats();
      assertFalse(Arrays.equals(usual, other));
    }
  }

  private static Map<String, String> shapes(String variant) {
    Map<String, String> out = new LinkedHashMap<>();
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get(variant), ClassSpace.ofSize(40))) {
      model.state().forEach((name, p) -> out.put(name, Arrays.toString(p.shape())));
    }
    return out;
  }

  /** As the official files: nothing in them says whether they are of photographs or of clips. */
  @Test
  void weightsHaveTheNamesAndShapesOfTheModelOfPhotographs() {
    assertEquals(shapes("mask2former-r50"), shapes("mask2former-video-r50"));
    assertEquals(shapes("mask2former-swin-l"), shapes("mask2former-video-swin-l"));
  }

  @Test
  void itStartsFromAnInstanceModelOfOtherClasses(@TempDir Path folder) {
    Path file = folder.resolve("instances.safetensors");
    Map<String, HostTensor> official = new LinkedHashMap<>();
    try (Engine engine = open();
        SegmentationModel photographs =
            SegmentationModels.build(
                engine, Variants.get("mask2former-tiny"), ClassSpace.ofSize(80))) {
      photographs
          .state()
          .forEach(
              (name, p) ->
                  official.put(name, HostTensor.ofFloats(p.tensor().toFloats(), p.shape())));
    }
    official.put("criterion.empty_weight", HostTensor.ofFloats(new float[81], 81));
    Safetensors.write(file, StateDict.of(official));
    try (Engine engine = open();
        SegmentationModel model = SegmentationModels.build(engine, video(), CLASSES)) {
      LoadReport report = model.load(WeightImport.read(file), LoadPolicy.strict());
      assertEquals(2, report.reinitialised().size(), report.toString());
      model
          .state()
          .forEach(
              (name, p) -> {
                if (!name.contains("class_embed")) {
                  assertArrayEquals(official.get(name).toFloatArray(), p.tensor().toFloats(), name);
                }
              });
    }
  }
}
