package org.maskwright.modelzoo.vit;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.JsonFile;

/** What the file beside weights of CLIP says of its image encoder: which GELU it has. */
final class ClipSidecar {
  private ClipSidecar() {}

  /**
   * Of Transformers' {@code config.json} beside the weights; empty without, or of another model.
   */
  static Optional<Record> ofHuggingFace(Path weights) {
    return find(weights, "config.json", ClipSidecar::huggingFace);
  }

  /** Of {@code open_clip_config.json} beside the weights; empty without. */
  static Optional<Record> ofOpenClip(Path weights) {
    return find(weights, "open_clip_config.json", ClipSidecar::openClip);
  }

  @FunctionalInterface
  private interface Reading {
    Optional<VitActivation> of(Config config);
  }

  private static Optional<Record> find(Path weights, String name, Reading reading) {
    Path file = weights.resolveSibling(name);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      return reading.of(JsonFile.read(file)).map(VitPart.Mlp::new);
    } catch (ConfigException e) {
      throw new CheckpointException(file, "is not of the expected form: " + e.getMessage(), e);
    } catch (CheckpointException e) {
      throw e.in(file);
    }
  }

  private static Optional<VitActivation> huggingFace(Config config) {
    return switch (config.hasPath("model_type") ? config.getString("model_type") : "") {
      case "clip" ->
          Optional.of(
              config.hasPath("vision_config")
                  ? ClipActivation.ofHuggingFace(config.getConfig("vision_config"))
                  : VitActivation.QUICK_GELU);
      case "clip_vision_model" -> Optional.of(ClipActivation.ofHuggingFace(config));
      default -> Optional.empty();
    };
  }

  private static Optional<VitActivation> openClip(Config config) {
    return Optional.of(ClipActivation.ofOpenClip(config));
  }
}
