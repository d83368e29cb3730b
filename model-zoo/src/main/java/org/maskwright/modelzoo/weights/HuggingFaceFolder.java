package org.maskwright.modelzoo.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.BackboneConfig;
import org.maskwright.modelzoo.DecoderConfig;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.PixelDecoderConfig;

/**
 * A model folder of Hugging Face Transformers: {@code config.json}, {@code
 * preprocessor_config.json} and {@code model.safetensors}. Also for ResNet backbones, for which no
 * official converter exists.
 *
 * <p><b>Differs:</b> {@code decoder_layers} of Mask2Former counts one more than there are layers;
 * means and deviations are in 0..1 there and in 0..255 here.
 */
public final class HuggingFaceFolder {
  private static final String CONFIG = "config.json";
  private static final String PREPROCESSOR = "preprocessor_config.json";
  private static final List<String> STAGES = List.of("stage1", "stage2", "stage3", "stage4");
  private static final double DEFAULT_NO_OBJECT_WEIGHT = 0.1;
  private static final int FINEST_STRIDE = 4;

  private HuggingFaceFolder() {}

  /** True if the folder holds a config.json. */
  public static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /**
   * What the JSON files say that lie with a checkpoint: in it, if it is a folder, else beside the
   * file; empty if there are none.
   *
   * @throws CheckpointException as {@link #read}
   */
  public static Optional<HuggingFaceSettings> of(Path checkpoint) {
    Path folder = folderOf(checkpoint);
    return isOne(folder) ? Optional.of(read(folder)) : Optional.empty();
  }

  private static Path folderOf(Path checkpoint) {
    return Files.isDirectory(checkpoint) ? checkpoint : checkpoint.toAbsolutePath().getParent();
  }

  /**
   * Reads both JSON files; a missing preprocessor file means the classes' defaults (800 / 1333).
   *
   * @throws CheckpointException if config.json is missing, broken or of another model type, or the
   *     preprocessor file holds sizes or pixel statistics that make no sense
   */
  public static HuggingFaceSettings read(Path folder) {
    HuggingFaceConfigFile config = new HuggingFaceConfigFile(folder.resolve(CONFIG));
    HuggingFacePreprocessor input = preprocessor(folder);
    return new HuggingFaceSettings(
        config.classNames(), input.shortEdge(), input.maxSize(), input.mean(), input.std());
  }

  private static HuggingFacePreprocessor preprocessor(Path folder) {
    Path file = folder.resolve(PREPROCESSOR);
    return HuggingFacePreprocessor.read(
        file, Files.exists(file) ? HuggingFaceConfigFile.json(file) : ConfigFactory.empty());
  }

  /**
   * The architecture of a Hugging Face model: its weights' with what the JSON files say beyond
   * them.
   *
   * @param checkpoint folder, or a file beside the JSON files
   * @param state under Maskwright's names
   * @throws CheckpointException naming the key of config.json that Maskwright cannot compute with
   *     or that says something else than the weights
   */
  public static DeducedArchitecture deduce(Path checkpoint, StateDict state) {
    Path folder = folderOf(checkpoint);
    return new HuggingFaceConfigFile(folder.resolve(CONFIG))
        .deduce(state)
        .withSizeDivisibility(preprocessor(folder).sizeDivisibility());
  }

  /**
   * Checks what shapes do not show (heads, strides, activations) against a model that is to hold
   * the weights.
   *
   * @param scope which part of the model
   * @throws CheckpointException naming the key of config.json that says something else
   */
  public static void requireComputedAs(Path checkpoint, ModelConfig model, LoadPolicy.Scope scope) {
    HuggingFaceConfigFile config = new HuggingFaceConfigFile(folderOf(checkpoint).resolve(CONFIG));
    switch (scope) {
      case MODEL -> config.requireComputedAs(model);
      case BACKBONE -> config.requireBackboneComputedAs(model);
    }
  }

  /** The keys of config.json that an import does not use, each with its value and the reason. */
  public static List<String> unusedKeys(Path checkpoint) {
    return new HuggingFaceConfigFile(folderOf(checkpoint).resolve(CONFIG)).unused();
  }

  /** The loss that the JSON file beside a checkpoint names; empty if it names none. */
  public static Optional<TrainedLoss> loss(Path checkpoint) {
    return new HuggingFaceConfigFile(folderOf(checkpoint).resolve(CONFIG)).loss();
  }

