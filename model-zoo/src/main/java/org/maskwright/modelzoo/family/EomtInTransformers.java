package org.maskwright.modelzoo.family;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.decoder.EomtPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.TrainedLoss;

/**
 * EomtConfig and EomtDinov3Config, which describe their encoder themselves and take square images
 * of one size.
 *
 * <p><b>Source</b> Transformers 5.24. <b>Differs:</b> an image is padded to that square here too,
 * but may be larger
 */
final class EomtInTransformers implements HuggingFaceModel {
  static final EomtInTransformers WITH_DINOV2 = new EomtInTransformers(VitFamily.DINOV2_PATCHES);
  static final EomtInTransformers WITH_DINOV3 = new EomtInTransformers(VitFamily.DINOV3);

  private static final String CALLED = "an EoMT";
  private static final String IMAGE_SIZE = "image_size";
  private static final String HEADS = "num_attention_heads";
  private static final String ROPE = "rope_parameters.rope_theta";
  private static final int DEFAULT_IMAGE_SIZE = 640;
  private static final int DEFAULT_HEADS = 16;
  private static final int USUAL_DIVISIBILITY = 32;
  private static final double ROPE_BASE = 100;
  private static final double DEFAULT_EPS = 1e-6;
  private static final double DINOV3_EPS = 1e-5;
  private static final int GATED_MULTIPLE = 8;

  private final VitFamily encoder;
  private final CheckpointFamily family;

  private EomtInTransformers(VitFamily encoder) {
    this.encoder = encoder;
    String patches = "embeddings.patch_embeddings." + (isDinov3() ? "weight" : "projection.weight");
    family =
        CheckpointFamily.ofHuggingFace(
                KeyResource.of(
                    CheckpointFamily.class,
                    isDinov3() ? "huggingface-eomt-dinov3.keymap" : "huggingface-eomt.keymap"),
                List::of,
                "EoMT%s (Hugging Face Transformers)".formatted(isDinov3() ? " with DINOv3" : ""),
                isDinov3()
                    ? "see the model card; of DINOv3 its own licence"
                    : "see the model card; tue-mps/* weights are MIT",
                keys ->
                    keys.contains(patches) && keys.contains("upscale_block.block.0.conv1.weight"))
            .withFresh(EomtPart.UNUSED);
  }

  private boolean isDinov3() {
    return encoder == VitFamily.DINOV3;
  }

  @Override
  public CheckpointFamily family() {
    return family;
  }

  @Override
  public String modelType() {
    return isDinov3() ? "eomt_dinov3" : "eomt";
  }

  @Override
  public Optional<String> defaultBackbone() {
    return Optional.empty();
  }

  @Override
  public String imageProcessor() {
    return "EomtImageProcessor";
  }

  @Override
  public String architecture() {
    return isDinov3() ? "EomtDinov3ForUniversalSegmentation" : "EomtForUniversalSegmentation";
  }

  @Override
  public boolean describes(ModelConfig model) {
    return model.decoder() instanceof EomtPart.Settings
        && model.backbone() instanceof VitPart.Settings vit
        && vit.family() == encoder;
  }

  @Override
  public List<Section> sections(Config config) {
    return List.of(new Section("", config, rules(), Function.identity()));
  }

  private Map<String, HuggingFaceKeys.Rule> rules() {
    HuggingFaceKeys<ModelConfig> keys =
        HuggingFaceKeys.of(ModelConfig.class, CALLED)
            .used(HuggingFaceOrigin.KEY, HEADS)
            .shape("hidden_size", 1024, m -> vit(m).width())
            .shape("num_hidden_layers", 24, m -> vit(m).depth())
            .shape("patch_size", 16, m -> vit(m).patch())
            .shape("num_blocks", 4, m -> vit(m).heldBack())
            .shape("num_upscale_blocks", 2, m -> vit(m).doublings())
            .shape("num_register_tokens", 4, m -> vit(m).registers())
            .shape("num_queries", 200, m -> eomt(m).queries())
            .only("hidden_act", "gelu", "gelu")
            .only("num_channels", 3, 3)
            .training(PointsLossKeys.ALL)
            .training(
                "hidden_dropout_prob attention_dropout drop_path_rate layerscale_value"
                    + " initializer_range");
    return isDinov3() ? withDinov3(keys).rules() : withDinov2(keys).rules();
  }

  private static HuggingFaceKeys<ModelConfig> withDinov2(HuggingFaceKeys<ModelConfig> keys) {
    return keys.shape(IMAGE_SIZE, DEFAULT_IMAGE_SIZE, m -> vit(m).grid() * vit(m).patch())
        .shape("mlp_ratio", 4, m -> ratio(vit(m)))
        .shape("use_swiglu_ffn", false, m -> vit(m).mlp() == VitActivation.SWIGLU)
        .only("layer_norm_eps", DEFAULT_EPS, DEFAULT_EPS);
  }

