package org.maskwright.modelzoo.decoder;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Mlp;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.nn.MultiHeadAttention;
import org.maskwright.engine.spi.ResizeMode;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.DecoderConfig;
import org.maskwright.modelzoo.Predictions;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.pixeldecoder.SinePositions;

/**
 * Mask2Former's decoder: a query attends only where its mask of the layer before is on, to one of
 * three scales in turn. L layers give L + 1 outputs, the first from the untouched queries.
 *
 * <p><b>Source</b> Mask2Former (arXiv 2112.01527), section 3.2
 */
public final class MaskedAttentionDecoder extends MaskDecoder {
  private static final int LEVELS = 3;
  private static final int MASK_LAYERS = 3;

  private final int queries;
  private final int layers;
  private final ModuleList<SelfAttentionLayer> selfAttention;
  private final ModuleList<CrossAttentionLayer> crossAttention;
  private final ModuleList<FeedForwardLayer> feedForward;
  private final LayerNorm decoderNorm;
  private final Embedding queryFeat;
  private final Embedding queryEmbed;
  private final Embedding levelEmbed;
  private final ClassHead classHead;
  private final Mlp maskEmbed;
  private final SinePositions positions;

  /** Initial values as in the reference. */
  public MaskedAttentionDecoder(
      Engine engine,
      int channels,
      int maskDim,
      DecoderConfig.MaskedAttention config,
      ClassHead classHead) {
    super(engine);
    queries = config.queries();
    layers = config.layers();
    selfAttention = child("transformer_self_attention_layers", new ModuleList<>(engine));
    crossAttention = child("transformer_cross_attention_layers", new ModuleList<>(engine));
    feedForward = child("transformer_ffn_layers", new ModuleList<>(engine));
    for (int i = 0; i < layers; i++) {
      selfAttention.add(new SelfAttentionLayer(engine, channels, config.heads()));
      crossAttention.add(new CrossAttentionLayer(engine, channels, config.heads()));
      feedForward.add(new FeedForwardLayer(engine, channels, config.feedforwardDim()));
    }
    decoderNorm = child("decoder_norm", new LayerNorm(engine, channels));
    queryFeat = child("query_feat", new Embedding(engine, config.queries(), channels));
    queryEmbed = child("query_embed", new Embedding(engine, config.queries(), channels));
    levelEmbed = child("level_embed", new Embedding(engine, LEVELS, channels));
    this.classHead = child("class_embed", classHead);
    maskEmbed = child("mask_embed", new Mlp(engine, channels, channels, maskDim, MASK_LAYERS));
    positions = new SinePositions(channels);
  }

  private static final class SelfAttentionLayer extends Module {
    private final MultiHeadAttention attention;
    private final LayerNorm norm;

    SelfAttentionLayer(Engine engine, int channels, int heads) {
      super(engine);
      attention = child("self_attn", new MultiHeadAttention(engine, channels, heads));
      norm = child("norm", new LayerNorm(engine, channels));
    }

    Tensor forward(Tensor x, Tensor queryPosition) {
      return norm.forward(x.add(attention.forwardSelf(x.add(queryPosition), x)));
    }
  }

  private static final class CrossAttentionLayer extends Module {
    private final MultiHeadAttention attention;
    private final LayerNorm norm;

    CrossAttentionLayer(Engine engine, int channels, int heads) {
      super(engine);
      attention = child("multihead_attn", new MultiHeadAttention(engine, channels, heads));
      norm = child("norm", new LayerNorm(engine, channels));
    }

    Tensor forward(Tensor x, Tensor queryPosition, Memory memory, Tensor blocked) {
      Tensor attended =
          attention.forward(x.add(queryPosition), memory.keys(), memory.values(), blocked);
      return norm.forward(x.add(attended));
    }
  }

  private static final class FeedForwardLayer extends Module {
    private final Linear linear1;
    private final Linear linear2;
    private final LayerNorm norm;

    FeedForwardLayer(Engine engine, int channels, int hidden) {
      super(engine);
      linear1 = child("linear1", Linear.xavier(engine, channels, hidden));
      linear2 = child("linear2", Linear.xavier(engine, hidden, channels));
      norm = child("norm", new LayerNorm(engine, channels));
    }

    Tensor forward(Tensor x) {
      return norm.forward(x.add(linear2.forward(linear1.forward(x).relu())));
    }
  }

