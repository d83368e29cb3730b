package org.maskwright.modelzoo.family;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.prompt.PromptsPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.TrainedLoss;

/**
 * SamConfig: Segment Anything, which has no classes and takes square images of one size.
 *
 * <p><b>Source</b> Transformers 5.24. <b>Differs:</b> the two-way transformer's normalisations add
 * 1e-5 to variances, as the official code's do; Transformers' default is 1e-6. Images may have any
 * size
 */
final class SamInTransformers implements HuggingFaceModel {
  private static final String CALLED = "a Segment Anything";
  private static final String VISION = "vision_config";
  private static final String PROMPT = "prompt_encoder_config";
  private static final String MASKS = "mask_decoder_config";
  private static final String HEADS = "num_attention_heads";
  private static final String IMAGE_SIZE = "image_size";
  private static final int DEFAULT_SIDE = 1024;
  private static final int DEFAULT_HEADS = 8;
  private static final double EPS = 1e-6;
  private static final double OFFICIAL_EPS = 1e-5;

  private static final CheckpointFamily FAMILY =
      CheckpointFamily.ofHuggingFace(
              KeyResource.of(VitPart.class, "huggingface-sam-model.keymap"),
              List::of,
              "Segment Anything (Hugging Face Transformers)",
              PromptsPart.LICENCE,
              keys ->
                  keys.contains("vision_encoder.layers.0.attn.qkv.weight")
                      && keys.contains("mask_decoder.iou_token.weight"))
          .withFresh(VitPart.PYRAMID);

  @Override
  public CheckpointFamily family() {
    return FAMILY;
  }

  @Override
  public String modelType() {
    return "sam";
  }

  @Override
  public Optional<String> defaultBackbone() {
    return Optional.empty();
  }

  @Override
  public String imageProcessor() {
    return "SamImageProcessor";
  }

  @Override
  public String architecture() {
    return "SamModel";
  }

  @Override
  public boolean describes(ModelConfig model) {
    return model.decoder() instanceof PromptsPart.Settings;
  }

  @Override
  public boolean namesClasses() {
    return false;
  }

  @Override
  public List<Section> sections(Config config) {
    Function<ModelConfig, ?> whole = Function.identity();
    return List.of(
        new Section("", config, topKeys().rules(), whole),
        Section.nested(PROMPT, config, promptKeys().rules(), whole),
        Section.nested(MASKS, config, maskKeys().rules(), whole),
        Section.nested(VISION, config, visionKeys().rules(), whole));
  }

  private static HuggingFaceKeys<ModelConfig> keys() {
    return HuggingFaceKeys.of(ModelConfig.class, CALLED);
  }

  private static HuggingFaceKeys<ModelConfig> topKeys() {
    return keys().used(HuggingFaceOrigin.KEY, VISION, PROMPT, MASKS).training("initializer_range");
  }

  private static HuggingFaceKeys<ModelConfig> promptKeys() {
    return keys()
        .shape("hidden_size", 256, ModelConfig::hiddenDim)
        .shape(IMAGE_SIZE, DEFAULT_SIDE, SamInTransformers::side)
        .shape("image_embedding_size", null, m -> vit(m).grid())
        .shape("patch_size", 16, m -> vit(m).patch())
        .only("mask_input_channels", 16, 16)
        .only("num_point_embeddings", 4, 4)
        .only("hidden_act", "gelu", "gelu")
        .only("layer_norm_eps", EPS, EPS)
        .training("initializer_range");
  }

  private static HuggingFaceKeys<ModelConfig> maskKeys() {
    return keys()
        .used(HEADS)
        .shape("hidden_size", 256, ModelConfig::hiddenDim)
        .shape("mlp_dim", 2048, m -> prompts(m).feedforwardDim())
        .shape("num_hidden_layers", 2, m -> prompts(m).layers())
        .shape("iou_head_hidden_dim", 256, ModelConfig::hiddenDim)
        .only("iou_head_depth", 3, 3)
        .only("num_multimask_outputs", 3, 3)
        .only("attention_downsample_rate", 2, 2)
        .only("hidden_act", "relu", "relu")
        .only("layer_norm_eps", EPS, EPS, OFFICIAL_EPS)
        .training("initializer_range");
  }

