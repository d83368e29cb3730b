package org.maskwright.modelzoo.weights;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.IntStream;
import org.maskwright.modelzoo.BackboneConfig;
import org.maskwright.modelzoo.ModelConfig;

/**
 * A {@code config.json} of Mask2Former or MaskFormer, every key of which is used, checked or listed
 * ({@link HuggingFaceKeys}).
 */
final class HuggingFaceConfigFile {
  private static final long MAX_BYTES = 1 << 24;
  private static final int LEVELS = 3;
  private static final int DEFAULT_LABELS = 2;
  private static final double SWIN_DROP_PATH = 0.1;
  private static final double DETR_DROPOUT = 0.1;
  private static final int PUBLISHED_HEADS = 8;

  private final Path file;
  private final Config config;
  private final String type;

  /** A part of the file with its rules. */
  private record Section(String prefix, Config values, Map<String, HuggingFaceKeys.Rule> rules) {}

  private final List<Section> sections = new ArrayList<>();

  /**
   * Reads the file and refuses values that Maskwright cannot compute with.
   *
   * @throws CheckpointException naming the key, its value and what is supported
   */
  HuggingFaceConfigFile(Path file) {
    this.file = file;
    config = json(file);
    try {
      type = config.hasPath("model_type") ? config.getString("model_type") : "";
      if (!type.equals("mask2former") && !type.equals("maskformer")) {
        throw new CheckpointException(
            file, "expected model_type mask2former or maskformer, got " + type);
      }
      sections.add(new Section("", config, HuggingFaceKeys.model(type)));
      sections.add(backboneSection());
      if (type.equals("maskformer")) {
        sections.add(
            new Section(
                "decoder_config.",
                config.hasPath("decoder_config")
                    ? config.getConfig("decoder_config")
                    : ConfigFactory.empty(),
                HuggingFaceKeys.decoder()));
      }
      sections.forEach(this::requireSupported);
      requireOnePyramidLevel();
    } catch (ConfigException e) {
      throw broken(e);
    }
  }

  private CheckpointException broken(ConfigException e) {
    return new CheckpointException(file, "is not of the expected form: " + e.getMessage(), e);
  }