  /** The licence of a model that Maskwright exported, as its config.json still says it. */
  static Optional<String> licence(Path checkpoint) {
    Path folder = folderOf(checkpoint);
    return isOne(folder)
        ? HuggingFaceOrigin.of(HuggingFaceConfigFile.json(folder.resolve(CONFIG)))
            .map(HuggingFaceOrigin::licence)
        : Optional.empty();
  }

  /**
   * Writes the folder.
   *
   * @param state under Maskwright's names; its metadata may name the loss it was trained with
   *     ({@link TrainedLoss}). Without it, or if Transformers has another loss for the model, the
   *     loss's keys are left to the defaults there
   * @throws CheckpointException if the model has no counterpart in Transformers, or the folder
   *     cannot be written
   */
  public static void write(
      Path folder, ModelConfig model, HuggingFaceSettings settings, StateDict state) {
    if (model.decoder().classifiesPixels()) {
      throw new CheckpointException(
          "Hugging Face has no per-pixel baseline; export --to official instead");
    }
    boolean mask2Former = model.decoder() instanceof DecoderConfig.MaskedAttention;
    if (model.pixelDecoder() instanceof PixelDecoderConfig.TransformerFpn) {
      throw new CheckpointException(
          "Hugging Face's MaskFormer has no pixel decoder with a transformer encoder;"
              + " export --to official instead");
    }
    Map<String, Object> config = mask2Former ? mask2Former(model) : maskFormer(model);
    Map<String, Object> names = new LinkedHashMap<>();
    Map<String, Object> ids = new LinkedHashMap<>();
    for (int i = 0; i < settings.classNames().size(); i++) {
      names.put(Integer.toString(i), settings.classNames().get(i));
      ids.put(settings.classNames().get(i), i);
    }
    config.put("id2label", names);
    config.put("label2id", ids);
    config.put("backbone_config", backbone(model.backbone(), mask2Former));
    Optional<TrainedLoss> loss = TrainedLoss.from(state.metadata());
    config.putAll(loss.map(l -> l.toHuggingFace(mask2Former)).orElse(Map.of()));
    Provenance.from(state.metadata())
        .ifPresent(
            from ->
                config.put(HuggingFaceOrigin.KEY, new HuggingFaceOrigin(from.licence()).toMap()));
    CheckpointFamily family =
        mask2Former ? CheckpointFamily.HF_MASK2FORMER : CheckpointFamily.HF_MASKFORMER;
    StateDict whole =
        withEmptyWeight(
            state,
            settings.classNames().size(),
            loss.map(TrainedLoss::noObjectWeight).orElse(DEFAULT_NO_OBJECT_WEIGHT));
    if (!mask2Former && model.backbone() instanceof BackboneConfig.Swin swin) {
      whole = withPositionIndices(whole, swin);
    }
    StateDict theirs = family.export(whole);
    Safetensors.write(folder.resolve("model.safetensors"), theirs);
    writeJson(
        folder.resolve(PREPROCESSOR),
        HuggingFacePreprocessor.of(settings, model.sizeDivisibility())
            .toMap(
                mask2Former ? "Mask2FormerImageProcessor" : "MaskFormerImageProcessor",
                settings.classNames().size()));
    writeJson(folder.resolve(CONFIG), config);
  }

  /** Transformers keeps the loss's class weights beside the parameters. */
  private static StateDict withEmptyWeight(StateDict state, int classes, double noObjectWeight) {
    String key = "criterion.empty_weight";
    if (state.contains(key)) {
      return state;
    }
    float[] weights = new float[classes + 1];
    Arrays.fill(weights, 1f);
    weights[classes] = (float) noObjectWeight;
    Map<String, HostTensor> tensors = new LinkedHashMap<>(state.asMap());
    tensors.put(key, HostTensor.ofFloats(weights, classes + 1));
    return StateDict.of(tensors).withMetadata(state.metadata());
  }

  /** Transformers' MaskFormer keeps each window's index of relative positions in the file. */
  private static StateDict withPositionIndices(StateDict state, BackboneConfig.Swin swin) {
    long tokens = (long) swin.window() * swin.window();
    long[] index = BackboneConfig.Swin.relativePositions(swin.window());
    Map<String, HostTensor> tensors = new LinkedHashMap<>(state.asMap());
    for (int stage = 0; stage < swin.depths().size(); stage++) {
      for (int block = 0; block < swin.depths().get(stage); block++) {
        tensors.putIfAbsent(
            "backbone.layers.%d.blocks.%d.attn.relative_position_index".formatted(stage, block),
            HostTensor.ofLongs(index, tokens, tokens));
      }
    }
    return StateDict.of(tensors).withMetadata(state.metadata());
  }

