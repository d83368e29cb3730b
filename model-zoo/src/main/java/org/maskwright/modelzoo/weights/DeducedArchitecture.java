package org.maskwright.modelzoo.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.maskwright.modelzoo.BackboneConfig;
import org.maskwright.modelzoo.BackboneConfig.Block;
import org.maskwright.modelzoo.BackboneConfig.Norm;
import org.maskwright.modelzoo.BackboneConfig.Stem;
import org.maskwright.modelzoo.DecoderConfig;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.PixelDecoderConfig;

/**
 * What the names and shapes of weights say about the model they belong to. Rates (dropout, drop
 * path) leave no trace in weights and take the published recipes' values; neither does the number
 * of heads of the mask decoder, which may be given. Of a deformable pixel decoder weights show the
 * number of heads times the number of points: four points are taken for granted, as the official
 * code and Transformers do.
 *
 * @param backbone its architecture
 * @param model the whole model; empty if the file holds a backbone only
 * @param classes K; 0 if the file holds a backbone only
 */
public record DeducedArchitecture(
    BackboneConfig backbone, Optional<ModelConfig> model, int classes) {
  private static final int PUBLISHED_HEADS = 8;
  private static final int STAGES = 4;
  private static final int LEVELS = 3;
  static final int POINTS = 4;
  private static final int MASK2FORMER_PADDING = 32;
  private static final double SWIN_DROP_PATH = 0.3;
  private static final double DETR_DROPOUT = 0.1;
  private static final String PIXEL = "sem_seg_head.pixel_decoder.";
  private static final String DEFORMABLE_WEIGHTS =
      "transformer.encoder.layers.0.self_attn.attention_weights.weight";
  private static final String PREDICTOR = "sem_seg_head.predictor.";

  /**
   * Reads the architecture off the weights. The mask decoder gets as many heads as the deformable
   * pixel decoder, or without one the published 8.
   *
   * @param state under Maskwright's names
   * @throws CheckpointException if the weights belong to no model of the zoo
   */
  public static DeducedArchitecture of(StateDict state) {
    return of(
        state,
        state.contains(PIXEL + DEFORMABLE_WEIGHTS) ? deformableHeads(state) : PUBLISHED_HEADS);
  }

  /**
   * Reads the architecture off the weights of a model with so many heads in its mask decoder, and
   * in its pixel decoder if that is deformable.
   *
   * @throws CheckpointException if the weights belong to no model of the zoo
   */
  public static DeducedArchitecture of(StateDict state, int decoderHeads) {
    BackboneConfig backbone = backbone(state);
    if (state.keys().stream().noneMatch(key -> key.startsWith("sem_seg_head."))) {
      return new DeducedArchitecture(backbone, Optional.empty(), 0);
    }
    try {
      PixelDecoderConfig pixelDecoder = pixelDecoder(state, decoderHeads);
      Decoder decoder = decoder(state, pixelDecoder, decoderHeads);
      int width = size(state, PIXEL + "mask_features.weight", 1);
      requireOneWidth(state, width);
      ModelConfig model =
          new ModelConfig(
              width,
              size(state, PIXEL + "mask_features.weight", 0),
              pixelDecoder instanceof PixelDecoderConfig.TransformerFpn ? 1 : MASK2FORMER_PADDING,
              backbone,
              pixelDecoder,
              decoder.config());
      return new DeducedArchitecture(backbone, Optional.of(model), decoder.classes());
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the weights are of no model of the zoo: " + e.getMessage(), e);
    }
  }

  /** The same with a residual network's strides and paddings, of which weights show nothing. */
  public DeducedArchitecture withGeometry(BackboneConfig.Geometry geometry) {
    if (backbone instanceof BackboneConfig.Resnet resnet) {
      BackboneConfig other = resnet.withGeometry(geometry);
      return new DeducedArchitecture(other, model.map(m -> m.withBackbone(other)), classes);
    }
    return this;
  }

  /**
   * The same with rates, of which weights show nothing; those of parts that it lacks are ignored.
   */
  DeducedArchitecture withRates(double swinDropPath, double detrDropout) {
    try {
      BackboneConfig other =
          backbone instanceof BackboneConfig.Swin swin
              ? new BackboneConfig.Swin(
                  swin.embedDim(),
                  swin.depths(),
                  swin.heads(),
                  swin.window(),
                  swin.mlpRatio(),
                  swinDropPath,
                  swin.checkpointing())
              : backbone;
      return new DeducedArchitecture(
          other, model.map(m -> withDropout(m.withBackbone(other), detrDropout)), classes);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException(e.getMessage(), e);
    }
  }

  private static ModelConfig withDropout(ModelConfig model, double dropout) {
    return model.decoder() instanceof DecoderConfig.Detr detr
        ? model.withDecoder(
            new DecoderConfig.Detr(
                detr.queries(), detr.layers(), detr.heads(), detr.feedforwardDim(), dropout))
        : model;
  }

  /** The same with images padded to other multiples. */
  DeducedArchitecture withSizeDivisibility(int divisibility) {
    return new DeducedArchitecture(
        backbone, model.map(m -> m.withSizeDivisibility(divisibility)), classes);
  }

  private static BackboneConfig backbone(StateDict state) {
    if (state.contains("backbone.patch_embed.proj.weight")) {
      return swin(state);
    }
    boolean deepStem = state.contains("backbone.stem.conv1_1.weight");
    if (!deepStem && !state.contains("backbone.stem.conv1.weight")) {
      throw new CheckpointException("no ResNet and no Swin backbone among the weights");
    }
    List<Integer> blocks = new ArrayList<>();
    for (int stage = 2; stage < 2 + STAGES; stage++) {
      blocks.add(count(state, "backbone\\.res" + stage + "\\.(\\d+)\\.conv1\\.weight"));
    }
    boolean bottleneck = state.contains("backbone.res2.0.conv3.weight");
    try {
      return new BackboneConfig.Resnet(
          bottleneck ? Block.BOTTLENECK : Block.BASIC,
          blocks,
          size(state, "backbone.res2.0.conv1.weight", 0),
          deepStem ? Stem.DEEP : Stem.BASIC,
          Norm.FROZEN,
          false);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("an incomplete ResNet: " + e.getMessage(), e);
    }
  }

  private static BackboneConfig swin(StateDict state) {
    List<Integer> depths = new ArrayList<>();
    List<Integer> heads = new ArrayList<>();
    for (int stage = 0; stage < STAGES; stage++) {
      String blocks = "backbone.layers." + stage + ".blocks.";
      depths.add(count(state, Pattern.quote(blocks) + "(\\d+)\\.norm1\\.weight"));
      heads.add(size(state, blocks + "0.attn.relative_position_bias_table", 1));
    }
    int embed = size(state, "backbone.patch_embed.proj.weight", 0);
    String first = "backbone.layers.0.blocks.0.";
    int tableSide =
        (int) Math.round(Math.sqrt(size(state, first + "attn.relative_position_bias_table", 0)));
    try {
      return new BackboneConfig.Swin(
          embed,
          depths,
          heads,
          (tableSide + 1) / 2,
          size(state, first + "mlp.fc1.weight", 0) / Math.max(embed, 1),
          SWIN_DROP_PATH,
          false);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("an incomplete Swin: " + e.getMessage(), e);
    }
  }

  private static PixelDecoderConfig pixelDecoder(StateDict state, int heads) {
    String layers = PIXEL + "transformer.encoder.layers.";
    int count = count(state, Pattern.quote(layers) + "(\\d+)\\.norm1\\.weight");
    if (count == 0) {
      return new PixelDecoderConfig.Fpn();
    }
    int feedforward = size(state, layers + "0.linear1.weight", 0);
    if (!state.contains(PIXEL + DEFORMABLE_WEIGHTS)) {
      return new PixelDecoderConfig.TransformerFpn(count, heads, feedforward, DETR_DROPOUT);
    }
    if (deformableHeads(state) != heads) {
      throw new CheckpointException(
          "the pixel decoder's weights are of %d heads with %d points each, expected %d heads"
              .formatted(deformableHeads(state), POINTS, heads));
    }
    return new PixelDecoderConfig.Deformable(count, heads, POINTS, feedforward, 0);
  }

  /** Rows of the attention weights are heads x levels x points. */
  private static int deformableHeads(StateDict state) {
    int rows = size(state, PIXEL + DEFORMABLE_WEIGHTS, 0);
    if (rows % (LEVELS * POINTS) != 0) {
      throw new CheckpointException(
          "'%s' has %d rows, expected heads x %d levels x %d points"
              .formatted(PIXEL + DEFORMABLE_WEIGHTS, rows, LEVELS, POINTS));
    }
    return rows / (LEVELS * POINTS);
  }

  /** A pixel decoder and a mask decoder of two widths are a model that there is not. */
  private static void requireOneWidth(StateDict state, int width) {
    String queries = PREDICTOR + "query_embed.weight";
    if (state.contains(queries) && size(state, queries, 1) != width) {
      throw new CheckpointException(
          ("expected a pixel decoder and a mask decoder of one width, got %d and %d ('%s'; in a"
                  + " Hugging Face config.json fpn_feature_size and decoder_config.d_model, or"
                  + " feature_size and hidden_dim); Maskwright's models have one width for both")
              .formatted(width, size(state, queries, 1), queries));
    }
  }

  private record Decoder(DecoderConfig config, int classes) {}

  private static Decoder decoder(StateDict state, PixelDecoderConfig pixelDecoder, int heads) {
    if (!state.contains(PREDICTOR + "query_embed.weight")) {
      return new Decoder(new DecoderConfig.PerPixel(), size(state, PREDICTOR + "weight", 0));
    }
    boolean multiScale = pixelDecoder instanceof PixelDecoderConfig.Deformable;
    if (!multiScale && !state.contains(PREDICTOR + "class_embed.weight")) {
      DecoderConfig.Detr detr = detr(state, heads);
      return new Decoder(
          new DecoderConfig.PerPixelPlus(
              detr.layers(), detr.heads(), detr.feedforwardDim(), detr.dropout()),
          detr.queries());
    }
    return new Decoder(
        multiScale ? maskedAttention(state, heads) : detr(state, heads),
        size(state, PREDICTOR + "class_embed.weight", 0) - 1);
  }

  private static DecoderConfig maskedAttention(StateDict state, int heads) {
    return new DecoderConfig.MaskedAttention(
        size(state, PREDICTOR + "query_embed.weight", 0),
        count(
            state, Pattern.quote(PREDICTOR + "transformer_ffn_layers.") + "(\\d+)\\.norm\\.weight"),
        heads,
        size(state, PREDICTOR + "transformer_ffn_layers.0.linear1.weight", 0));
  }

  private static DecoderConfig.Detr detr(StateDict state, int heads) {
    String layers = PREDICTOR + "transformer.decoder.layers.";
    return new DecoderConfig.Detr(
        size(state, PREDICTOR + "query_embed.weight", 0),
        count(state, Pattern.quote(layers) + "(\\d+)\\.norm1\\.weight"),
        heads,
        size(state, layers + "0.linear1.weight", 0),
        DETR_DROPOUT);
  }

  private static int count(StateDict state, String regex) {
    Pattern pattern = Pattern.compile(regex);
    return (int) state.keys().stream().filter(key -> pattern.matcher(key).matches()).count();
  }

  private static int size(StateDict state, String key, int axis) {
    HostTensor tensor = state.get(key);
    if (tensor.rank() <= axis || tensor.size(axis) > Integer.MAX_VALUE) {
      throw new CheckpointException("'" + key + "' has shape " + tensor);
    }
    return (int) tensor.size(axis);
  }
}
