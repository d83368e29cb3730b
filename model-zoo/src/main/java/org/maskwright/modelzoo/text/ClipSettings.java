package org.maskwright.modelzoo.text;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.maskwright.modelzoo.vit.ClipActivation;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.JsonFile;

/**
 * What of a text encoder its weights do not show, out of the file that lies beside them.
 *
 * @param activation between the MLP's layers
 * @param heads of attention
 * @param eps added to variances
 */
record ClipSettings(VitActivation activation, int heads, double eps) {
  private static final double EPS = 1e-5;

  /** Of both tools where the file does not say it. */
  private static final int DEFAULT_HEADS = 8;

  private static final Set<String> OPEN_CLIP_KEYS =
      Set.of("context_length", "vocab_size", "width", "heads", "layers", "mlp_ratio");

  /**
   * What {@code config.json} says beside weights of Hugging Face's names, or {@code
   * open_clip_config.json} beside those of OpenCLIP; empty where there is none.
   *
   * @throws CheckpointException if it is of another model, or asks for what Maskwright cannot do
   */
  static Optional<ClipSettings> find(Path folder, CheckpointFamily family) {
    boolean huggingFace = family == TextCheckpoints.HUGGING_FACE;
    Path file = folder.resolve(huggingFace ? "config.json" : "open_clip_config.json");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      Config config = JsonFile.read(file);
      return Optional.of(huggingFace ? ofHuggingFace(config) : ofOpenClip(config));
    } catch (ConfigException e) {
      throw new CheckpointException(file, "is not of the expected form: " + e.getMessage(), e);
    } catch (CheckpointException e) {
      throw e.in(file);
    }
  }

  private static ClipSettings ofHuggingFace(Config config) {
    String type = config.hasPath("model_type") ? config.getString("model_type") : "none";
    Config text =
        switch (type) {
          case "clip" -> part(config, "text_config");
          case "clip_text_model" -> config;
          default ->
              throw new CheckpointException(
                  "model_type: expected clip or clip_text_model, got " + type);
        };
    return new ClipSettings(
        ClipActivation.ofHuggingFace(text),
        text.hasPath("num_attention_heads") ? text.getInt("num_attention_heads") : DEFAULT_HEADS,
        text.hasPath("layer_norm_eps") ? text.getDouble("layer_norm_eps") : EPS);
  }

  private static ClipSettings ofOpenClip(Config config) {
    Config model = part(config, "model_cfg");
    Config text = part(model, "text_cfg");
    Set<String> others = new TreeSet<>(text.root().keySet());
    others.removeAll(OPEN_CLIP_KEYS);
    if (!others.isEmpty()) {
      throw new CheckpointException(
          "text_cfg: expected CLIP's own text transformer, with the keys %s, got also %s"
              .formatted(new TreeSet<>(OPEN_CLIP_KEYS), others));
    }
    return new ClipSettings(
        ClipActivation.ofOpenClip(config),
        text.hasPath("heads") ? text.getInt("heads") : DEFAULT_HEADS,
        EPS);
  }

  private static Config part(Config config, String key) {
    return config.hasPath(key) ? config.getConfig(key) : ConfigFactory.empty();
  }
}
