package org.maskwright.modelzoo.family;

import com.typesafe.config.Config;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.decoder.InContextPart;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.CheckpointFamily;
import org.maskwright.modelzoo.weights.HuggingFaceKeys;
import org.maskwright.modelzoo.weights.KeyResource;
import org.maskwright.modelzoo.weights.TrainedLoss;

/**
 * {@code SegGptForImageSegmentation}, with type tokens. It has no classes: colours are the
 * examples'.
 *
 * <p><b>Source</b> Transformers 5.24
 */
final class SegGptInTransformers implements HuggingFaceModel {
  private static final String CALLED = "a SegGPT";
  private static final String DEPTH = "num_hidden_layers";
  private static final String HEADS = "num_attention_heads";
  private static final String MERGE = "merge_index";
  private static final String FEATURES = "intermediate_hidden_state_indices";
  private static final String MLP = "mlp_dim";
  private static final int BICUBIC = 3; // PIL's number

  private static final CheckpointFamily FAMILY =
      CheckpointFamily.ofHuggingFace(
          KeyResource.of(CheckpointFamily.class, "huggingface-seggpt.keymap"),
          List::of,
          "SegGPT (Hugging Face Transformers)",
          "see the model card; SegGPT as released: MIT",
          keys ->
              keys.contains("model.embeddings.segment_token_prompt")
                  && keys.contains("decoder.decoder_embed.weight"));

  @Override
  public CheckpointFamily family() {
    return FAMILY;
  }

  @Override
  public String modelType() {
    return "seggpt";
  }

  @Override
  public Optional<String> defaultBackbone() {
    return Optional.empty();
  }

  @Override
  public String imageProcessor() {
    return "SegGptImageProcessor";
  }

  @Override
  public String architecture() {
    return "SegGptForImageSegmentation";
  }

  @Override
  public boolean namesClasses() {
    return false;
  }

  @Override
  public int resampling() {
    return BICUBIC;
  }

  @Override
  public boolean describes(ModelConfig model) {
    return model.decoder() instanceof InContextPart.Settings;
  }

  @Override
  public List<Section> sections(Config config) {
    return List.of(new Section("", config, rules(config), Function.identity()));
  }

  private static Map<String, HuggingFaceKeys.Rule> rules(Config config) {
    int width = (int) HuggingFaceModel.number(config, "hidden_size", 1024);
    return HuggingFaceKeys.of(ModelConfig.class, CALLED)
        .shape("hidden_size", 1024, m -> vit(m).width())
        .shape(DEPTH, 24, m -> vit(m).depth())
        .shape(HEADS, 16, m -> vit(m).heads())
        .shape(MLP, 4 * width, m -> vit(m).mlpDim())
        .shape("patch_size", 16, m -> vit(m).patch())
        .shape("image_size", List.of(896, 448), SegGptInTransformers::canvas)
        .shape("pretrain_image_size", 224, m -> vit(m).grid() * vit(m).patch())
        .shape("decoder_hidden_size", 64, m -> decoder(m).paintChannels())
        .hidden(MERGE, 2, m -> decoder(m).mergeAfter())
        .hidden(FEATURES, List.of(5, 11, 17, 23), m -> decoder(m).features())
        .only("hidden_act", "gelu", "gelu")
        .only("num_channels", 3, 3)
        .only("qkv_bias", true, true)
        .only("use_relative_position_embeddings", true, true)
        .only("layer_norm_eps", 1e-6, 1e-6)
        .training("hidden_dropout_prob drop_path_rate beta initializer_range")
        .rules();
  }

  private static VitPart.Settings vit(ModelConfig model) {
    return HuggingFaceKeys.as(VitPart.Settings.class, model.backbone(), CALLED);
  }

  private static InContextPart.Settings decoder(ModelConfig model) {
    return HuggingFaceKeys.as(InContextPart.Settings.class, model.decoder(), CALLED);
  }

  /** Height and width. */
  private static List<Integer> canvas(ModelConfig model) {
    int side = vit(model).picture() * vit(model).patch();
    return List.of(2 * side, side);
  }

  @Override
  public OptionalInt decoderHeads(Config config) {
    return OptionalInt.empty();
  }

  @Override
  public ModelConfig read(ModelConfig deduced, Config config) {
    InContextPart.Settings seen = decoder(deduced);
    return deduced.withDecoder(
        new InContextPart.Settings(
            config.hasPath(FEATURES) ? config.getIntList(FEATURES) : List.of(5, 11, 17, 23),
            (int) HuggingFaceModel.number(config, MERGE, 2),
            seen.paintChannels(),
            seen.typeTokens()));
  }

  @Override
  public OptionalInt imageSide(ModelConfig model) {
    return OptionalInt.of(canvas(model).get(1));
  }

  @Override
  public Map<String, Object> write(ModelConfig model) {
    VitPart.Settings vit = vit(model);
    InContextPart.Settings decoder = decoder(model);
    if (!decoder.typeTokens()) {
      throw new CheckpointException(
          "Hugging Face's SegGPT has type tokens, which model.decoder.in-context.type-tokens says"
              + " this model has not; export --to official instead");
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("hidden_size", vit.width());
    config.put(DEPTH, vit.depth());
    config.put(HEADS, vit.heads());
    config.put(MLP, vit.mlpDim());
    config.put("hidden_act", "gelu");
    config.put("layer_norm_eps", 1e-6);
    config.put("image_size", canvas(model));
    config.put("patch_size", vit.patch());
    config.put("num_channels", 3);
    config.put("pretrain_image_size", vit.grid() * vit.patch());
    config.put("decoder_hidden_size", decoder.paintChannels());
    config.put("use_relative_position_embeddings", true);
    config.put(MERGE, decoder.mergeAfter());
    config.put(FEATURES, decoder.features());
    return config;
  }

  @Override
  public void addImageSteps(Map<String, Object> images, ModelConfig model) {
    images.put("resample", BICUBIC);
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
