package org.maskwright.modelzoo.weights;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.maskwright.modelzoo.BackboneConfig;
import org.maskwright.modelzoo.BackboneConfig.Resnet;
import org.maskwright.modelzoo.BackboneConfig.Swin;
import org.maskwright.modelzoo.DecoderConfig.Detr;
import org.maskwright.modelzoo.DecoderConfig.MaskedAttention;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.PixelDecoderConfig;

/**
 * What each key of Hugging Face's configuration classes means for a model's results, and so what an
 * import does about it. A key that is in no table is listed as unknown.
 *
 * <p><b>Source</b> Transformers 5.24: Mask2FormerConfig, MaskFormerConfig, MaskFormerDetrConfig (of
 * the decoder alone), SwinConfig, MaskFormerSwinConfig, ResNetConfig, PreTrainedConfig; keys of
 * files that releases 4.16 and later wrote. {@code HuggingFaceKeysTest} changes each of them.
 */
final class HuggingFaceKeys {
  /** What a key is about. */
  enum Kind {
    /** Taken over into the model's description. */
    USED,
    /** Another value than the accepted ones computes something that Maskwright does not. */
    ONLY,
    /** A property of the model that shows in the shapes of weights. */
    SHAPE,
    /** A property of the model that shapes do not show. */
    HIDDEN,
    /** Acts in training alone: losses and rates. */
    TRAINING,
    /** Never acts on a result. */
    NONE
  }

  /**
   * What an import does about a key.
   *
   * @param accepted values of a key that is ONLY checked
   * @param absent what the class takes if the file does not have the key; null for nothing
   * @param computed the value that a model of Maskwright has, for SHAPE and HIDDEN
   */
  record Rule(Kind kind, List<?> accepted, Object absent, Function<ModelConfig, ?> computed) {}

  /** The classes' own values of a whole model without a backbone_config. */
  static final String DEFAULT_MASK2FORMER_BACKBONE =
      "{\"model_type\":\"swin\",\"depths\":[2,2,18,2],\"drop_path_rate\":0.3}";

  static final String DEFAULT_MASKFORMER_BACKBONE =
      "{\"model_type\":\"swin\",\"depths\":[2,2,18,2],\"drop_path_rate\":0.3,\"embed_dim\":128,"
          + "\"num_heads\":[4,8,16,32],\"window_size\":12}";

  private static final List<String> STAGES = List.of("stage1", "stage2", "stage3", "stage4");
  private static final int STAGE_COUNT = 4;
  private static final int PATCH = 4;

  private final Map<String, Rule> rules = new LinkedHashMap<>();

  private HuggingFaceKeys() {
    none(
        // of every configuration
        ("transformers_version architectures _name_or_path name_or_path dtype torch_dtype"
            + " return_dict output_hidden_states output_attentions torchscript"
            + " use_bfloat16 tf_legacy_loss chunk_size_feed_forward is_encoder_decoder is_decoder"
            + " add_cross_attention cross_attention_hidden_size tie_encoder_decoder"
            + " tie_word_embeddings finetuning_task task_specific_params problem_type"
            + " label2id num_labels tokenizer_class prefix _commit_hash _attn_implementation"
            + " attn_implementation _attn_implementation_autoset use_cache"
            // of text generation, which releases 4.0 to 4.5x wrote for every model
            + " bos_token_id pad_token_id eos_token_id sep_token_id decoder_start_token_id"
            + " max_length min_length do_sample early_stopping num_beams num_beam_groups"
            + " diversity_penalty temperature top_k top_p typical_p repetition_penalty"
            + " length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids"
            + " num_return_sequences output_scores return_dict_in_generate forced_bos_token_id"
            + " forced_eos_token_id remove_invalid_values exponential_decay_length_penalty"
            + " suppress_tokens begin_suppress_tokens"));
    used("model_type", "id2label");
    only("pruned_heads", Map.of(), Map.of(), List.of());
    only("quantization_config", null);
  }

  /** The rules of a whole model, for the keys outside its nested configurations. */
  static Map<String, Rule> model(String modelType) {
    return modelType.equals("mask2former") ? mask2Former() : maskFormer();
  }

