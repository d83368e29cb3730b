package org.maskwright.modelzoo.family;

import static org.maskwright.modelzoo.family.HuggingFaceModel.number;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.TrainedLoss;

/**
 * MaskFormerConfig, and MaskFormerDetrConfig of the decoder alone.
 *
 * <p><b>Source</b> Transformers 5.24
 */
final class MaskFormerInTransformers implements HuggingFaceModel {
  /** A weight that Mask2Former has and MaskFormer has not. */
  static final String LEVEL_EMBED = "model.transformer_module.level_embed.weight";

  private static final String CALLED = "a MaskFormer";
  private static final String HEADS = "decoder_config.decoder_attention_heads";
  private static final int PUBLISHED_HEADS = 8;
  private static final double DETR_DROPOUT = 0.1;

  /** The class's own; the focal constants are fixed in its code. */
  private static final Optional<TrainedLoss.Focal> FOCAL =
      Optional.of(new TrainedLoss.Focal(0.25, 2));

  private final CheckpointFamily family =
      CheckpointFamily.ofHuggingFace(
          KeyResource.of(CheckpointFamily.class, "huggingface-maskformer.keymap"),
          HuggingFaceModels::backboneKeys,
          "MaskFormer (Hugging Face Transformers)",
          "see the model card; converted facebook/maskformer-* weights are CC BY-NC 4.0 in origin",
          keys -> isOfTransformers(keys) && !keys.contains(LEVEL_EMBED));

  static boolean isOfTransformers(Set<String> keys) {
    return keys.stream().anyMatch(key -> key.startsWith("model.pixel_level_module."));
  }

  @Override
  public CheckpointFamily family() {
    return family;
  }

  @Override
  public String modelType() {
    return "maskformer";
  }

  @Override
  public Optional<String> defaultBackbone() {
    return Optional.of(
        "{\"model_type\":\"swin\",\"depths\":[2,2,18,2],\"drop_path_rate\":0.3,\"embed_dim\":128,"
            + "\"num_heads\":[4,8,16,32],\"window_size\":12}");
  }

  @Override
  public String imageProcessor() {
    return "MaskFormerImageProcessor";
  }

  @Override
  public String architecture() {
    return "MaskFormerForInstanceSegmentation";
  }

  @Override
  public boolean describes(ModelConfig model) {
    return model.decoder() instanceof DetrPart.Settings;
  }

  @Override
  public List<Section> sections(Config config) {
    return List.of(
        new Section("", config, rules(), Function.identity()),
        Section.nested("decoder_config", config, decoderRules(), Function.identity()));
  }

  private static Map<String, HuggingFaceKeys.Rule> rules() {
    return HuggingFaceKeys.of(ModelConfig.class, CALLED)
        .used("backbone_config", "decoder_config", HuggingFaceOrigin.KEY)
        .noBackboneByName()
        .shape("fpn_feature_size", 256, ModelConfig::hiddenDim)
        .shape("mask_feature_size", 256, ModelConfig::maskDim)
        .shape("hidden_size", null, ModelConfig::maskDim)
        .training(
            "no_object_weight cross_entropy_weight mask_weight dice_weight use_auxiliary_loss"
                + " init_std init_xavier_std")
        .none("output_auxiliary_logits num_attention_heads num_hidden_layers")
        .rules();
  }

