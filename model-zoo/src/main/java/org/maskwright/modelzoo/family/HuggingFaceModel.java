package org.maskwright.modelzoo.family;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.TrainedLoss;

/** A class of models in Hugging Face Transformers: what its {@code config.json} says. */
interface HuggingFaceModel {
  /** Names of its tensors. */
  CheckpointFamily family();

  /** The value of {@code model_type}. */
  String modelType();

  /**
   * The classes' own {@code backbone_config}, where a file has none; empty of classes that describe
   * their backbone themselves.
   */
  Optional<String> defaultBackbone();

  /** Its class that prepares images. */
  String imageProcessor();

  /** Its class of models. */
  String architecture();

  /** Whether it has the mask decoder of a model. */
  boolean describes(ModelConfig model);

  /** What is in {@code config.json} but for the backbone. */
  List<Section> sections(Config config);

  /**
   * A part of the file with its rules.
   *
   * @param prefix of its keys, empty or ending in a dot
   * @param subject what of a model it describes
   */
  record Section(
      String prefix,
      Config values,
      Map<String, HuggingFaceKeys.Rule> rules,
      Function<ModelConfig, ?> subject) {
    /** A nested section; of a file without it, an empty one. */
    static Section nested(
        String key,
        Config config,
        Map<String, HuggingFaceKeys.Rule> rules,
        Function<ModelConfig, ?> subject) {
      Config values = config.hasPath(key) ? config.getConfig(key) : ConfigFactory.empty();
      return new Section(key + ".", values, rules, subject);
    }
  }

  /**
   * Refuses what no rule of one key can tell.
   *
   * @throws CheckpointException naming a key
   */
  default void check(Config config) {}

  /** How its class of images resizes them: PIL's number; 2 is bilinear, 3 bicubic. */
  default int resampling() {
    return HuggingFacePreprocessor.BILINEAR;
  }

  /** Heads of the mask decoder; empty where weights show them. */
  OptionalInt decoderHeads(Config config);

  /** What the file says of a model beyond its weights, but for the backbone. */
  default ModelConfig read(ModelConfig deduced, Config config) {
    return deduced;
  }

  /**
   * Side of the square images that the class takes; empty if it takes any. The model as it was read
   * pads images to such squares.
   */
  default OptionalInt imageSide(ModelConfig model) {
    return OptionalInt.empty();
  }

  /** Adds what the file about images says besides, or in place of what is there. */
  default void addImageSteps(Map<String, Object> images, ModelConfig model) {}

  /** Whether its files name classes: else they are of {@link ClassSpace#OBJECT}. */
  default boolean namesClasses() {
    return true;
  }

  /**
   * The long edge to which images are resized where no file says it; empty of classes that resize
   * to a short edge of 800.
   */
  default OptionalInt longEdge(Config config) {
    return OptionalInt.empty();
  }

  /**
   * The file but for classes, backbone and loss.
   *
   * @throws CheckpointException if the model has no counterpart in Transformers
   */
  Map<String, Object> write(ModelConfig model);

  /** The keys that say how weights were trained; empty if the class has another loss. */
  Map<String, Object> lossKeys(TrainedLoss loss);

  /** The loss that a file names; empty if it names none. */
  Optional<TrainedLoss> loss(Config config);

  /** A number of the file. */
  static double number(Config config, String path, double otherwise) {
    return config.hasPath(path) ? config.getDouble(path) : otherwise;
  }
}
