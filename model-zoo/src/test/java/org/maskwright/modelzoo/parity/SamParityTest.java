package org.maskwright.modelzoo.parity;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.HuggingFaceFolder;
import org.maskwright.modelzoo.family.HuggingFaceSettings;
import org.maskwright.modelzoo.family.KnownFamilies;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.ImageEmbeddingPart;
import org.maskwright.modelzoo.prompt.PromptsPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TorchZipWriter;

/**
 * Segment Anything against Transformers' SamModel; make_sam.py made the golden file. The tolerance
 * is float32 rounding: 1e-4 of the largest value, of a gradient 1e-3 of the largest norm.
 */
class SamParityTest {
  private static final int SIDE = 64;
  private static final String MATRIX = "shared_image_embedding.positional_embedding";
  private static final String SAME_MATRIX = "prompt_encoder.shared_embedding.positional_embedding";

  @TempDir private Path folder;

  private static ModelConfig model(int decoderHeads) {
    VitPart.Settings encoder =
        new VitPart.Settings(
            VitFamily.SAM,
            16,
            32,
            2,
            2,
            64,
            VitActivation.GELU,
            false,
            4,
            0,
            3,
            List.of(1),
            32,
            0,
            0,
            0,
            false);
    return new ModelConfig(
        32,
        4,
        SIDE,
        encoder,
        new ImageEmbeddingPart.Settings(),
        new PromptsPart.Settings(2, decoderHeads, 64, 0));
  }