  /** The rules of {@code decoder_config}: a DETR, of which only the decoder is used. */
  private static Map<String, HuggingFaceKeys.Rule> decoderRules() {
    return HuggingFaceKeys.of(ModelConfig.class, CALLED)
        .only("model_type", "detr", "detr")
        .shape("d_model", 256, ModelConfig::hiddenDim)
        .shape("hidden_size", null, ModelConfig::hiddenDim)
        .shape("num_queries", 100, m -> detr(m).queries())
        .shape("decoder_layers", 6, m -> detr(m).layers())
        .shape("decoder_ffn_dim", 2048, m -> detr(m).feedforwardDim())
        .hidden("decoder_attention_heads", 8, m -> detr(m).heads())
        .only("activation_function", "relu", "relu")
        .used("dropout")
        .training(
            "attention_dropout activation_dropout decoder_layerdrop encoder_layerdrop"
                + " auxiliary_loss init_std init_xavier_std class_cost bbox_cost giou_cost"
                + " mask_loss_coefficient dice_loss_coefficient bbox_loss_coefficient"
                + " giou_loss_coefficient eos_coefficient")
        .none(
            "encoder_layers encoder_ffn_dim encoder_attention_heads num_attention_heads"
                + " num_hidden_layers position_embedding_type dilation num_channels backbone_config"
                + " backbone use_timm_backbone use_pretrained_backbone backbone_kwargs"
                + " max_position_embeddings scale_embedding classifier_dropout")
        .rules();
  }

  private static DetrPart.Settings detr(ModelConfig model) {
    return HuggingFaceKeys.as(DetrPart.Settings.class, model.decoder(), CALLED);
  }

  /** Weights show nothing of them. */
  @Override
  public OptionalInt decoderHeads(Config config) {
    int heads = config.hasPath(HEADS) ? config.getInt(HEADS) : PUBLISHED_HEADS;
    if (heads < 1) {
      throw new CheckpointException(HEADS + ": expected at least 1, got " + heads);
    }
    return OptionalInt.of(heads);
  }

  @Override
  public ModelConfig read(ModelConfig deduced, Config config) {
    return deduced.decoder() instanceof DetrPart.Settings detr
        ? deduced.withDecoder(
            detr.withDropout(number(config, "decoder_config.dropout", DETR_DROPOUT)))
        : deduced;
  }

  @Override
  public Map<String, Object> write(ModelConfig model) {
    if (!(model.pixelDecoder() instanceof FpnPart.Settings)) {
      throw new CheckpointException(
          "Hugging Face's MaskFormer has no pixel decoder with a transformer encoder;"
              + " export --to official instead");
    }
    DetrPart.Settings detr = detr(model);
    Map<String, Object> decoder = new LinkedHashMap<>();
    decoder.put("model_type", "detr");
    decoder.put("d_model", model.hiddenDim());
    decoder.put("num_queries", detr.queries());
    decoder.put("decoder_layers", detr.layers());
    decoder.put("decoder_attention_heads", detr.heads());
    decoder.put("decoder_ffn_dim", detr.feedforwardDim());
    decoder.put("dropout", detr.dropout());
    decoder.put("activation_function", "relu");
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("decoder_config", decoder);
    config.put("fpn_feature_size", model.hiddenDim());
    config.put("mask_feature_size", model.maskDim());
    config.put("use_auxiliary_loss", false);
    return config;
  }

  @Override
  public Map<String, Object> lossKeys(TrainedLoss loss) {
    Map<String, Object> json = new LinkedHashMap<>();
    if (loss.focal().equals(FOCAL)) {
      json.put("no_object_weight", loss.noObjectWeight());
      json.put("cross_entropy_weight", loss.classWeight());
      json.put("mask_weight", loss.maskWeight());
      json.put("dice_weight", loss.diceWeight());
    }
    return json;
  }

  @Override
  public Optional<TrainedLoss> loss(Config config) {
    TrainedLoss own = new TrainedLoss(1, 20, 1, 0.1, Optional.empty(), FOCAL);
    if (lossKeys(own).keySet().stream().noneMatch(config::hasPath)) {
      return Optional.empty();
    }
    return Optional.of(
        new TrainedLoss(
            number(config, "cross_entropy_weight", own.classWeight()),
            number(config, "mask_weight", own.maskWeight()),
            number(config, "dice_weight", own.diceWeight()),
            number(config, "no_object_weight", own.noObjectWeight()),
            Optional.empty(),
            FOCAL));
  }
}
