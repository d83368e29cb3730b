package org.maskwright.modelzoo.family;

import static org.maskwright.modelzoo.family.HuggingFaceModel.number;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.pixeldecoder.DeformablePart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.TrainedLoss;

/**
 * Mask2FormerConfig.
 *
 * <p><b>Source</b> Transformers 5.24. <b>Differs:</b> {@code decoder_layers} counts one more than
 * there are layers
 */
final class Mask2FormerInTransformers implements HuggingFaceModel {
  private static final int LEVELS = 3;
  private static final String CALLED = "a Mask2Former";

  private final CheckpointFamily family =
      CheckpointFamily.ofHuggingFace(
          KeyResource.of(CheckpointFamily.class, "huggingface-mask2former.keymap"),
          HuggingFaceModels::backboneKeys,
          "Mask2Former (Hugging Face Transformers)",
          "see the model card; converted facebook/mask2former-* weights are CC BY-NC 4.0 in origin",
          keys ->
              MaskFormerInTransformers.isOfTransformers(keys)
                  && keys.contains(MaskFormerInTransformers.LEVEL_EMBED));

  @Override
  public CheckpointFamily family() {
    return family;
  }

  @Override
  public String modelType() {
    return "mask2former";
  }

  @Override
  public Optional<String> defaultBackbone() {
    return Optional.of("{\"model_type\":\"swin\",\"depths\":[2,2,18,2],\"drop_path_rate\":0.3}");
  }

  @Override
  public String imageProcessor() {
    return "Mask2FormerImageProcessor";
  }

  @Override
  public String architecture() {
    return "Mask2FormerForUniversalSegmentation";
  }

  @Override
  public boolean describes(ModelConfig model) {
    return model.decoder() instanceof MaskedAttentionPart.Settings;
  }

  @Override
  public List<Section> sections(Config config) {
    return List.of(new Section("", config, rules(), Function.identity()));
  }

  private static Map<String, HuggingFaceKeys.Rule> rules() {
    return HuggingFaceKeys.of(ModelConfig.class, CALLED)
        .used("backbone_config", HuggingFaceOrigin.KEY, "common_stride", "feature_strides")
        .noBackboneByName()
        .shape("feature_size", 256, ModelConfig::hiddenDim)
        .shape("hidden_dim", 256, ModelConfig::hiddenDim)
        .shape("hidden_size", null, ModelConfig::hiddenDim)
        .shape("mask_feature_size", 256, ModelConfig::maskDim)
        .shape("encoder_feedforward_dim", 1024, m -> deformable(m).feedforwardDim())
        .shape("encoder_layers", 6, m -> deformable(m).layers())
        .shape("decoder_layers", 10, m -> masked(m).layers() + 1)
        .shape("num_hidden_layers", null, m -> masked(m).layers() + 1)
        .shape("dim_feedforward", 2048, m -> masked(m).feedforwardDim())
        .shape("num_queries", 100, m -> masked(m).queries())
        .hidden("num_attention_heads", 8, m -> masked(m).heads())
        .only("activation_function", "relu", "relu")
        .only("pre_norm", false, false)
        .only("enforce_input_projection", false, false)
        .training(PointsLossKeys.ALL)
        .training("dropout use_auxiliary_loss ignore_value init_std init_xavier_std")
        .none("output_auxiliary_logits enforce_input_proj")
        .rules();
  }

  private static DeformablePart.Settings deformable(ModelConfig model) {
    return HuggingFaceKeys.as(DeformablePart.Settings.class, model.pixelDecoder(), CALLED);
  }

  private static MaskedAttentionPart.Settings masked(ModelConfig model) {
    return HuggingFaceKeys.as(MaskedAttentionPart.Settings.class, model.decoder(), CALLED);
  }

  /** The pixel decoder adds as many levels as there are strides to halve; there is one here. */
  @Override
  public void check(Config config) {
    if (!(config.hasPath("common_stride") || config.hasPath("feature_strides"))) {
      return;
    }
    double common = number(config, "common_stride", 4);
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
      throw new CheckpointException(
          "common_stride: expected half the least of the last three feature_strides, %s, got %s"
              .formatted(strides, common));
    }
  }

  /** They show in the pixel decoder's weights. */
  @Override
  public OptionalInt decoderHeads(Config config) {
    return OptionalInt.empty();
  }

  @Override
  public Map<String, Object> write(ModelConfig model) {
    DeformablePart.Settings pixel = deformable(model);
    MaskedAttentionPart.Settings decoder = masked(model);
    if (pixel.heads() != decoder.heads()) {
      throw new CheckpointException(
          "Hugging Face has one number of heads, but pixel decoder and decoder have %d and %d"
              .formatted(pixel.heads(), decoder.heads()));
    }
    if (pixel.points() != DeformablePart.PUBLISHED_POINTS) {
      throw new CheckpointException(
          "Hugging Face's pixel decoder samples %d points for each head and level, this one %d"
              .formatted(DeformablePart.PUBLISHED_POINTS, pixel.points()));
    }
    int stride = model.backbone().finestStride();
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("activation_function", "relu");
    config.put("feature_size", model.hiddenDim());
    config.put("mask_feature_size", model.maskDim());
    config.put("hidden_dim", model.hiddenDim());
    config.put("encoder_layers", pixel.layers());
    config.put("encoder_feedforward_dim", pixel.feedforwardDim());
    config.put("decoder_layers", decoder.layers() + 1); // counts the prediction of the queries
    config.put("dim_feedforward", decoder.feedforwardDim());
    config.put("num_attention_heads", decoder.heads());
    config.put("num_queries", decoder.queries());
    config.put("dropout", 0.0);
    config.put("pre_norm", false);
    config.put("enforce_input_projection", false);
    config.put("common_stride", stride);
    config.put("feature_strides", List.of(stride, 2 * stride, 4 * stride, 8 * stride));
    config.put("ignore_value", 255);
    config.put("init_std", 0.02);
    config.put("init_xavier_std", 1.0);
    config.put("use_auxiliary_loss", true);
    return config;
  }

  @Override
  public Map<String, Object> lossKeys(TrainedLoss loss) {
    return PointsLossKeys.of(loss);
  }

  @Override
  public Optional<TrainedLoss> loss(Config config) {
    return PointsLossKeys.read(config);
  }
}
