package org.maskwright.modelzoo.weights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.SwinPart;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.family.HuggingFaceFolder;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * Every key of Transformers' configurations with another value: the results are those of
 * Transformers, or the import is refused by the key's name. make_huggingface_settings.py made the
 * files and says what Transformers does.
 */
class HuggingFaceKeysTest {
  private static final int HEIGHT = 96;
  private static final int WIDTH = 128;
  private static final double TOLERANCE = 1e-4;

  /** Refused although Transformers' results stay: what they would be elsewhere is not known. */
  private static final Set<String> STRICT =
      Set.of(
          "pruned_heads",
          "backbone",
          "use_pretrained_backbone",
          "use_timm_backbone",
          "backbone_kwargs",
          "backbone_config.pruned_heads",
          "backbone_config._out_features",
          "decoder_config.pruned_heads");

  /**
   * About losses and the form of outputs, no matter of results; Transformers' code ends in an
   * error.
   */
  private static final Set<String> LENIENT =
      Set.of("backbone_config.return_dict", "decoder_config.auxiliary_loss");

  @TempDir Path folder;

  /** A line of verdicts.tsv. */
  private record Line(
      String model, String key, String value, String verdict, List<Double> fingerprint) {
    static Line of(String text) {
      String[] columns = text.split("\t", -1);
      List<Double> numbers = Arrays.stream(columns).skip(4).map(Double::valueOf).toList();
      return new Line(columns[0], columns[1], columns[2], columns[3], numbers);
    }
  }

  private static List<Line> lines(String model) throws IOException {
    List<Line> lines = new ArrayList<>();
    for (String text : Files.readAllLines(Golden.file("huggingface_settings/verdicts.tsv"))) {
      Line line = Line.of(text);
      if (line.model().equals(model)) {
        lines.add(line);
      }
    }
    assertTrue(lines.size() > 50, "lines of " + model);
    return lines;
  }

  private void writeConfig(String model, String key, String value) throws IOException {
    Config config =
        ConfigFactory.parseFile(
            Golden.file("huggingface_settings/" + model + "/config.json").toFile());
    if (!key.isEmpty()) {
      Config parsed = ConfigFactory.parseString("{\"v\": " + value + "}");
      config = config.withValue(key, parsed.root().get("v"));
    }
    Files.writeString(
        folder.resolve("config.json"), config.root().render(ConfigRenderOptions.concise()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"mask2former-resnet", "mask2former-swin", "maskformer-resnet", "maskformer-swin"})
  void everyKeyIsHonouredOrRefusedByItsName(String model) throws IOException {
    Files.copy(
        Golden.file("huggingface_settings/" + model + "/model.safetensors"),
        folder.resolve("model.safetensors"));
    StateDict state = WeightImport.read(folder).state();
    Map<ModelConfig, double[]> results = new HashMap<>();
    List<String> wrong = new ArrayList<>();
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"))) {
      for (Line line : lines(model)) {
        writeConfig(model, line.key(), line.value());
        String fault = fault(engine, line, state, results);
        if (fault != null) {
          wrong.add(line.key() + " = " + line.value() + " (" + line.verdict() + "): " + fault);
        }
      }
    }
    assertEquals(List.of(), wrong);
  }

  /** What is wrong about the treatment of a key; null if nothing is. */
  private String fault(
      Engine engine, Line line, StateDict state, Map<ModelConfig, double[]> results) {
    ModelConfig config;
    try {
      HuggingFaceFolder.read(folder);
      config = HuggingFaceFolder.deduce(folder, state).model().orElseThrow();
    } catch (CheckpointException e) {
      String name = line.key().substring(line.key().lastIndexOf('.') + 1);
      if (line.key().isEmpty() || !e.getMessage().contains(name)) {
        return "the refusal does not name it: " + e.getMessage();
      }
      return line.verdict().equals("same") && !STRICT.contains(line.key())
          ? "refused without need: " + e.getMessage()
          : null;
    }
    if (line.verdict().equals("refused")) {
      return LENIENT.contains(line.key()) ? null : "accepted";
    }
    double[] got = results.computeIfAbsent(config, c -> run(engine, c, state));
    for (int i = 0; i < got.length; i++) {
      double norm = line.fingerprint().get(i / 3 * 3 + 2);
      if (!(Math.abs(got[i] - line.fingerprint().get(i)) <= TOLERANCE * norm)) {
        return "other results: " + Arrays.toString(got) + ", " + line.fingerprint();
      }
    }
    return null;
  }

  private static double[] run(Engine engine, ModelConfig config, StateDict state) {
    try (SegmentationModel model = SegmentationModels.build(engine, config, ClassSpace.ofSize(2));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      model.load(
          new ImportedWeights(
              CheckpointFamily.OFFICIAL,
              state,
              List.of(),
              List.of(),
              false,
              Optional.empty(),
              new Provenance("test", "", "", "", "", "")),
          LoadPolicy.strict());
      float[] pixels = new float[3 * HEIGHT * WIDTH];
      for (int n = 0; n < pixels.length; n++) {
        pixels[n] = (float) Math.cos(0.37 * n);
      }
      Outputs out = model.predict(engine.floats(pixels, 1, 3, HEIGHT, WIDTH));
      double[] fingerprint = new double[6];
      add(fingerprint, 0, out.classLogits());
      add(fingerprint, 3, out.maskLogits());
      return fingerprint;
    }
  }

