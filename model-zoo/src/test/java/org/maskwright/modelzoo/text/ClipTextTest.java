package org.maskwright.modelzoo.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

class ClipTextTest {
  private static final List<String> TEMPLATES = List.of("a photo of a {}.", "{}");
  private static Engine engine;
  private static StateDict weights;
  @TempDir Path folder;

  @BeforeAll
  static void start() {
    engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
    TextSizes sizes = new TextSizes(49_408, 77, 16, 1, 2, 24, 8, VitActivation.GELU, 1e-5);
    Map<String, HostTensor> state = new LinkedHashMap<>();
    try (TextTransformer text = new TextTransformer(engine, sizes)) {
      text.state()
          .forEach(
              (name, parameter) ->
                  state.put(
                      name, HostTensor.ofFloats(parameter.tensor().toFloats(), parameter.shape())));
    }
    weights = StateDict.of(state);
  }

  @AfterAll
  static void end() {
    engine.close();
  }

  private Path write(CheckpointFamily family, String prefix, String settings) throws Exception {
    Map<String, HostTensor> theirs = new LinkedHashMap<>();
    family.export(weights).asMap().forEach((name, value) -> theirs.put(prefix + name, value));
    theirs.put(prefix + "logit_scale", HostTensor.ofFloats(new float[] {(float) Math.log(20)}));
    Safetensors.write(folder.resolve("model.safetensors"), StateDict.of(theirs));
    if (!settings.isEmpty()) {
      String name =
          family == TextCheckpoints.HUGGING_FACE ? "config.json" : "open_clip_config.json";
      Files.writeString(folder.resolve(name), settings);
    }
    return folder;
  }

  private static TextBank bank(Path path, Optional<VitActivation> activation) {
    try (ClipText text = ClipText.open(engine, path, activation)) {
      return text.bank(
          List.of(new WordClass("pet", List.of("cat", "dog_house")), WordClass.named("bus")),
          TEMPLATES,
          () -> {});
    }
  }

  private static final String HUGGING_FACE =
      "{\"model_type\": \"clip\", \"text_config\": {\"hidden_act\": \"gelu\", \"num_attention_heads\": 2}}";

  @Test
  void bankHoldsWhatTheEncoderSaysOfSentences() throws Exception {
    Path path = write(TextCheckpoints.HUGGING_FACE, "", HUGGING_FACE);
    TextBank bank = bank(path, Optional.empty());
    assertEquals(20, bank.logitScale().orElseThrow(), 1e-4);
    assertEquals("gelu", bank.provenance().get("activation"));
    assertEquals(64, bank.provenance().get("sha256").length());
    try (ClipText text = ClipText.open(engine, path, Optional.empty())) {
      assertArrayEquals(text.embed(List.of("a photo of a bus.")), bank.embedding(2, 0), 1e-5f);
      assertArrayEquals(text.embed(List.of("dog house")), bank.embedding(1, 1), 1e-5f);
      String longest = "cat ".repeat(80);
      assertEquals(List.of(longest), text.tooLong(List.of("cat", longest), TEMPLATES));
      assertEquals(8, text.embed(List.of(longest)).length);
    }
  }

  @Test
  void namesOfEveryToolGiveTheSame() throws Exception {
    TextBank first = bank(write(TextCheckpoints.HUGGING_FACE, "", HUGGING_FACE), Optional.empty());
    String openClip = "{\"model_cfg\": {\"text_cfg\": {\"heads\": 2, \"width\": 16}}}";
    for (CheckpointFamily family : List.of(TextCheckpoints.OPENAI, TextCheckpoints.OPEN_CLIP)) {
      for (String prefix : List.of("", "module.")) {
        TextBank other = bank(write(family, prefix, openClip), Optional.empty());
        assertArrayEquals(first.embeddings(), other.embeddings(), 1e-6f);
        assertEquals(first.logitScale(), other.logitScale());
      }
    }
  }

  @Test
  void activationIsSaidOnceAndNeverGuessed() throws Exception {
    Path path = write(TextCheckpoints.OPENAI, "", "");
    refused("--activation", () -> bank(path, Optional.empty()));
    assertEquals(
        "quick-gelu",
        bank(path, Optional.of(VitActivation.QUICK_GELU)).provenance().get("activation"));
    Path said = write(TextCheckpoints.HUGGING_FACE, "", HUGGING_FACE);
    refused("say gelu, got quick-gelu", () -> bank(said, Optional.of(VitActivation.QUICK_GELU)));
  }

  @Test
  void whatIsNoTextEncoderIsRefused() throws Exception {
    refused(
        "hidden_act",
        () ->
            bank(
                write(TextCheckpoints.HUGGING_FACE, "", HUGGING_FACE.replace("gelu", "tanh")),
                Optional.empty()));
    refused(
        "model_type",
        () ->
            bank(
                write(TextCheckpoints.HUGGING_FACE, "", "{\"model_type\": \"siglip\"}"),
                Optional.empty()));
    refused(
        "hf_model_name",
        () ->
            bank(
                write(
                    TextCheckpoints.OPENAI,
                    "",
                    "{\"model_cfg\": {\"text_cfg\": {\"hf_model_name\": \"roberta\"}}}"),
                Optional.empty()));
    Files.delete(folder.resolve("open_clip_config.json"));
    Path file = folder.resolve("other.safetensors");
    Map<String, HostTensor> some =
        new LinkedHashMap<>(TextCheckpoints.OPENAI.export(weights).asMap());
    some.remove("ln_final.bias");
    Safetensors.write(file, StateDict.of(some));
    refused("ln_final.bias", () -> bank(file, Optional.of(VitActivation.GELU)));
    some.put("ln_final.bias", HostTensor.ofFloats(new float[16], 16));
    some.put("ln_final.other", HostTensor.ofFloats(new float[16], 16));
    Safetensors.write(file, StateDict.of(some));
    refused("ln_final.other", () -> bank(file, Optional.of(VitActivation.GELU)));
    some.remove("ln_final.other");
    some.put("token_embedding.weight", HostTensor.ofFloats(new float[16 * 100], 100, 16));
    Safetensors.write(file, StateDict.of(some));
    refused("100 tokens", () -> bank(file, Optional.of(VitActivation.GELU)));
    Safetensors.write(
        file, StateDict.of(Map.of("visual.proj", HostTensor.ofFloats(new float[4], 2, 2))));
    refused("text encoder", () -> bank(file, Optional.of(VitActivation.GELU)));
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void refused(String expected, Work work) {
    CheckpointException error = assertThrows(CheckpointException.class, work::run);
    assertTrue(error.getMessage().contains(expected), error.getMessage());
  }
}
