package org.maskwright.modelzoo.family;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.backbone.HuggingFaceBackbone;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.JsonFile;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.Provenance;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TrainedLoss;

/**
 * A model folder of Hugging Face Transformers: {@code config.json}, {@code
 * preprocessor_config.json} and {@code model.safetensors}. Also for ResNet backbones, for which no
 * official converter exists.
 *
 * <p><b>Differs:</b> {@code decoder_layers} of Mask2Former counts one more than there are layers;
 * means and deviations are in 0..1 there and in 0..255 here.
 */
public final class HuggingFaceFolder {
  private static final String CONFIG = "config.json";
  private static final String PREPROCESSOR = "preprocessor_config.json";
  private static final List<String> STAGES = List.of("stage1", "stage2", "stage3", "stage4");
  private static final double DEFAULT_NO_OBJECT_WEIGHT = 0.1;
  private static final String EMPTY_WEIGHT = "criterion.empty_weight";

  private HuggingFaceFolder() {}

  /** True if the folder holds a config.json. */
  public static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /**
   * What the JSON files say that lie with a checkpoint: in it, if it is a folder, else beside the
   * file; empty if there are none.
   *
   * @throws CheckpointException as {@link #read}
   */
  public static Optional<HuggingFaceSettings> of(Path checkpoint) {
    Path folder = folderOf(checkpoint);
    return isOne(folder) ? Optional.of(read(folder)) : Optional.empty();
  }

  private static Path folderOf(Path checkpoint) {
    return Files.isDirectory(checkpoint) ? checkpoint : checkpoint.toAbsolutePath().getParent();
  }

  /**
   * Reads both JSON files; a missing preprocessor file means the classes' defaults (800 / 1333, of
   * Segment Anything a long edge of 1024).
   *
   * @throws CheckpointException if config.json is missing, broken or of another model type, or the
   *     preprocessor file holds sizes or pixel statistics that make no sense
   */
  public static HuggingFaceSettings read(Path folder) {
    HuggingFaceConfigFile config = new HuggingFaceConfigFile(folder.resolve(CONFIG));
    HuggingFacePreprocessor input = preprocessor(folder, config);
    return new HuggingFaceSettings(
        config.classNames(), input.shortEdge(), input.maxSize(), input.mean(), input.std());
  }

  private static HuggingFacePreprocessor preprocessor(Path folder, HuggingFaceConfigFile config) {
    Path file = folder.resolve(PREPROCESSOR);
    return HuggingFacePreprocessor.read(
        file,
        Files.exists(file) ? JsonFile.read(file) : ConfigFactory.empty(),
        config.resampling(),
        config.longEdge());
  }

  /**
   * The architecture of a Hugging Face model: its weights' with what the JSON files say beyond
   * them.
   *
   * @param checkpoint folder, or a file beside the JSON files
   * @param state under Maskwright's names
   * @throws CheckpointException naming the key of config.json that Maskwright cannot compute with
   *     or that says something else than the weights
   */
  public static DeducedArchitecture deduce(Path checkpoint, StateDict state) {
    Path folder = folderOf(checkpoint);
    HuggingFaceConfigFile config = new HuggingFaceConfigFile(folder.resolve(CONFIG));
    DeducedArchitecture deduced = config.deduce(state);
    return deduced.model().filter(config::hasSquareImages).isPresent()
        ? deduced
        : deduced.withSizeDivisibility(preprocessor(folder, config).sizeDivisibility());
  }

  /**
   * Checks what shapes do not show (heads, strides, activations) against a model that is to hold
   * the weights.
   *
   * @param scope which part of the model
   * @throws CheckpointException naming the key of config.json that says something else
   */
  public static void requireComputedAs(Path checkpoint, ModelConfig model, LoadPolicy.Scope scope) {
    HuggingFaceConfigFile config = new HuggingFaceConfigFile(folderOf(checkpoint).resolve(CONFIG));
    switch (scope) {
      case MODEL -> config.requireComputedAs(model);
      case BACKBONE -> config.requireBackboneComputedAs(model);
    }
  }

  /** The keys of config.json that an import does not use, each with its value and the reason. */
  public static List<String> unusedKeys(Path checkpoint) {
    return new HuggingFaceConfigFile(folderOf(checkpoint).resolve(CONFIG)).unused();
  }

  /** The loss that the JSON file beside a checkpoint names; empty if it names none. */
  public static Optional<TrainedLoss> loss(Path checkpoint) {
    return new HuggingFaceConfigFile(folderOf(checkpoint).resolve(CONFIG)).loss();
  }

  /** The licence of a model that Maskwright exported, as its config.json still says it. */
  public static Optional<String> licence(Path checkpoint) {
    Path folder = folderOf(checkpoint);
    return isOne(folder)
        ? HuggingFaceOrigin.of(JsonFile.read(folder.resolve(CONFIG)))
            .map(HuggingFaceOrigin::licence)
        : Optional.empty();
  }

