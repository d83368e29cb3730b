package org.maskwright.modelzoo.weights;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import com.typesafe.config.ConfigValueType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private static final double PIXEL_RANGE = 255;
  private static final List<String> STAGES = List.of("stage1", "stage2", "stage3", "stage4");
  private static final int DEFAULT_SHORT_EDGE = 800;
  private static final int DEFAULT_MAX_SIZE = 1333;
  private static final List<Double> DEFAULT_MEAN = List.of(0.485, 0.456, 0.406);
  private static final List<Double> DEFAULT_STD = List.of(0.229, 0.224, 0.225);

  private HuggingFaceFolder() {}

  /** True if the folder holds a config.json. */
  public static boolean isOne(Path folder) {
    return Files.isRegularFile(folder.resolve(CONFIG));
  }

  /**
   * Reads both JSON files; a missing preprocessor file means the classes' defaults (800 / 1333).
   *
   * @throws CheckpointException if config.json is missing, broken or of another model type
   */
  public static HuggingFaceSettings read(Path folder) {
    Path file = folder.resolve(CONFIG);
    Config config = json(file);
    Config input =
        Files.isRegularFile(folder.resolve(PREPROCESSOR))
            ? json(folder.resolve(PREPROCESSOR))
            : ConfigFactory.empty();
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
          type,
          classNames(file, config),
          config.hasPath(heads) ? config.getInt(heads) : 8,
          edge(input, List.of("size.shortest_edge", "size.height", "size.width", "size"), true),
          edge(input, List.of("size.longest_edge", "max_size", "_max_size"), false),
          pixels(input, "image_mean", DEFAULT_MEAN),
          pixels(input, "image_std", DEFAULT_STD),
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

  private static int edge(Config input, List<String> paths, boolean shortest) {
    int edge = 0;
    for (String path : paths) {
      if (input.hasPath(path) && input.getValue(path).valueType() == ConfigValueType.NUMBER) {
        int value = input.getInt(path);
        edge = edge == 0 ? value : Math.min(edge, value);
      }
    }
    if (edge > 0) {
      return edge;
    }
    if (!shortest && input.hasPath("size.width") && input.hasPath("size.height")) {
      return Math.max(input.getInt("size.width"), input.getInt("size.height"));
    }
    return shortest ? DEFAULT_SHORT_EDGE : DEFAULT_MAX_SIZE;
  }

  private static List<Double> pixels(Config input, String path, List<Double> defaults) {
    List<Double> values = input.hasPath(path) ? input.getDoubleList(path) : defaults;
    return values.stream().map(value -> value * PIXEL_RANGE).toList();
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
    writeJson(folder.resolve(PREPROCESSOR), preprocessor(model, settings, mask2Former));
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
    int w = swin.window();
    long[] index = new long[w * w * w * w];
    for (int i = 0; i < index.length; i++) {
      int query = i / (w * w);
      int key = i % (w * w);
      int dy = query / w - key / w + w - 1;
      int dx = query % w - key % w + w - 1;
      index[i] = (long) dy * (2 * w - 1) + dx;
    }
    Map<String, HostTensor> tensors = new LinkedHashMap<>(state.asMap());
    for (int stage = 0; stage < swin.depths().size(); stage++) {
      for (int block = 0; block < swin.depths().get(stage); block++) {
        tensors.putIfAbsent(
            "backbone.layers.%d.blocks.%d.attn.relative_position_index".formatted(stage, block),
            HostTensor.ofLongs(index, (long) w * w, (long) w * w));
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
    config.put("common_stride", 4);
    config.put("feature_strides", List.of(4, 8, 16, 32));
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

  private static Map<String, Object> preprocessor(
      ModelConfig model, HuggingFaceSettings settings, boolean mask2Former) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put(
        "image_processor_type",
        mask2Former ? "Mask2FormerImageProcessor" : "MaskFormerImageProcessor");
    config.put("do_resize", true);
    config.put(
        "size", Map.of("shortest_edge", settings.shortEdge(), "longest_edge", settings.maxSize()));
    config.put("size_divisor", model.sizeDivisibility() == 1 ? 0 : model.sizeDivisibility());
    config.put("resample", 2);
    config.put("do_rescale", true);
    config.put("rescale_factor", 1 / PIXEL_RANGE);
    config.put("do_normalize", true);
    config.put("image_mean", settings.mean().stream().map(v -> v / PIXEL_RANGE).toList());
    config.put("image_std", settings.std().stream().map(v -> v / PIXEL_RANGE).toList());
    config.put("ignore_index", 255);
    config.put("do_reduce_labels", false);
    config.put("num_labels", settings.classNames().size());
    return config;
  }

  /** With 4.0 for a double of 4: Transformers refuses an integer where it expects a float. */
  private static void writeJson(Path file, Map<String, Object> values) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
      json.useDefaultPrettyPrinter();
      writeValue(json, values);
    } catch (IOException e) {
      throw new CheckpointException(file, "cannot be written: " + e, e);
    }
    ByteBuffer bytes = ByteBuffer.wrap(out.toByteArray());
    AtomicFile.write(file, channel -> Safetensors.writeFully(channel, bytes.duplicate()));
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