  private static Map<String, Rule> mask2Former() {
    HuggingFaceKeys keys = new HuggingFaceKeys();
    keys.used("backbone_config", HuggingFaceOrigin.KEY, "common_stride", "feature_strides");
    keys.noBackboneByName();
    keys.shape("feature_size", 256, ModelConfig::hiddenDim);
    keys.shape("hidden_dim", 256, ModelConfig::hiddenDim);
    keys.shape("hidden_size", null, ModelConfig::hiddenDim);
    keys.shape("mask_feature_size", 256, ModelConfig::maskDim);
    keys.shape("encoder_feedforward_dim", 1024, m -> deformable(m).feedforwardDim());
    keys.shape("encoder_layers", 6, m -> deformable(m).layers());
    keys.shape("decoder_layers", 10, m -> masked(m).layers() + 1);
    keys.shape("num_hidden_layers", null, m -> masked(m).layers() + 1);
    keys.shape("dim_feedforward", 2048, m -> masked(m).feedforwardDim());
    keys.shape("num_queries", 100, m -> masked(m).queries());
    keys.hidden("num_attention_heads", 8, m -> masked(m).heads());
    keys.only("activation_function", "relu", "relu");
    keys.only("pre_norm", false, false);
    keys.only("enforce_input_projection", false, false);
    keys.training(
        "dropout no_object_weight class_weight mask_weight dice_weight train_num_points"
            + " oversample_ratio importance_sample_ratio use_auxiliary_loss ignore_value init_std"
            + " init_xavier_std");
    keys.none("output_auxiliary_logits enforce_input_proj");
    return keys.rules;
  }

  private static Map<String, Rule> maskFormer() {
    HuggingFaceKeys keys = new HuggingFaceKeys();
    keys.used("backbone_config", "decoder_config", HuggingFaceOrigin.KEY);
    keys.noBackboneByName();
    keys.shape("fpn_feature_size", 256, ModelConfig::hiddenDim);
    keys.shape("mask_feature_size", 256, ModelConfig::maskDim);
    keys.shape("hidden_size", null, ModelConfig::maskDim);
    keys.training(
        "no_object_weight cross_entropy_weight mask_weight dice_weight use_auxiliary_loss init_std"
            + " init_xavier_std");
    keys.none("output_auxiliary_logits num_attention_heads num_hidden_layers");
    return keys.rules;
  }

  /**
   * The rules of MaskFormer's {@code decoder_config}: a DETR, of which only the decoder is used.
   */
  static Map<String, Rule> decoder() {
    HuggingFaceKeys keys = new HuggingFaceKeys();
    keys.only("model_type", "detr", "detr");
    keys.shape("d_model", 256, ModelConfig::hiddenDim);
    keys.shape("hidden_size", null, ModelConfig::hiddenDim);
    keys.shape("num_queries", 100, m -> detr(m).queries());
    keys.shape("decoder_layers", 6, m -> detr(m).layers());
    keys.shape("decoder_ffn_dim", 2048, m -> detr(m).feedforwardDim());
    keys.hidden("decoder_attention_heads", 8, m -> detr(m).heads());
    keys.only("activation_function", "relu", "relu");
    keys.used("dropout");
    keys.training(
        "attention_dropout activation_dropout decoder_layerdrop encoder_layerdrop"
            + " auxiliary_loss init_std init_xavier_std class_cost bbox_cost giou_cost"
            + " mask_loss_coefficient dice_loss_coefficient bbox_loss_coefficient"
            + " giou_loss_coefficient eos_coefficient");
    keys.none(
        "encoder_layers encoder_ffn_dim encoder_attention_heads num_attention_heads"
            + " num_hidden_layers position_embedding_type dilation num_channels backbone_config"
            + " backbone use_timm_backbone use_pretrained_backbone backbone_kwargs"
            + " max_position_embeddings scale_embedding classifier_dropout");
    return keys.rules;
  }

  /** The rules of {@code backbone_config}; null for a type that Maskwright does not have. */
  static Map<String, Rule> backbone(String modelType) {
    return switch (modelType) {
      case "swin", "maskformer-swin" -> swin();
      case "resnet" -> resnet();
      default -> null;
    };
  }

  private static Map<String, Rule> swin() {
    HuggingFaceKeys keys = new HuggingFaceKeys();
    keys.stages();
    keys.only("patch_size", PATCH, PATCH, List.of(PATCH, PATCH));
    keys.shape("embed_dim", 96, m -> swin(m).embedDim());
    keys.shape("depths", List.of(2, 2, 6, 2), m -> swin(m).depths());
    keys.shape("num_heads", List.of(3, 6, 12, 24), m -> swin(m).heads());
    keys.shape("num_attention_heads", null, m -> swin(m).heads());
    keys.shape("window_size", 7, m -> swin(m).window());
    keys.shape("mlp_ratio", 4.0, m -> swin(m).mlpRatio());
    keys.only("qkv_bias", true, true);
    keys.only("hidden_act", "gelu", "gelu");
    keys.only("use_absolute_embeddings", false, false);
    keys.only("layer_norm_eps", 1e-5, 1e-5);
    keys.used("drop_path_rate");
    keys.training("hidden_dropout_prob attention_probs_dropout_prob");
    keys.none(
        "image_size encoder_stride hidden_size initializer_range path_norm num_layers"
            + " num_hidden_layers");
    return keys.rules;
  }