  private static void add(double[] fingerprint, int at, Tensor tensor) {
    float[] values = tensor.toFloats();
    double square = 0;
    for (int n = 0; n < values.length; n++) {
      fingerprint[at] += values[n] * Math.cos(0.37 * n);
      fingerprint[at + 1] += values[n] * Math.sin(0.59 * n);
      square += (double) values[n] * values[n];
    }
    fingerprint[at + 2] = Math.sqrt(square);
  }

  @Test
  void aKeyThatIsInNoTableIsListedWithItsValue() throws IOException {
    writeConfig("mask2former-resnet", "backbone_config.not_a_key", "[1,2]");
    assertTrue(
        HuggingFaceFolder.unusedKeys(folder).contains("backbone_config.not_a_key = [1,2]: unknown"),
        () -> HuggingFaceFolder.unusedKeys(folder).toString());
    writeConfig("mask2former-resnet", "dice_weight", "7.5");
    assertTrue(
        HuggingFaceFolder.unusedKeys(folder).contains("dice_weight = 7.5: acts in training only"),
        () -> HuggingFaceFolder.unusedKeys(folder).toString());
  }

  @Test
  void ratesAreTakenOver() throws IOException {
    StateDict state =
        WeightImport.read(Golden.file("huggingface_settings/maskformer-swin/model.safetensors"))
            .state();
    writeConfig("maskformer-swin", "backbone_config.drop_path_rate", "0.45");
    ModelConfig model = HuggingFaceFolder.deduce(folder, state).model().orElseThrow();
    assertEquals(0.45, ((SwinPart.Settings) model.backbone()).dropPath());
    writeConfig("maskformer-swin", "decoder_config.dropout", "0.35");
    model = HuggingFaceFolder.deduce(folder, state).model().orElseThrow();
    assertEquals(0.35, ((DetrPart.Settings) model.decoder()).dropout());
  }

  @Test
  void twoWidthsAreRefusedByTheNamesOfTheirKeys() throws IOException {
    StateDict state =
        WeightImport.read(Golden.file("huggingface_settings/maskformer-resnet/model.safetensors"))
            .state();
    Map<String, HostTensor> tensors = new LinkedHashMap<>(state.asMap());
    tensors.put(
        "sem_seg_head.pixel_decoder.mask_features.weight",
        HostTensor.ofFloats(new float[32 * 64], 32, 64, 1, 1));
    writeConfig("maskformer-resnet", "fpn_feature_size", "64");
    CheckpointException fault =
        assertThrows(
            CheckpointException.class,
            () -> HuggingFaceFolder.deduce(folder, StateDict.of(tensors)));
    assertTrue(fault.getMessage().contains("fpn_feature_size"), fault.getMessage());
    assertTrue(fault.getMessage().contains("64 and 32"), fault.getMessage());
  }

  @Test
  void aModelOfOtherHeadsOrStridesDoesNotTakeTheWeights() throws IOException {
    StateDict state =
        WeightImport.read(Golden.file("huggingface_settings/maskformer-resnet/model.safetensors"))
            .state();
    writeConfig("maskformer-resnet", "", "");
    ModelConfig model = HuggingFaceFolder.deduce(folder, state).model().orElseThrow();
    HuggingFaceFolder.requireComputedAs(folder, model, LoadPolicy.Scope.MODEL);
    for (String[] change :
        new String[][] {
          {"decoder_config.decoder_attention_heads", "8"},
          {"backbone_config.downsample_in_first_stage", "true"}
        }) {
      writeConfig("maskformer-resnet", change[0], change[1]);
      CheckpointException fault =
          assertThrows(
              CheckpointException.class,
              () -> HuggingFaceFolder.requireComputedAs(folder, model, LoadPolicy.Scope.MODEL));
      assertTrue(fault.getMessage().contains(change[0]), fault.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"do_normalize\":false}",
        "{\"do_rescale\":false}",
        "{\"do_resize\":false}",
        "{\"resample\":3}",
        "{\"rescale_factor\":1.0}",
        "{\"size_divisor\":-1}"
      })
  void stepsOfTheInputThatMaskwrightDoesNotTakeAreRefusedByName(String json) throws IOException {
    writeConfig("maskformer-resnet", "", "");
    Files.writeString(folder.resolve("preprocessor_config.json"), json);
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> HuggingFaceFolder.read(folder));
    assertTrue(fault.getMessage().contains(json.split("\"", -1)[1]), fault.getMessage());
  }

  @Test
  void theMultipleOfSidesIsTakenOver() throws IOException {
    Path file = Golden.file("huggingface_settings/maskformer-resnet/model.safetensors");
    StateDict state = WeightImport.read(file).state();
    writeConfig("maskformer-resnet", "", "");
    for (String[] divisor : new String[][] {{"0", "1"}, {"64", "64"}}) {
      Files.writeString(
          folder.resolve("preprocessor_config.json"), "{\"size_divisor\":" + divisor[0] + "}");
      assertEquals(
          Integer.parseInt(divisor[1]),
          HuggingFaceFolder.deduce(folder, state).model().orElseThrow().sizeDivisibility());
    }
  }

  @Test
  void jsonNestedTooDeeplyIsANamedFault() throws IOException {
    Files.writeString(
        folder.resolve("config.json"), "{\"a\":" + "[".repeat(200_000) + "]".repeat(200_000) + "}");
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> HuggingFaceFolder.read(folder));
    assertTrue(fault.getMessage().contains("config.json"), fault.getMessage());
  }
}