  private ImportedWeights weights(StateDict golden) {
    Path file = folder.resolve("reference.safetensors");
    Safetensors.write(file, GoldenFile.part(golden, "state."));
    return WeightImport.read(file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"torch", "nd4j"})
  void answersAndGradientsAreThoseOfTheReferenceForEveryKindOfPrompt(String backend)
      throws Exception {
    StateDict golden = GoldenFile.read("sam");
    ImportedWeights weights = weights(golden);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend(backend));
        SegmentationModel model = SegmentationModels.build(engine, model(4), ClassSpace.OBJECT);
        var scope = engine.scope()) {
      PromptCases.assertAnswersAndGradients(golden, weights, model, SIDE);
    }
  }

  @Test
  void theArchitectureIsReadOffTheWeights() throws Exception {
    DeducedArchitecture deduced = DeducedArchitecture.of(weights(GoldenFile.read("sam")).state());
    assertEquals(model(8), deduced.model().orElseThrow());
    assertEquals(1, deduced.classes());
  }

  /** Transformers reads the matrix of places under either of two names; both are written. */
  @Test
  void exportIsTheInverseOfImport() throws Exception {
    StateDict theirs = GoldenFile.part(GoldenFile.read("sam"), "state.");
    ImportedWeights weights = weights(GoldenFile.read("sam"));
    StateDict back = weights.family().export(weights.state());
    assertTrue(back.get(SAME_MATRIX).contentEquals(theirs.get(MATRIX)));
    TreeSet<String> names = new TreeSet<>(back.keys());
    names.remove(SAME_MATRIX);
    assertEquals(new TreeSet<>(theirs.keys()), names);
    theirs.asMap().forEach((key, value) -> assertTrue(value.contentEquals(back.get(key)), key));
    Path file = folder.resolve("again.safetensors");
    Safetensors.write(file, back);
    ImportedWeights again = WeightImport.read(file);
    assertEquals(List.of(), again.unexpected());
    assertEquals(weights.state().keys(), again.state().keys());
  }

  @Test
  void officialFilesComeBackToTheBit() throws Exception {
    StateDict ours = weights(GoldenFile.read("sam")).state();
    StateDict theirs = KnownFamilies.official(model(4), ours);
    assertTrue(theirs.contains("image_encoder.blocks.0.mlp.lin1.weight"));
    assertTrue(theirs.contains("prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"));
    assertTrue(
        theirs.contains("mask_decoder.transformer.layers.1.cross_attn_image_to_token.q_proj.bias"));
    assertTrue(theirs.contains("mask_decoder.output_hypernetworks_mlps.3.layers.2.weight"));
    Path file = folder.resolve("sam_vit_t.pth");
    TorchZipWriter.write(file, theirs);
    ImportedWeights back = WeightImport.read(file);
    assertEquals("Segment Anything (official)", back.family().title());
    assertEquals("Segment Anything: Apache-2.0", back.provenance().licence());
    assertEquals(List.of(), back.unexpected());
    assertEquals(ours.keys(), back.state().keys());
    ours.asMap()
        .forEach((key, value) -> assertTrue(value.contentEquals(back.state().get(key)), key));
  }

  /** All keys of the released sam_vit_b: 93.7 million numbers, and the matrix. */
  @Test
  void aWholeViTBIsNamedAndReadAsReleased() {
    Map<String, HostTensor> state = new LinkedHashMap<>();
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel built =
            SegmentationModels.build(engine, Variants.get("sam-vit-b"), ClassSpace.OBJECT)) {
      HostTensor zeros = HostTensor.ofFloats(new float[0], 0);
      built
          .state()
          .forEach(
              (key, p) ->
                  state.put(
                      key,
                      key.contains("blocks") && p.numel() > 100_000
                          ? zeros // shapes of large ones are not looked at here
                          : HostTensor.ofFloats(new float[Math.toIntExact(p.numel())], p.shape())));
    }
    StateDict theirs = KnownFamilies.official(Variants.get("sam-vit-b"), StateDict.of(state));
    assertEquals(314, theirs.size());
    assertEquals("Segment Anything (official)", KnownFamilies.of(theirs.keys()).title());
  }

  @Test
  void aFolderOfTransformersComesBack() throws Exception {
    StateDict ours = weights(GoldenFile.read("sam")).state();
    Path out = Files.createDirectory(folder.resolve("hf"));
    HuggingFaceFolder.write(out, model(4), settings(), ours);
    ImportedWeights back = WeightImport.read(out);
    assertEquals("Segment Anything (Hugging Face Transformers)", back.family().title());
    assertEquals(model(4), HuggingFaceFolder.deduce(out, back.state()).model().orElseThrow());
    assertEquals(settings(), HuggingFaceFolder.read(out));
    assertEquals(List.of(), HuggingFaceFolder.unusedKeys(out));
    Files.delete(out.resolve("preprocessor_config.json"));
    assertEquals(SIDE, HuggingFaceFolder.read(out).shortEdge());
    assertEquals(SIDE, HuggingFaceFolder.read(out).maxSize());
  }

  private static HuggingFaceSettings settings() {
    return new HuggingFaceSettings(
        List.of("object"),
        SIDE,
        SIDE,
        List.of(0.485 * 255, 0.456 * 255, 0.406 * 255),
        List.of(0.229 * 255, 0.224 * 255, 0.225 * 255));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"num_multimask_outputs\" : 1",
        "\"attention_downsample_rate\" : 4",
        "\"iou_head_depth\" : 2",
        "\"mlp_dim\" : 65"
      })
  void whatIsComputedOtherwiseIsRefused(String line) throws Exception {
    Path out = Files.createDirectory(folder.resolve("hf"));
    HuggingFaceFolder.write(out, model(4), settings(), weights(GoldenFile.read("sam")).state());
    Path config = out.resolve("config.json");
    String section = "\"mask_decoder_config\" : {";
    String text = Files.readString(config);
    String changed =
        line.contains("mlp_dim")
            ? text.replace("\"mlp_dim\" : 64", line)
            : text.replace(section, section + line + ",");
    Files.writeString(config, changed);
    RuntimeException e =
        org.junit.jupiter.api.Assertions.assertThrows(RuntimeException.class, () -> deduced(out));
    assertTrue(e.getMessage().contains("_config." + line.split("\"", -1)[1]), e.getMessage());
  }

  private static DeducedArchitecture deduced(Path out) throws IOException {
    return HuggingFaceFolder.deduce(out, WeightImport.read(out).state());
  }
}
