package org.maskwright.modelzoo.family;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.parity.GoldenFile;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/** EoMT's folders of Transformers, and official files that hold differences to DINOv3. */
class EomtInTransformersTest {
  private static final List<Double> PIXELS = List.of(120.0, 110.0, 100.0);

  @TempDir private Path folder;

  private StateDict state(String name) throws Exception {
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(GoldenFile.read(name), "state."));
    return WeightImport.read(file).state();
  }

  private static ModelConfig withTwoHeads(StateDict state) {
    ModelConfig model = DeducedArchitecture.of(state).model().orElseThrow();
    return model.withBackbone(((VitPart.Settings) model.backbone()).withHeads(2));
  }

  private Path written(String name) throws Exception {
    StateDict state = state(name);
    HuggingFaceSettings settings =
        new HuggingFaceSettings(List.of("cat", "dog", "sky"), 800, 1333, PIXELS, PIXELS);
    Path out = folder.resolve("out");
    HuggingFaceFolder.write(out, withTwoHeads(state), settings, state);
    return out;
  }

  @ParameterizedTest
  @CsvSource({"eomt, 32", "eomt-dinov3, 640"})
  void aFolderComesBackWithHeadsClassesAndTheSquareThatItsImagesArePaddedTo(String name, int side)
      throws Exception {
    Path out = written(name);
    ImportedWeights back = WeightImport.read(out);
    assertTrue(back.family().isHuggingFace());
    assertEquals(
        withTwoHeads(state(name)).withSizeDivisibility(side),
        HuggingFaceFolder.deduce(out, back.state()).model().orElseThrow());
    HuggingFaceSettings settings = HuggingFaceFolder.read(out);
    assertEquals(List.of("cat", "dog", "sky"), settings.classNames());
    assertEquals(side, settings.shortEdge());
    assertEquals(side, settings.maxSize());
    assertEquals(List.of(), HuggingFaceFolder.unusedKeys(out));
    state(name)
        .asMap()
        .forEach(
            (key, value) -> {
              if (!key.equals("criterion.empty_weight")) { // written from the loss
                assertTrue(value.contentEquals(back.state().get(key)), key);
              }
            });
  }

  @ParameterizedTest
  @CsvSource({
    "eomt, hidden_size, 64",
    "eomt, num_hidden_layers, 4",
    "eomt, num_attention_heads, 3",
    "eomt, image_size, 64",
    "eomt, patch_size, 16",
    "eomt, mlp_ratio, 4",
    "eomt, use_swiglu_ffn, true",
    "eomt, num_blocks, 1",
    "eomt, num_upscale_blocks, 2",
    "eomt, num_register_tokens, 4",
    "eomt, num_queries, 200",
    "eomt, num_channels, 4",
    "eomt, layer_norm_eps, 1e-5",
    "eomt, hidden_act, \"relu\"",
    "eomt-dinov3, intermediate_size, 64",
    "eomt-dinov3, layer_norm_eps, 1e-6",
    "eomt-dinov3, rope_parameters.rope_theta, 10000.0",
    "eomt-dinov3, key_bias, true",
    "eomt-dinov3, query_bias, false",
    "eomt-dinov3, value_bias, false",
    "eomt-dinov3, proj_bias, false",
    "eomt-dinov3, mlp_bias, false",
    "eomt-dinov3, use_gated_mlp, true",
    "eomt-dinov3, image_size, 100"
  })
  void whatTheFileSaysOtherwiseIsRefusedByItsName(String name, String key, String value)
      throws Exception {
    Path out = written(name);
    Path file = out.resolve("config.json");
    Config changed =
        ConfigFactory.parseFile(file.toFile())
            .withValue(key, ConfigFactory.parseString("{\"v\": " + value + "}").getValue("v"));
    Files.writeString(file, changed.root().render(ConfigRenderOptions.concise()));
    StateDict state = WeightImport.read(out).state();
    CheckpointException e =
        assertThrows(CheckpointException.class, () -> HuggingFaceFolder.deduce(out, state));
    String named =
        switch (key) {
          case "num_attention_heads" -> "heads";
          case "image_size" -> name.equals("eomt") ? "image_size" : "sizeDivisibility";
          default -> key;
        };
    assertTrue(e.getMessage().contains(named), e.getMessage());
  }

  @Test
  void differencesAreAddedToTheirBaseAndNothingElse() throws Exception {
    StateDict whole = withoutLoss(state("eomt-dinov3"));
    Map<String, HostTensor> base = new LinkedHashMap<>();
    Map<String, HostTensor> differences = new LinkedHashMap<>();
    whole
        .asMap()
        .forEach(
            (key, value) -> {
              if (key.startsWith("backbone.")) {
                float[] half = value.toFloatArray();
                for (int i = 0; i < half.length; i++) {
                  half[i] /= 2;
                }
                base.put(key, HostTensor.ofFloats(half, value.shape()));
                differences.put(key, HostTensor.ofFloats(half, value.shape()));
              } else {
                differences.put(key, value);
              }
            });
    Path file = folder.resolve("differences.safetensors");
    Safetensors.write(file, KnownFamilies.official(withTwoHeads(whole), StateDict.of(differences)));
    String refused =
        assertThrows(CheckpointException.class, () -> WeightImport.read(file)).getMessage();
    assertTrue(refused.contains("DINOv3") && refused.contains("--base"), refused);
    Path under = folder.resolve("base.safetensors");
    Safetensors.write(under, StateDict.of(base));
    StateDict sum = WeightImport.readDifferences(file, under).state();
    assertEquals(whole.keys(), sum.keys());
    whole
        .asMap()
        .forEach(
            (key, value) ->
                assertArrayEquals(value.toFloatArray(), sum.get(key).toFloatArray(), key));
    assertEquals(StateDict.of(differences).keys(), WeightImport.readAsWhole(file).state().keys());
    base.remove("backbone.norm.weight");
    Safetensors.write(under, StateDict.of(base));
    String incomplete =
        assertThrows(CheckpointException.class, () -> WeightImport.readDifferences(file, under))
            .getMessage();
    assertTrue(incomplete.contains("backbone.norm.weight"), incomplete);
  }

  private static StateDict withoutLoss(StateDict state) {
    Map<String, HostTensor> out = new LinkedHashMap<>(state.asMap());
    out.remove("criterion.empty_weight");
    return StateDict.of(out);
  }

  @ParameterizedTest
  @ValueSource(strings = {"eomt", "eomt-dinov3"})
  void wholeWeightsHaveNoBase(String name) throws Exception {
    state(name);
    Path file = folder.resolve("reference.safetensors");
    String message =
        assertThrows(CheckpointException.class, () -> WeightImport.readDifferences(file, file))
            .getMessage();
    assertTrue(message.contains("whole weights"), message);
  }
}