  /**
   * Writes the folder.
   *
   * @param state under Maskwright's names; its metadata may name the loss it was trained with
   *     ({@link TrainedLoss}). Without it, or if Transformers has another loss for the model, the
   *     loss's keys are left to the defaults there
   * @throws CheckpointException if the model has no counterpart in Transformers, or the folder
   *     cannot be written
   */
  public static void write(
      Path folder, ModelConfig model, HuggingFaceSettings settings, StateDict state) {
    HuggingFaceModel type = HuggingFaceModels.of(model);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", type.modelType());
    config.put("architectures", List.of(type.architecture()));
    config.putAll(type.write(model));
    Map<String, HostTensor> whole = new LinkedHashMap<>();
    if (type.namesClasses()) {
      addClasses(config, settings.classNames());
    }
    if (type.defaultBackbone().isPresent()) {
      HuggingFaceBackbone backbone = backbone(model);
      Map<String, Object> section = new LinkedHashMap<>();
      section.put("out_features", STAGES);
      section.putAll(backbone.write(model.backbone(), type.modelType()));
      config.put("backbone_config", section);
      whole.putAll(backbone.derived(model.backbone(), type.modelType()));
    }
    Optional<TrainedLoss> loss = TrainedLoss.from(state.metadata());
    config.putAll(loss.map(type::lossKeys).orElse(Map.of()));
    Provenance.from(state.metadata())
        .ifPresent(
            from ->
                config.put(HuggingFaceOrigin.KEY, new HuggingFaceOrigin(from.licence()).toMap()));
    if (type.namesClasses()) {
      double noObject = loss.map(TrainedLoss::noObjectWeight).orElse(DEFAULT_NO_OBJECT_WEIGHT);
      whole.put(EMPTY_WEIGHT, emptyWeight(settings.classNames().size(), noObject));
    }
    whole.putAll(state.asMap());
    StateDict theirs = type.family().export(StateDict.of(whole).withMetadata(state.metadata()));
    Safetensors.write(folder.resolve("model.safetensors"), theirs);
    Map<String, Object> images =
        HuggingFacePreprocessor.of(sized(settings, type.imageSide(model)), model.sizeDivisibility())
            .toMap(type.imageProcessor(), settings.classNames().size());
    type.addImageSteps(images, model);
    writeJson(folder.resolve(PREPROCESSOR), images);
    writeJson(folder.resolve(CONFIG), config);
  }

  private static void addClasses(Map<String, Object> config, List<String> classes) {
    Map<String, Object> names = new LinkedHashMap<>();
    Map<String, Object> ids = new LinkedHashMap<>();
    for (int i = 0; i < classes.size(); i++) {
      names.put(Integer.toString(i), classes.get(i));
      ids.put(classes.get(i), i);
    }
    config.put("id2label", names);
    config.put("label2id", ids);
  }

  /** Images of one side, where a class takes no others. */
  private static HuggingFaceSettings sized(HuggingFaceSettings settings, OptionalInt side) {
    return side.isEmpty()
        ? settings
        : new HuggingFaceSettings(
            settings.classNames(),
            side.getAsInt(),
            side.getAsInt(),
            settings.mean(),
            settings.std());
  }

  private static HuggingFaceBackbone backbone(ModelConfig model) {
    return HuggingFaceModels.backbone(model.backbone())
        .orElseThrow(
            () ->
                new CheckpointException(
                    "Hugging Face has no such backbone as "
                        + model.backbone()
                        + "; export --to official instead"));
  }

  /**
   * The keys of {@code config.json} that say with which loss a model was trained; empty if its
   * class in Transformers has another, or there is no such class.
   */
  public static Map<String, Object> lossKeys(ModelConfig model, TrainedLoss loss) {
    return HuggingFaceModels.find(model).map(type -> type.lossKeys(loss)).orElse(Map.of());
  }

  /** Transformers keeps the loss's class weights beside the parameters. */
  private static HostTensor emptyWeight(int classes, double noObjectWeight) {
    float[] weights = new float[classes + 1];
    Arrays.fill(weights, 1f);
    weights[classes] = (float) noObjectWeight;
    return HostTensor.ofFloats(weights, classes + 1);
  }

  /** With 4.0 for a double of 4: Transformers refuses an integer where it expects a float. */
  private static void writeJson(Path file, Map<String, Object> values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      writeValue(json, values);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be made: " + e, e); // of bytes in memory
    }
    OutputFile.writeDurably(file, out.toString(StandardCharsets.UTF_8));
  }

  private static void writeValue(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(entry.getKey().toString());
        writeValue(json, entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object element : list) {
        writeValue(json, element);
      }
      json.writeEndArray();
    } else if (value instanceof Integer number) {
      json.writeNumber(number);
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else {
      json.writeString(value.toString());
    }
  }
}