  private static Map<String, Object> mask2Former(ModelConfig model) {
    PixelDecoderConfig.Deformable pixel = (PixelDecoderConfig.Deformable) model.pixelDecoder();
    DecoderConfig.MaskedAttention decoder = (DecoderConfig.MaskedAttention) model.decoder();
    if (pixel.heads() != decoder.heads()) {
      throw new CheckpointException(
          "Hugging Face has one number of heads, but pixel decoder and decoder have %d and %d"
              .formatted(pixel.heads(), decoder.heads()));
    }
    if (pixel.points() != DeducedArchitecture.POINTS) {
      throw new CheckpointException(
          "Hugging Face's pixel decoder samples %d points for each head and level, this one %d"
              .formatted(DeducedArchitecture.POINTS, pixel.points()));
    }
    int stride = FINEST_STRIDE;
    if (model.backbone() instanceof BackboneConfig.Resnet resnet) {
      stride *= resnet.geometry().strides().get(0);
    }
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("model_type", "mask2former");
    config.put("architectures", List.of("Mask2FormerForUniversalSegmentation"));
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

  private static Map<String, Object> maskFormer(ModelConfig model) {
    DecoderConfig.Detr detr = (DecoderConfig.Detr) model.decoder();
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
    config.put("model_type", "maskformer");
    config.put("architectures", List.of("MaskFormerForInstanceSegmentation"));
    config.put("decoder_config", decoder);
    config.put("fpn_feature_size", model.hiddenDim());
    config.put("mask_feature_size", model.maskDim());
    config.put("use_auxiliary_loss", false);
    return config;
  }

  private static Map<String, Object> backbone(BackboneConfig backbone, boolean mask2Former) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("out_features", STAGES);
    if (backbone instanceof BackboneConfig.Swin swin) {
      config.put("model_type", mask2Former ? "swin" : "maskformer-swin");
      config.put("embed_dim", swin.embedDim());
      config.put("depths", swin.depths());
      config.put("num_heads", swin.heads());
      config.put("window_size", swin.window());
      config.put("mlp_ratio", (double) swin.mlpRatio());
      config.put("drop_path_rate", swin.dropPath());
      config.put("image_size", 32 * swin.window());
      config.put("qkv_bias", true);
      return config;
    }
    BackboneConfig.Resnet resnet = (BackboneConfig.Resnet) backbone;
    if (resnet.stem() == BackboneConfig.Stem.DEEP) {
      throw new CheckpointException(
          "Hugging Face's ResNet has no stem of three convolutions; export --to official instead");
    }
    if (resnet.geometry().poolPadding() != 1) {
      throw new CheckpointException("Hugging Face's ResNet has no pooling without padding");
    }
    int expansion = resnet.block() == BackboneConfig.Block.BOTTLENECK ? 4 : 1;
    List<Integer> sizes = new ArrayList<>();
    for (int stage = 0; stage < STAGES.size(); stage++) {
      sizes.add(resnet.width() * expansion << stage);
    }
    config.put("model_type", "resnet");
    config.put("embedding_size", resnet.width());
    config.put("hidden_sizes", sizes);
    config.put("depths", resnet.blocks());
    config.put("layer_type", expansion == 1 ? "basic" : "bottleneck");
    config.put("hidden_act", "relu");
    config.put("downsample_in_first_stage", resnet.geometry().strides().get(0) == 2);
    config.put(
        "downsample_in_bottleneck", resnet.geometry().strideIn() == BackboneConfig.StrideIn.FIRST);
    return config;
  }

  /** With 4.0 for a double of 4: Transformers refuses an integer where it expects a float. */
  private static void writeJson(Path file, Map<String, Object> values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      writeValue(json, values);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be made: " + e, e); // of bytes in memory
    }
    OutputFile.writeDurably(file, out.toString(StandardCharsets.UTF_8));
  }

  private static void writeValue(JsonGenerator json, Object value) throws IOException {
    if (value instanceof Map<?, ?> map) {
      json.writeStartObject();
      for (Map.Entry<?, ?> entry : map.entrySet()) {
        json.writeFieldName(entry.getKey().toString());
        writeValue(json, entry.getValue());
      }
      json.writeEndObject();
    } else if (value instanceof List<?> list) {
      json.writeStartArray();
      for (Object element : list) {
        writeValue(json, element);
      }
      json.writeEndArray();
    } else if (value instanceof Integer number) {
      json.writeNumber(number);
    } else if (value instanceof Double number) {
      json.writeNumber(number);
    } else if (value instanceof Boolean flag) {
      json.writeBoolean(flag);
    } else {
      json.writeString(value.toString());
    }
  }
}