  private static Map<String, Rule> resnet() {
    HuggingFaceKeys keys = new HuggingFaceKeys();
    keys.stages();
    keys.shape("embedding_size", 64, m -> resnet(m).width());
    keys.shape("hidden_sizes", List.of(256, 512, 1024, 2048), HuggingFaceKeys::stageChannels);
    keys.shape("depths", List.of(3, 4, 6, 3), m -> resnet(m).blocks());
    keys.shape("layer_type", "bottleneck", m -> isBottleneck(m) ? "bottleneck" : "basic");
    keys.only("hidden_act", "relu", "relu");
    keys.hidden(
        "downsample_in_first_stage", false, m -> resnet(m).geometry().strides().get(0) == 2);
    keys.hidden(
        "downsample_in_bottleneck",
        false,
        m -> resnet(m).geometry().strideIn() == BackboneConfig.StrideIn.FIRST);
    return keys.rules;
  }

  private void stages() {
    only("num_channels", 3, 3);
    only("out_features", null, STAGES);
    only("out_indices", null, List.of(1, 2, 3, 4));
    only("_out_features", null, STAGES);
    only("_out_indices", null, List.of(1, 2, 3, 4));
    only("stage_names", null, List.of("stem", "stage1", "stage2", "stage3", "stage4"));
  }

  /** Releases 4.38 to 4.5x could take the backbone from elsewhere. */
  private void noBackboneByName() {
    only("backbone", null);
    only("use_timm_backbone", false, false);
    only("use_pretrained_backbone", false, false);
    only("backbone_kwargs", null, Map.of());
  }

  private static List<Integer> stageChannels(ModelConfig model) {
    int first = resnet(model).width() * (isBottleneck(model) ? 4 : 1);
    List<Integer> channels = new ArrayList<>();
    for (int stage = 0; stage < STAGE_COUNT; stage++) {
      channels.add(first << stage);
    }
    return channels;
  }

  private static boolean isBottleneck(ModelConfig model) {
    return resnet(model).block() == BackboneConfig.Block.BOTTLENECK;
  }

  private static Swin swin(ModelConfig model) {
    return as(Swin.class, model.backbone(), "a Swin backbone");
  }

  private static Resnet resnet(ModelConfig model) {
    return as(Resnet.class, model.backbone(), "a ResNet backbone");
  }

  private static PixelDecoderConfig.Deformable deformable(ModelConfig model) {
    return as(PixelDecoderConfig.Deformable.class, model.pixelDecoder(), "a Mask2Former");
  }

  private static MaskedAttention masked(ModelConfig model) {
    return as(MaskedAttention.class, model.decoder(), "a Mask2Former");
  }

  private static Detr detr(ModelConfig model) {
    return as(Detr.class, model.decoder(), "a MaskFormer");
  }

  private static <T> T as(Class<T> type, Object part, String expected) {
    if (!type.isInstance(part)) {
      throw new CheckpointException(
          "describes " + expected + ", but the weights or the model do not");
    }
    return type.cast(part);
  }

  private void used(String... names) {
    for (String key : names) {
      rules.put(key, new Rule(Kind.USED, List.of(), null, null));
    }
  }

  private void only(String key, Object absent, Object... accepted) {
    rules.put(key, new Rule(Kind.ONLY, List.of(accepted), absent, null));
  }

  private void shape(String key, Object absent, Function<ModelConfig, ?> computed) {
    rules.put(key, new Rule(Kind.SHAPE, List.of(), absent, computed));
  }

  private void hidden(String key, Object absent, Function<ModelConfig, ?> computed) {
    rules.put(key, new Rule(Kind.HIDDEN, List.of(), absent, computed));
  }

  private void training(String names) {
    for (String key : names.split(" ", -1)) {
      rules.put(key, new Rule(Kind.TRAINING, List.of(), null, null));
    }
  }

  private void none(String names) {
    for (String key : names.split(" ", -1)) {
      rules.put(key, new Rule(Kind.NONE, List.of(), null, null));
    }
  }
}