  private static HuggingFaceKeys<ModelConfig> visionKeys() {
    return keys()
        .shape("hidden_size", 768, m -> vit(m).width())
        .shape("num_hidden_layers", 12, m -> vit(m).depth())
        .shape(HEADS, 12, m -> vit(m).heads())
        .shape("mlp_dim", null, m -> vit(m).mlpDim())
        .shape("output_channels", 256, m -> vit(m).neck())
        .shape(IMAGE_SIZE, DEFAULT_SIDE, SamInTransformers::side)
        .shape("patch_size", 16, m -> vit(m).patch())
        .shape("window_size", 14, m -> vit(m).window())
        .shape("global_attn_indexes", List.of(2, 5, 8, 11), m -> vit(m).globalBlocks())
        .shape("num_pos_feats", 128, m -> m.hiddenDim() / 2)
        .only("num_channels", 3, 3)
        .only("hidden_act", "gelu", "gelu")
        .only("layer_norm_eps", EPS, EPS)
        .only("qkv_bias", true, true)
        .only("use_abs_pos", true, true)
        .only("use_rel_pos", true, true)
        .training("attention_dropout dropout initializer_range initializer_factor")
        .none("mlp_ratio intermediate_size projection_dim");
  }

  private static VitPart.Settings vit(ModelConfig model) {
    return HuggingFaceKeys.as(VitPart.Settings.class, model.backbone(), CALLED);
  }

  private static PromptsPart.Settings prompts(ModelConfig model) {
    return HuggingFaceKeys.as(PromptsPart.Settings.class, model.decoder(), CALLED);
  }

  private static int side(ModelConfig model) {
    return vit(model).grid() * vit(model).patch();
  }

  @Override
  public OptionalInt decoderHeads(Config config) {
    return OptionalInt.of(
        (int) HuggingFaceModel.number(config, MASKS + "." + HEADS, DEFAULT_HEADS));
  }

  @Override
  public OptionalInt imageSide(ModelConfig model) {
    return OptionalInt.of(side(model));
  }

  @Override
  public OptionalInt longEdge(Config config) {
    return OptionalInt.of(
        (int) HuggingFaceModel.number(config, VISION + "." + IMAGE_SIZE, DEFAULT_SIDE));
  }

  @Override
  public Map<String, Object> write(ModelConfig model) {
    VitPart.Settings vit = vit(model);
    if (vit.mlp() != VitActivation.GELU || vit.qkNorm()) {
      throw new CheckpointException(
          "Hugging Face's Segment Anything has MLPs with gelu and does not normalise queries and keys, got model.backbone.vit %s; export --to official instead"
              .formatted(vit));
    }
    Map<String, Object> vision = new LinkedHashMap<>();
    vision.put("hidden_size", vit.width());
    vision.put("num_hidden_layers", vit.depth());
    vision.put(HEADS, vit.heads());
    vision.put("mlp_dim", vit.mlpDim());
    vision.put("output_channels", vit.neck());
    vision.put(IMAGE_SIZE, side(model));
    vision.put("patch_size", vit.patch());
    vision.put("window_size", vit.window());
    vision.put("global_attn_indexes", vit.globalBlocks());
    vision.put("num_pos_feats", model.hiddenDim() / 2);
    Map<String, Object> prompt = new LinkedHashMap<>();
    prompt.put("hidden_size", model.hiddenDim());
    prompt.put(IMAGE_SIZE, side(model));
    prompt.put("patch_size", vit.patch());
    Map<String, Object> masks = new LinkedHashMap<>();
    masks.put("hidden_size", model.hiddenDim());
    masks.put("mlp_dim", prompts(model).feedforwardDim());
    masks.put("num_hidden_layers", prompts(model).layers());
    masks.put(HEADS, prompts(model).heads());
    masks.put("iou_head_hidden_dim", model.hiddenDim());
    masks.put("layer_norm_eps", OFFICIAL_EPS);
    Map<String, Object> config = new LinkedHashMap<>();
    config.put(VISION, vision);
    config.put(PROMPT, prompt);
    config.put(MASKS, masks);
    return config;
  }

  /** Its class resizes to a long edge, and pads images and masks to squares. */
  @Override
  public void addImageSteps(Map<String, Object> images, ModelConfig model) {
    int side = side(model);
    int mask = side / vit(model).finestStride();
    images
        .keySet()
        .removeAll(List.of("size_divisor", "ignore_index", "do_reduce_labels", "num_labels"));
    images.put("size", Map.of("longest_edge", side));
    images.put("mask_size", Map.of("longest_edge", mask));
    images.put("do_pad", true);
    images.put("pad_size", Map.of("height", side, "width", side));
    images.put("mask_pad_size", Map.of("height", mask, "width", mask));
    images.put("do_convert_rgb", true);
  }

  @Override
  public Map<String, Object> lossKeys(TrainedLoss loss) {
    return Map.of();
  }

  @Override
  public Optional<TrainedLoss> loss(Config config) {
    return Optional.empty();
  }
}
