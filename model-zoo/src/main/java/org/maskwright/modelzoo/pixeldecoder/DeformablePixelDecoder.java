package org.maskwright.modelzoo.pixeldecoder;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Dropout;
import org.maskwright.engine.nn.GroupNorm;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Mask2Former's pixel decoder: deformable attention over strides 32, 16 and 8, then one pyramid
 * step to stride 4. Always computed in float32.
 *
 * <p><b>Source</b> Mask2Former (arXiv 2112.01527), section 3.2.2, appendix; Deformable DETR (arXiv
 * 2010.04159)
 */
public final class DeformablePixelDecoder extends PixelDecoder {
  /** Strides 32, 16, 8: the order of tokens, level embeddings and memory. */
  private static final int LEVELS = 3;

  /** Of the encoder's feed-forward layers in inference: 16 MiB of 1,024 hidden channels. */
  private static final int TOKENS_AT_ONCE = 4096;

  private final int channels;
  private final ModuleList<InputProjection> inputProj;
  private final Transformer transformer;
  private final Conv2d maskFeatures;
  private final NormedConv lateral;
  private final NormedConv output;
  private final SinePositions positions;

  /**
   * Initial values as in the reference.
   *
   * @param inChannels of the backbone's four maps, finest first
   */
  public DeformablePixelDecoder(
      Engine engine,
      List<Integer> inChannels,
      int channels,
      int maskDim,
      DeformablePart.Settings config) {
    super(engine);
    this.channels = channels;
    inputProj = child("input_proj", new ModuleList<>(engine));
    for (int l = 0; l < LEVELS; l++) {
      inputProj.add(new InputProjection(engine, inChannels.get(LEVELS - l), channels));
    }
    transformer = child("transformer", new Transformer(engine, channels, config));
    maskFeatures = child("mask_features", Projections.filled(engine, channels, maskDim, 1));
    lateral = child("adapter_1", new NormedConv(engine, inChannels.get(0), channels, 1));
    output = child("layer_1", new NormedConv(engine, channels, channels, 3));
    positions = new SinePositions(channels);
  }

  private static final class InputProjection extends Module {
    private final Conv2d conv;
    private final GroupNorm norm;

    InputProjection(Engine engine, int in, int out) {
      super(engine);
      conv = child("0", Projections.xavier(engine, in, out));
      norm = child("1", new GroupNorm(engine, PixelDecoderConfig.NORM_GROUPS, out));
    }

    Tensor forward(Tensor x) {
      return engine().tidy(scope -> norm.forward(conv.forward(x)));
    }
  }

  private static final class Transformer extends Module {
    private final Parameter levelEmbed;
    private final Encoder encoder;

    Transformer(Engine engine, int channels, DeformablePart.Settings config) {
      super(engine);
      levelEmbed = parameter("level_embed", engine.normal(initStream(), 0, 1, LEVELS, channels));
      encoder = child("encoder", new Encoder(engine, channels, config));
    }
  }

  private static final class Encoder extends Module {
    private final ModuleList<EncoderLayer> layers;

    Encoder(Engine engine, int channels, DeformablePart.Settings config) {
      super(engine);
      layers = child("layers", new ModuleList<>(engine));
      for (int i = 0; i < config.layers(); i++) {
        layers.add(new EncoderLayer(engine, channels, config));
      }
    }
  }

  private static final class EncoderLayer extends Module {
    private final DeformableAttention attention;
    private final LayerNorm norm1;
    private final Linear linear1;
    private final Linear linear2;
    private final LayerNorm norm2;
    private final Dropout dropout;

    EncoderLayer(Engine engine, int channels, DeformablePart.Settings config) {
      super(engine);
      attention =
          child(
              "self_attn",
              new DeformableAttention(engine, channels, config.heads(), LEVELS, config.points()));
      norm1 = child("norm1", new LayerNorm(engine, channels));
      linear1 = child("linear1", Linear.xavier(engine, channels, config.feedforwardDim()));
      linear2 = child("linear2", Linear.xavier(engine, config.feedforwardDim(), channels));
      norm2 = child("norm2", new LayerNorm(engine, channels));
      dropout = child("dropout", new Dropout(engine, config.dropout()));
    }

