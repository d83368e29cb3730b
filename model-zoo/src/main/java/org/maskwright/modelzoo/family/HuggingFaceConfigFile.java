package org.maskwright.modelzoo.family;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.backbone.HuggingFaceBackbone;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.JsonFile;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TrainedLoss;

/**
 * A {@code config.json} of a model that is known here, every key of which is used, checked or
 * listed ({@link HuggingFaceKeys}).
 */
final class HuggingFaceConfigFile {
  private static final int DEFAULT_LABELS = 2;
  private static final String BACKBONE = "backbone_config";

  private final Path file;
  private final Config config;
  private final HuggingFaceModel type;
  private final Optional<HuggingFaceBackbone> backbone;
  private final List<HuggingFaceModel.Section> sections = new ArrayList<>();

  /**
   * Reads the file and refuses values that Maskwright cannot compute with.
   *
   * @throws CheckpointException naming the key, its value and what is supported
   */
  HuggingFaceConfigFile(Path file) {
    this.file = file;
    config = JsonFile.read(file);
    try {
      type = HuggingFaceModels.ofType(text(config, "model_type"));
      Optional<Config> section = backboneConfig();
      backbone = section.map(this::backbone);
      sections.addAll(type.sections(config));
      backbone.ifPresent(
          part ->
              sections.add(
                  new HuggingFaceModel.Section(
                      BACKBONE + ".", section.get(), part.rules(), ModelConfig::backbone)));
      sections.forEach(this::requireSupported);
      type.check(config);
    } catch (ConfigException e) {
      throw broken(e);
    } catch (CheckpointException e) {
      throw e.in(file);
    }
  }

  private static String text(Config section, String key) {
    return section.hasPath(key) ? section.getString(key) : "";
  }

  private CheckpointException broken(ConfigException e) {
    return new CheckpointException(file, "is not of the expected form: " + e.getMessage(), e);
  }

  private Optional<Config> backboneConfig() {
    return type.defaultBackbone()
        .map(
            absent ->
                config.hasPath(BACKBONE)
                    ? config.getConfig(BACKBONE)
                    : ConfigFactory.parseString(absent));
  }