  private static HuggingFaceKeys<ModelConfig> withDinov3(HuggingFaceKeys<ModelConfig> keys) {
    return keys.used(IMAGE_SIZE, "rope_parameters")
        .shape("intermediate_size", 4096, m -> vit(m).mlpDim())
        .only("layer_norm_eps", DEFAULT_EPS, DINOV3_EPS)
        .only("rope_theta", ROPE_BASE, ROPE_BASE)
        .only("query_bias", true, true)
        .only("key_bias", false, false)
        .only("value_bias", true, true)
        .only("proj_bias", true, true)
        .only("mlp_bias", true, true)
        .only("use_gated_mlp", false, false)
        .training("pos_embed_shift pos_embed_jitter pos_embed_rescale");
  }

  private static VitPart.Settings vit(ModelConfig model) {
    return HuggingFaceKeys.as(VitPart.Settings.class, model.backbone(), CALLED);
  }

  private static EomtPart.Settings eomt(ModelConfig model) {
    return HuggingFaceKeys.as(EomtPart.Settings.class, model.decoder(), CALLED);
  }

  /** Of a gated MLP what gives its width there, two thirds rounded up to a multiple of 8. */
  private static double ratio(VitPart.Settings vit) {
    double ratio = (double) vit.mlpDim() / vit.width();
    if (vit.mlp() != VitActivation.SWIGLU) {
      return ratio;
    }
    for (int whole = 1; whole <= 2 * ratio + 1; whole++) {
      int plain = vit.width() * whole * 2 / 3;
      if ((plain + GATED_MULTIPLE - 1) / GATED_MULTIPLE * GATED_MULTIPLE == vit.mlpDim()) {
        return whole;
      }
    }
    return ratio * 3 / 2;
  }

  @Override
  public void check(Config config) {
    if (config.hasPath(ROPE) && config.getDouble(ROPE) != ROPE_BASE) {
      throw new CheckpointException(
          "%s: expected 100, all that Maskwright computes with, got %s"
              .formatted(ROPE, config.getDouble(ROPE)));
    }
  }

  @Override
  public OptionalInt decoderHeads(Config config) {
    return OptionalInt.empty();
  }

  @Override
  public ModelConfig read(ModelConfig deduced, Config config) {
    int heads = (int) HuggingFaceModel.number(config, HEADS, DEFAULT_HEADS);
    int side = (int) HuggingFaceModel.number(config, IMAGE_SIZE, DEFAULT_IMAGE_SIZE);
    return deduced.withBackbone(vit(deduced).withHeads(heads)).withSizeDivisibility(side);
  }

  @Override
  public OptionalInt imageSide(ModelConfig model) {
    OptionalInt side = vit(model).imageSide();
    if (side.isPresent()) {
      return side;
    }
    return OptionalInt.of(
        model.sizeDivisibility() == USUAL_DIVISIBILITY
            ? DEFAULT_IMAGE_SIZE
            : model.sizeDivisibility());
  }

  @Override
  public Map<String, Object> write(ModelConfig model) {
    VitPart.Settings vit = vit(model);
    if (vit.qkNorm()) {
      throw new CheckpointException(
          "Hugging Face's EoMT does not normalise queries and keys, as model.backbone.vit.qk-norm"
              + " says; export --to official instead");
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("hidden_size", vit.width());
    config.put("num_hidden_layers", vit.depth());
    config.put(HEADS, vit.heads());
    config.put("hidden_act", "gelu");
    config.put(IMAGE_SIZE, imageSide(model).getAsInt());
    config.put("patch_size", vit.patch());
    config.put("num_channels", 3);
    config.put("num_blocks", vit.heldBack());
    config.put("num_upscale_blocks", vit.doublings());
    config.put("num_register_tokens", vit.registers());
    config.put("num_queries", eomt(model).queries());
    if (isDinov3()) {
      config.put("intermediate_size", vit.mlpDim());
      config.put("layer_norm_eps", DINOV3_EPS);
      config.put("rope_parameters", Map.of("rope_type", "default", "rope_theta", ROPE_BASE));
    } else {
      config.put("mlp_ratio", wholeRatio(vit));
      config.put("use_swiglu_ffn", vit.mlp() == VitActivation.SWIGLU);
      config.put("layer_norm_eps", DEFAULT_EPS);
    }
    return config;
  }

  private static int wholeRatio(VitPart.Settings vit) {
    double ratio = ratio(vit);
    if (ratio != Math.rint(ratio)) {
      throw new CheckpointException(
          "Hugging Face's EoMT has MLPs of a whole number of times the width %d, not %d channels; export --to official instead"
              .formatted(vit.width(), vit.mlpDim()));
    }
    return (int) ratio;
  }

  @Override
  public void addImageSteps(Map<String, Object> images, ModelConfig model) {
    images.put("do_pad", true);
    images.put("do_split_image", false);
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