    Tensor forward(Tensor tokens, Tensor positions, LevelGeometry geometry) {
      return engine()
          .tidy(
              scope -> {
                Tensor x = engine().tidy(inner -> attend(tokens, tokens.add(positions), geometry));
                return norm2.forward(x.add(dropout.forward(feedForward(x))));
              });
    }

    /** Where nothing is recorded the hidden layer, four times as wide, is made piece by piece. */
    private Tensor feedForward(Tensor x) {
      long tokens = x.size(1);
      if (engine().isGradEnabled() || isTraining() || tokens <= TOKENS_AT_ONCE) {
        return linear2.forward(dropout.forward(linear1.forward(x, Activation.RELU)));
      }
      List<Tensor> pieces = new ArrayList<>();
      for (long at = 0; at < tokens; at += TOKENS_AT_ONCE) {
        Tensor piece = x.slice(1, at, Math.min(tokens, at + TOKENS_AT_ONCE));
        pieces.add(engine().tidy(s -> linear2.forward(linear1.forward(piece, Activation.RELU))));
      }
      return Tensor.concat(1, pieces.toArray(Tensor[]::new));
    }

    private Tensor attend(Tensor tokens, Tensor query, LevelGeometry geometry) {
      Tensor attended = attention.forward(query, tokens, geometry);
      return norm1.forward(tokens.add(dropout.forward(attended)));
    }
  }

  @Override
  public int memoryChannels() {
    return channels;
  }

  @Override
  public PixelFeatures forward(List<Tensor> features) {
    try (var float32 = engine().withPrecision(Precision.FP32)) {
      return forwardFloat32(features.stream().map(t -> t.cast(DType.FLOAT32)).toList());
    }
  }

  private PixelFeatures forwardFloat32(List<Tensor> features) {
    int[] heights = new int[LEVELS];
    int[] widths = new int[LEVELS];
    Tensor[] tokens = new Tensor[LEVELS];
    Tensor[] encodings = new Tensor[LEVELS];
    for (int l = 0; l < LEVELS; l++) {
      Tensor map = features.get(LEVELS - l);
      heights[l] = map.intSize(2);
      widths[l] = map.intSize(3);
      tokens[l] = Projections.tokens(inputProj.get(l).forward(map)); // [B,S_l,C]
      encodings[l] =
          positions
              .tokens(engine(), heights[l], widths[l])
              .add(transformer.levelEmbed.tensor().slice(0, l, l + 1L)); // [S_l,C]
    }
    LevelGeometry geometry = new LevelGeometry(engine(), heights, widths);
    Tensor x = Tensor.concat(1, tokens); // [B,S,C]
    Tensor encoding = Tensor.concat(0, encodings); // [S,C]
    int samples = transformer.encoder.layers.get(0).attention.samples();
    geometry.references(samples); // made here, outside the layers' scopes
    for (EncoderLayer layer : transformer.encoder.layers.asList()) {
      x = layer.forward(x, encoding, geometry);
    }
    List<PixelFeatures.Level> memory = new ArrayList<>();
    long at = 0;
    for (int l = 0; l < LEVELS; l++) {
      long n = (long) heights[l] * widths[l];
      memory.add(new PixelFeatures.Level(x.slice(1, at, at + n), heights[l], widths[l]));
      at += n;
    }
    return new PixelFeatures(finest(features.get(0), memory.get(LEVELS - 1)), memory);
  }

  /** One pyramid step from stride 8 to stride 4, then the mask features [B,D,h,w]. */
  private Tensor finest(Tensor map, PixelFeatures.Level below) {
    // The largest maps of the network: each is freed as soon as the next one is made.
    return engine()
        .tidy(
            scope -> {
              Tensor sum = engine().tidy(s -> lateral.forward(map).add(resized(below, map)));
              Tensor y = engine().tidy(s -> output.forward(sum).relu());
              return maskFeatures.forward(y);
            });
  }

  private static Tensor resized(PixelFeatures.Level level, Tensor like) {
    return Projections.map(level.tokens(), level.height(), level.width())
        .resize(like.intSize(2), like.intSize(3), ResizeMode.BILINEAR);
  }
}
