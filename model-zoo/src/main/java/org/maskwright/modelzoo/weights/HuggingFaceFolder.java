package org.maskwright.modelzoo.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
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
  private static final int PUBLISHED_HEADS = 8;
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
    Path folder =
        Files.isDirectory(checkpoint) ? checkpoint : checkpoint.toAbsolutePath().getParent();
    return isOne(folder) ? Optional.of(read(folder)) : Optional.empty();
  }

  /**
   * Reads both JSON files; a missing preprocessor file means the classes' defaults (800 / 1333).
   *
   * @throws CheckpointException if config.json is missing, broken or of another model type, or the
   *     preprocessor file holds sizes or pixel statistics that make no sense
   */
  public static HuggingFaceSettings read(Path folder) {
    Path file = folder.resolve(CONFIG);
    Config config = json(file);
    Path inputFile = folder.resolve(PREPROCESSOR);
    HuggingFacePreprocessor input =
        HuggingFacePreprocessor.read(
            inputFile, Files.isRegularFile(inputFile) ? json(inputFile) : ConfigFactory.empty());
    try {
      String type = config.getString("model_type");
      if (!type.equals("mask2former") && !type.equals("maskformer")) {
        throw new CheckpointException(
            file, "expected model_type mask2former or maskformer, got " + type);
      }
      String heads =
          type.equals("mask2former")
              ? "num_attention_heads"
              : "decoder_config.decoder_attention_heads";
      return new HuggingFaceSettings(
          classNames(file, config),
          config.hasPath(heads) ? config.getInt(heads) : PUBLISHED_HEADS,
          input.shortEdge(),
          input.maxSize(),
          input.mean(),
          input.std(),
          geometry(config));
    } catch (ConfigException e) {
      throw new CheckpointException(file, "is not of the expected form: " + e.getMessage(), e);
    }
  }

  private static BackboneConfig.Geometry geometry(Config config) {
    return new BackboneConfig.Geometry(
        is(config, "backbone_config.downsample_in_bottleneck")
            ? BackboneConfig.StrideIn.FIRST
            : BackboneConfig.StrideIn.SPATIAL,
        1,
        List.of(is(config, "backbone_config.downsample_in_first_stage") ? 2 : 1, 2, 2, 2));
  }

  private static boolean is(Config config, String path) {
    return config.hasPath(path) && config.getBoolean(path);
  }

  private static Config json(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new CheckpointException(file, "no such file");
    }
    try {
      return ConfigFactory.parseFile(
          file.toFile(), ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    } catch (ConfigException e) {
      throw new CheckpointException(file, "is not valid JSON: " + e.getMessage(), e);
    }
  }

  private static List<String> classNames(Path file, Config config) {
    List<String> names = new ArrayList<>();
    if (!config.hasPath("id2label")) {
      throw new CheckpointException(file, "has no id2label, so the classes are unknown");
    }
    Map<String, Object> labels = config.getObject("id2label").unwrapped();
    for (int i = 0; i < labels.size(); i++) {
      Object name = labels.get(Integer.toString(i));
      if (name == null) {
        throw new CheckpointException(
            file, "id2label has %d entries, but none for id %d".formatted(labels.size(), i));
      }
      names.add(name.toString());
    }
    return names;
  }

  /**
   * Writes the folder.
   *
   * @param state under Maskwright's names
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
    CheckpointFamily family =
        mask2Former ? CheckpointFamily.HF_MASK2FORMER : CheckpointFamily.HF_MASKFORMER;
    StateDict whole = withEmptyWeight(state, settings.classNames().size());
    if (!mask2Former && model.backbone() instanceof BackboneConfig.Swin swin) {
      whole = withPositionIndices(whole, swin);
    }
    StateDict theirs = family.export(whole);
    Safetensors.write(folder.resolve("model.safetensors"), theirs);
    writeJson(
        folder.resolve(PREPROCESSOR),
        HuggingFacePreprocessor.of(settings)
            .toMap(
                mask2Former ? "Mask2FormerImageProcessor" : "MaskFormerImageProcessor",
                model.sizeDivisibility(),
                settings.classNames().size()));
    writeJson(folder.resolve(CONFIG), config);
  }

  /** Transformers keeps the loss's class weights beside the parameters. */
  private static StateDict withEmptyWeight(StateDict state, int classes) {
    String key = "criterion.empty_weight";
    if (state.contains(key)) {
      return state;
    }
    float[] weights = new float[classes + 1];
    Arrays.fill(weights, 1f);
    weights[classes] = 0.1f;
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
    config.put("no_object_weight", 0.1);
    config.put("class_weight", 2.0);
    config.put("mask_weight", 5.0);
    config.put("dice_weight", 5.0);
    config.put("train_num_points", 12544);
    config.put("oversample_ratio", 3.0);
    config.put("importance_sample_ratio", 0.75);
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
    config.put("no_object_weight", 0.1);
    config.put("cross_entropy_weight", 1.0);
    config.put("mask_weight", 20.0);
    config.put("dice_weight", 1.0);
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