  /** One level: keys and values [B,S,C]. */
  private record Memory(Tensor keys, Tensor values, int height, int width) {}

  @Override
  public ClassHead classHead() {
    return classHead;
  }

  @Override
  public int queries() {
    return queries;
  }

  @Override
  public Predictions forward(PixelFeatures features) {
    List<Memory> memory = memory(features);
    List<Predictions.Layer> outputs = new ArrayList<>();
    Tensor x = startQueries(features);
    outputs.add(output(x, features.maskFeatures()));
    for (int i = 0; i < layers; i++) {
      Memory level = memory.get(i % LEVELS);
      Tensor blocked = blocked(outputs.get(i).maskLogits(), level);
      x = layer(i, x, level, blocked);
      outputs.add(output(x, features.maskFeatures()));
    }
    return Predictions.ofLayers(outputs);
  }

  /**
   * As {@link #forward} but for two things: only the last layer's classes and full-size masks are
   * computed, and the masks that block attention come from mask features resized to each level.
   * Resizing is linear, so that gives the same logits as resizing the masks, for Q/D of the work.
   */
  @Override
  public Predictions predict(PixelFeatures features) {
    List<Memory> memory = memory(features);
    List<Tensor> small = new ArrayList<>();
    for (Memory level : memory) {
      small.add(features.maskFeatures().resize(level.height(), level.width(), ResizeMode.BILINEAR));
    }
    Tensor x = startQueries(features);
    for (int i = 0; i < layers; i++) {
      Memory level = memory.get(i % LEVELS);
      Tensor state = x;
      Tensor smallFeatures = small.get(i % LEVELS);
      Tensor blocked =
          engine()
              .tidy(
                  scope ->
                      blocked(
                          QueryHead.maskLogits(
                              embeddings(decoderNorm.forward(state)), smallFeatures),
                          level));
      x = layer(i, x, level, blocked);
    }
    Predictions.Layer last = output(x, features.maskFeatures());
    return new Predictions(last.classLogits(), last.maskLogits(), List.of());
  }

  private List<Memory> memory(PixelFeatures features) {
    List<Memory> out = new ArrayList<>();
    for (int l = 0; l < LEVELS; l++) {
      PixelFeatures.Level level = features.memory().get(l);
      Tensor values = level.tokens().add(levelEmbed.table().slice(0, l, l + 1L)); // [B,S,C]
      Tensor encoding = positions.tokens(engine(), level.height(), level.width()); // [S,C]
      out.add(new Memory(values.add(encoding), values, level.height(), level.width()));
    }
    return out;
  }

  private Tensor startQueries(PixelFeatures features) {
    Tensor table = queryFeat.table();
    return table.unsqueeze(0).expand(features.maskFeatures().size(0), -1, -1); // [B,Q,C]
  }

  private Tensor embeddings(Tensor normed) {
    return maskEmbed.forward(normed); // [B,Q,D]
  }

  private Predictions.Layer output(Tensor x, Tensor maskFeatures) {
    try (var scope = engine().scope()) {
      Tensor y = decoderNorm.forward(x);
      return new Predictions.Layer(
          scope.keep(classHead.forward(y)),
          scope.keep(QueryHead.maskLogits(embeddings(y), maskFeatures)));
    }
  }

  private Tensor layer(int i, Tensor x, Memory memory, Tensor blocked) {
    return engine()
        .tidy(
            scope -> {
              Tensor position = queryEmbed.table(); // [Q,C]
              Tensor y = crossAttention.get(i).forward(x, position, memory, blocked);
              y = selfAttention.get(i).forward(y, position);
              return feedForward.get(i).forward(y);
            });
  }

  /**
   * Where a query may not attend: outside its mask, or nowhere if its mask is empty. No gradient.
   *
   * <p><b>Shapes</b> maskLogits [B,Q,h,w]; result bool [B,1,Q,S], the same for all heads
   */
  private Tensor blocked(Tensor maskLogits, Memory level) {
    try (var off = engine().noGrad()) {
      return engine()
          .tidy(
              scope -> {
                Tensor outside =
                    maskLogits
                        .resize(level.height(), level.width(), ResizeMode.BILINEAR)
                        .flatten(2, 3)
                        .lt(0); // [B,Q,S]
                Tensor someInside = outside.not().anyKeep(-1); // [B,Q,1]
                return outside.and(someInside).unsqueeze(1);
              });
    }
  }
}
