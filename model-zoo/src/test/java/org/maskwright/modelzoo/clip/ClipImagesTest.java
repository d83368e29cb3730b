package org.maskwright.modelzoo.clip;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.ClipResNetPart;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.encoder.FeatureStore;
import org.maskwright.modelzoo.encoder.FrozenEncoder;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.parity.GoldenFile;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.PixelStatistics;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** CLIP's image encoder as a whole; its values are compared in ClipParityTest. */
class ClipImagesTest {
  @TempDir private Path folder;

  private Path file(String golden) throws Exception {
    Path file = folder.resolve("model.safetensors");
    Safetensors.write(file, GoldenFile.part(GoldenFile.read(golden), "state."));
    return file;
  }

  @ParameterizedTest
  @CsvSource({"clip-resnet, torch, 64", "clip-resnet, nd4j, 64", "clip-convnext, torch, 0"})
  void vectorsOfPicturesHaveTheReferencesDirectionAndLengthOne(
      String name, String backend, int side) throws Exception {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        ClipImages clip = ClipImages.open(engine, file(name), Optional.empty());
        var scope = engine.scope()) {
      StateDict golden = GoldenFile.read(name);
      assertEquals(10, clip.width());
      assertEquals(PixelStatistics.CLIP, clip.pixels());
      assertEquals(side == 0 ? OptionalInt.empty() : OptionalInt.of(side), clip.side());
      float[] expected = golden.get("pictures").toFloatArray();
      double length = 0;
      for (float value : expected) {
        length += (double) value * value;
      }
      for (int i = 0; i < expected.length; i++) {
        expected[i] /= (float) Math.sqrt(length);
      }
      Tensor vectors = clip.embed(GoldenFile.tensor(engine, golden.get("pixels")));
      assertArrayEquals(expected, vectors.toFloats(), 1e-4f);
    }
  }

  /** An encoder without its projection, and one of which a tensor is missing. */
  @Test
  void whatIsNoWholeImageEncoderOfClipIsRefused() throws Exception {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"))) {
      assertRefused(engine, file("vit-mae"), "with its projection");
      Map<String, HostTensor> some =
          new LinkedHashMap<>(GoldenFile.part(GoldenFile.read("clip-convnext"), "state.").asMap());
      some.remove("visual.trunk.head.norm.weight");
      Path file = folder.resolve("part.safetensors");
      Safetensors.write(file, StateDict.of(some));
      assertRefused(engine, file, "not whole");
    }
  }

  @Test
  void activationThatNoFileSaysIsGivenAndNeverGuessed() throws Exception {
    Path file = file("clip-vit");
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"))) {
      assertRefused(engine, file, "give --activation");
      ClipImages.open(engine, file, Optional.of(VitActivation.GELU)).close();
    }
  }

  private static void assertRefused(Engine engine, Path file, String message) {
    CheckpointException e =
        assertThrows(
            CheckpointException.class, () -> ClipImages.open(engine, file, Optional.empty()));
    assertTrue(e.getMessage().contains(message), e.getMessage());
    assertTrue(e.getMessage().contains(file.getFileName().toString()), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"model_type\":\"clip_vision_model\",\"hidden_act\":\"gelu\"}; GELU",
        "{\"model_type\":\"clip\",\"vision_config\":{\"hidden_act\":\"gelu\"}}; GELU",
        "{\"model_type\":\"clip\"}; QUICK_GELU"
      })
  void activationIsWhatTheFileBesideTheWeightsSays(String json, VitActivation activation)
      throws Exception {
    Path file = file("clip-vit");
    Files.writeString(folder.resolve("config.json"), json);
    ImportedWeights weights = WeightImport.read(file);
    assertEquals(Optional.of(new VitPart.Mlp(activation)), weights.unseen());
    BackboneConfig deduced =
        DeducedArchitecture.of(weights.state()).withUnseen(weights.unseen().get()).backbone();
    assertEquals(activation, ((VitPart.Settings) deduced).mlp());
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"))) {
      VitActivation other =
          activation == VitActivation.GELU ? VitActivation.QUICK_GELU : VitActivation.GELU;
      CheckpointException e =
          assertThrows(
              CheckpointException.class, () -> ClipImages.open(engine, file, Optional.of(other)));
      assertTrue(e.getMessage().contains("leave the activation out"), e.getMessage());
      ClipImages.open(engine, file, Optional.of(activation)).close();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"model_type\":\"clip\",",
        "{\"model_type\":\"clip_vision_model\",\"hidden_act\":\"relu\"}"
      })
  void brokenOrUnknownSettingsBesideTheWeightsNameTheirFile(String json) throws Exception {
    Path file = file("clip-vit");
    Files.writeString(folder.resolve("config.json"), json);
    CheckpointException e = assertThrows(CheckpointException.class, () -> WeightImport.read(file));
    assertTrue(e.getMessage().contains("config.json"), e.getMessage());
  }

  /** In a model that is training, with normalisations that would learn. */
  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void frozenEncoderHasNoGradientAndKeepsItsStatistics(String backend) throws Exception {
    StateDict golden = GoldenFile.read("clip-resnet");
    ImportedWeights weights = WeightImport.read(file("clip-resnet"));
    ClipResNetPart.Settings settings =
        new ClipResNetPart.Settings(
            java.util.List.of(2, 1, 1, 1), 4, ResNetPart.Norm.BATCH, 10, 2, false);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        Backbone backbone = SegmentationModels.backbone(engine, settings);
        var scope = engine.scope()) {
      weights
          .state()
          .asMap()
          .forEach(
              (key, value) ->
                  backbone.state().get(key.substring("backbone.".length())).set(value.floats()));
      backbone.setTraining(true);
      FrozenEncoder frozen = new FrozenEncoder(backbone, FeatureStore.NONE);
      Tensor factor = engine.floats(new float[] {1}, 1).variable();
      for (int step = 0; step < 2; step++) {
        Tensor wide = GoldenFile.tensor(engine, golden.get("wide"));
        Tensor last = frozen.encode(wide).get(3);
        last.mul(factor).sum().backward();
      }
      backbone.parameters().forEach((name, p) -> assertEquals(null, p.grad(), name));
      backbone
          .state()
          .forEach(
              (name, p) ->
                  assertArrayEquals(
                      weights.state().get("backbone." + name).toFloatArray(),
                      p.tensor().toFloats(),
                      name));
    }
  }
}