  /**
   * The values of a JSON file.
   *
   * @throws CheckpointException if there is no such regular file, or it is no JSON
   */
  static Config json(Path file) {
    MappedFile.requireRegular(file);
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new CheckpointException(file, "is larger than " + MAX_BYTES + " bytes");
      }
      return ConfigFactory.parseFile(
          file.toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    } catch (ConfigException e) {
      throw new CheckpointException(file, "is not valid JSON: " + e.getMessage(), e);
    } catch (StackOverflowError e) {
      throw new CheckpointException(file, "objects nested too deeply", e);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be read: " + e, e);
    }
  }

  private Section backboneSection() {
    String key = "backbone_config";
    Config backbone =
        config.hasPath(key)
            ? config.getConfig(key)
            : ConfigFactory.parseString(
                type.equals("mask2former")
                    ? HuggingFaceKeys.DEFAULT_MASK2FORMER_BACKBONE
                    : HuggingFaceKeys.DEFAULT_MASKFORMER_BACKBONE);
    String backboneType = backbone.hasPath("model_type") ? backbone.getString("model_type") : "";
    Map<String, HuggingFaceKeys.Rule> rules = HuggingFaceKeys.backbone(backboneType);
    if (rules == null) {
      throw refused(key + ".model_type", "swin, maskformer-swin or resnet", backboneType);
    }
    return new Section(key + ".", backbone, rules);
  }

  private CheckpointException refused(String key, String expected, Object got) {
    return new CheckpointException(
        file, "%s: expected %s, got %s".formatted(key, expected, text(got)));
  }

  private static String text(Object value) {
    return value instanceof String string ? '"' + string + '"' : String.valueOf(value);
  }

  /** The value of a key; what the class takes if the file has none or null. */
  private static Object value(Section section, String key) {
    ConfigValue value = section.values().root().get(key);
    return value == null || value.valueType() == ConfigValueType.NULL
        ? section.rules().get(key).absent()
        : value.unwrapped();
  }

  private void requireSupported(Section section) {
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

  /** Mask2Former's pixel decoder adds as many levels as there are strides to halve. */
  private void requireOnePyramidLevel() {
    if (!type.equals("mask2former")
        || !(config.hasPath("common_stride") || config.hasPath("feature_strides"))) {
      return;
    }
    double common = config.hasPath("common_stride") ? config.getDouble("common_stride") : 4;
    List<Double> strides =
        config.hasPath("feature_strides")
            ? config.getDoubleList("feature_strides")
            : List.of(4.0, 8.0, 16.0, 32.0);
    double finest =
        strides.stream()
            .skip(Math.max(0, strides.size() - LEVELS))
            .mapToDouble(stride -> stride)
            .min()
            .orElse(0);
    if (!(finest >= 2 * common && finest < 4 * common)) {
      throw refused(
          "common_stride", "half the least of the last three feature_strides, " + strides, common);
    }
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
      deduced =
          type.equals("mask2former")
              ? DeducedArchitecture.of(state) // heads show in the pixel decoder's weights
              : DeducedArchitecture.of(state, decoderHeads());
    } catch (CheckpointException e) {
      throw e.in(file);
    }
    Config backbone = sections.get(1).values();
    String stride = "downsample_in_first_stage";
    if (is(backbone, stride) && !state.contains("backbone.res2.0.shortcut.weight")) {
      throw refused("backbone_config." + stride, "false, as in the weights", true);
    }
    deduced =
        deduced
            .withGeometry(geometry(backbone))
            .withRates(
                number(backbone, "drop_path_rate", SWIN_DROP_PATH),
                number(config, "decoder_config.dropout", DETR_DROPOUT));
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

  private void requireClasses(int classes) {
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
    requireSame(sections.get(1), model, HuggingFaceKeys.Kind.HIDDEN, "as in the model");
  }

  private void requireSame(
      Section section, ModelConfig model, HuggingFaceKeys.Kind kind, String where) {
    section
        .rules()
        .forEach(
            (key, rule) -> {
              Object value = value(section, key);
              if (rule.kind() != kind || value == null) {
                return;
              }
              try {
                Object computed = rule.computed().apply(model);
                if (!same(computed, value)) {
                  throw refused(section.prefix() + key, text(computed) + ", " + where, value);
                }
              } catch (CheckpointException e) {
                throw e.in(file);
              }
            });
  }

  /** Of MaskFormer's decoder; weights show nothing of them. */
  private int decoderHeads() {
    String key = "decoder_config.decoder_attention_heads";
    int heads = config.hasPath(key) ? config.getInt(key) : PUBLISHED_HEADS;
    if (heads < 1) {
      throw refused(key, "at least 1", heads);
    }
    return heads;
  }

  private static double number(Config config, String path, double otherwise) {
    return config.hasPath(path) ? config.getDouble(path) : otherwise;
  }

  private static BackboneConfig.Geometry geometry(Config backbone) {
    return new BackboneConfig.Geometry(
        is(backbone, "downsample_in_bottleneck")
            ? BackboneConfig.StrideIn.FIRST
            : BackboneConfig.StrideIn.SPATIAL,
        1,
        List.of(is(backbone, "downsample_in_first_stage") ? 2 : 1, 2, 2, 2));
  }

  private static boolean is(Config config, String path) {
    return config.hasPath(path) && config.getBoolean(path);
  }

  /** The loss that the file names; empty if it names none. */
  Optional<TrainedLoss> loss() {
    try {
      return TrainedLoss.ofHuggingFace(config, type.equals("mask2former"));
    } catch (ConfigException e) {
      throw broken(e);
    }
  }

  /** Class names in the order of the logits; Transformers writes none where there are two. */
  List<String> classNames() {
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
    for (Section section : sections) {
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