  private HuggingFaceBackbone backbone(Config section) {
    String modelType = text(section, "model_type");
    return HuggingFaceModels.backbones().stream()
        .filter(one -> one.modelTypes().contains(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                refused(
                    BACKBONE + ".model_type",
                    HuggingFaceModels.backbones().stream()
                        .flatMap(one -> one.modelTypes().stream())
                        .collect(Collectors.joining(" or ")),
                    modelType));
  }

  private CheckpointException refused(String key, String expected, Object got) {
    return new CheckpointException(
        file, "%s: expected %s, got %s".formatted(key, expected, text(got)));
  }

  private static String text(Object value) {
    return value instanceof String string ? '"' + string + '"' : String.valueOf(value);
  }

  /** The value of a key; what the class takes if the file has none or null. */
  private static Object value(HuggingFaceModel.Section section, String key) {
    ConfigValue value = section.values().root().get(key);
    return value == null || value.valueType() == ConfigValueType.NULL
        ? section.rules().get(key).absent()
        : value.unwrapped();
  }

  private void requireSupported(HuggingFaceModel.Section section) {
    section
        .rules()
        .forEach(
            (key, rule) -> {
              Object value = value(section, key);
              if (rule.kind() == HuggingFaceKeys.Kind.ONLY
                  && value != null
                  && rule.accepted().stream().noneMatch(accepted -> same(accepted, value))) {
                throw refused(
                    section.prefix() + key,
                    rule.accepted().isEmpty()
                        ? "none"
                        : text(rule.accepted().get(0)) + ", all that Maskwright computes with",
                    value);
              }
            });
  }

  /** Numbers by value, lists by element. */
  private static boolean same(Object expected, Object got) {
    if (expected instanceof Number e && got instanceof Number g) {
      return e.doubleValue() == g.doubleValue();
    }
    if (expected instanceof List<?> e && got instanceof List<?> g) {
      boolean all = e.size() == g.size();
      for (int i = 0; all && i < e.size(); i++) {
        all = same(e.get(i), g.get(i));
      }
      return all;
    }
    return Objects.equals(expected, got);
  }

  /**
   * The architecture of the weights with what the file says beyond them; both must agree.
   *
   * @param state under Maskwright's names
   * @throws CheckpointException naming the first key that says something else than the weights
   */
  DeducedArchitecture deduce(StateDict state) {
    try {
      return deduceAndCompare(state);
    } catch (ConfigException e) {
      throw broken(e);
    }
  }

  private DeducedArchitecture deduceAndCompare(StateDict state) {
    DeducedArchitecture deduced;
    try {
      OptionalInt heads = type.decoderHeads(config);
      deduced =
          heads.isPresent()
              ? DeducedArchitecture.of(state, heads.getAsInt())
              : DeducedArchitecture.of(state);
      if (backbone.isPresent()) {
        deduced =
            deduced.withBackbone(
                backbone.get().read(deduced.backbone(), backboneSection().values(), state));
      }
      if (deduced.model().isPresent()) {
        deduced = deduced.withModel(type.read(deduced.model().get(), config));
      }
    } catch (IllegalArgumentException e) { // a rate out of its range
      throw new CheckpointException(file, e.getMessage(), e);
    } catch (CheckpointException e) {
      throw e.in(file);
    }
    if (deduced.model().isPresent()) {
      requireClasses(deduced.classes());
      ModelConfig model = deduced.model().get();
      sections.forEach(
          section -> {
            requireSame(section, model, HuggingFaceKeys.Kind.SHAPE, "as in the weights");
            requireSame(section, model, HuggingFaceKeys.Kind.HIDDEN, "as in the weights");
          });
    }
    return deduced;
  }

  /** The one that describes the backbone. */
  private HuggingFaceModel.Section backboneSection() {
    return sections.get(sections.size() - 1);
  }

  private void requireClasses(int classes) {
    if (!type.namesClasses()) {
      return;
    }
    String count = "num_labels";
    if (config.hasPath(count) && config.getInt(count) != classes) {
      throw refused(count, classes + ", as in the weights", config.getInt(count));
    }
    int names = classNames().size();
    if (names != classes) {
      throw refused("id2label", classes + " classes, as in the weights", names);
    }
  }

  /**
   * Checks what the shapes of weights do not show against a model that is to hold them.
   *
   * @throws CheckpointException naming the first key that says something else
   */
  void requireComputedAs(ModelConfig model) {
    sections.forEach(
        section -> requireSame(section, model, HuggingFaceKeys.Kind.HIDDEN, "as in the model"));
  }

  /** The same of the backbone alone. */
  void requireBackboneComputedAs(ModelConfig model) {
    requireSame(backboneSection(), model, HuggingFaceKeys.Kind.HIDDEN, "as in the model");
  }

  private void requireSame(
      HuggingFaceModel.Section section,
      ModelConfig model,
      HuggingFaceKeys.Kind kind,
      String where) {
    section
        .rules()
        .forEach(
            (key, rule) -> {
              Object value = value(section, key);
              if (rule.kind() != kind || value == null) {
                return;
              }
              try {
                Object computed = rule.computed().apply(section.subject().apply(model));
                if (!same(computed, value)) {
                  throw refused(section.prefix() + key, text(computed) + ", " + where, value);
                }
              } catch (CheckpointException e) {
                throw e.in(file);
              }
            });
  }

  /** See {@link HuggingFaceModel#longEdge}. */
  OptionalInt longEdge() {
    try {
      return type.longEdge(config);
    } catch (ConfigException e) {
      throw broken(e);
    }
  }

  /** Whether its images are squares of one size, to which the model pads. */
  boolean hasSquareImages(ModelConfig model) {
    return type.imageSide(model).isPresent();
  }

  /** PIL's number of the way in which its images are resized. */
  int resampling() {
    return type.resampling();
  }

  /** The loss that the file names; empty if it names none. */
  Optional<TrainedLoss> loss() {
    try {
      return type.loss(config);
    } catch (ConfigException e) {
      throw broken(e);
    }
  }

  /** Class names in the order of the logits; Transformers writes none where there are two. */
  List<String> classNames() {
    if (!type.namesClasses()) {
      return ClassSpace.OBJECT.names();
    }
    try {
      if (config.hasPath("id2label")) {
        return named(config.getObject("id2label").unwrapped());
      }
      int count = config.hasPath("num_labels") ? config.getInt("num_labels") : DEFAULT_LABELS;
      return IntStream.range(0, count).mapToObj(i -> "LABEL_" + i).toList();
    } catch (ConfigException e) {
      throw broken(e);
    }
  }

  private List<String> named(Map<String, Object> labels) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < labels.size(); i++) {
      Object name = labels.get(Integer.toString(i));
      if (name == null) {
        throw new CheckpointException(
            file, "id2label has %d entries, but none for id %d".formatted(labels.size(), i));
      }
      names.add(name.toString());
    }
    return names;
  }

  /** The keys of the file that are neither used nor checked, each with its value and the reason. */
  List<String> unused() {
    List<String> lines = new ArrayList<>();
    for (HuggingFaceModel.Section section : sections) {
      for (Map.Entry<String, ConfigValue> entry : section.values().root().entrySet()) {
        HuggingFaceKeys.Rule rule = section.rules().get(entry.getKey());
        String why =
            rule == null
                ? "unknown"
                : rule.kind() == HuggingFaceKeys.Kind.TRAINING ? "acts in training only" : null;
        if (why != null) {
          lines.add(
              section.prefix()
                  + entry.getKey()
                  + " = "
                  + entry.getValue().render(ConfigRenderOptions.concise())
                  + ": "
                  + why);
        }
      }
    }
    lines.sort(null);
    return lines;
  }
}
