package org.maskwright.modelzoo.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.nn.Embedding;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Mlp;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.nn.MultiHeadAttention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.ImplicitMasks;
import org.maskwright.modelzoo.head.ImplicitPointHead;
import org.maskwright.modelzoo.head.Subdivision;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.pixeldecoder.SinePositions;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * Mask2Former's decoder: a query attends only where its mask of the layer before is on, to one of
 * three scales in turn. L layers give L + 1 outputs, the first from the untouched queries.
 *
 * <p>Of clips, a query attends to all frames at once, in each where its mask of that frame is on;
 * keys have the encoding of their frame as well. Of clips of one frame that is the decoder of
 * photographs but for rounding: what all keys have in common does not move a softmax.
 *
 * <p><b>Source</b> Mask2Former (arXiv 2112.01527), section 3.2; for video (arXiv 2112.10764)
 */
public final class MaskedAttentionDecoder extends QueryDecoder {
  private static final int LEVELS = 3;
  private static final int MASK_LAYERS = 3;

  private final int queries;
  private final int channels;
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
  private final Kind kind;
  private final Optional<PointHead> pointHead;

  /** What a decoder takes. */
  enum Kind {
    PHOTOGRAPHS,
    CLIPS
  }

  /** What makes masks functions of the place, and how finely they are computed. */
  record PointHead(ImplicitPointHead head, Subdivision subdivision) {}

  /** Initial values as in the reference. */
  public MaskedAttentionDecoder(
      Engine engine,
      int channels,
      int maskDim,
      MaskedAttentionPart.Settings config,
      ClassHead classHead) {
    this(engine, channels, maskDim, config, classHead, Kind.PHOTOGRAPHS, Optional.empty());
  }

  MaskedAttentionDecoder(
      Engine engine,
      int channels,
      int maskDim,
      MaskedAttentionPart.Settings config,
      ClassHead classHead,
      Kind kind,
      Optional<PointHead> pointHead) {
    super(engine);
    this.kind = kind;
    this.pointHead = pointHead;
    pointHead.ifPresent(masks -> child("point_head", masks.head()));
    queries = config.queries();
    this.channels = channels;
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
      return norm.forward(x.add(linear2.forward(linear1.forward(x, Activation.RELU))));
    }
  }

  /** One level: keys and values [B,T*S,C]. */
  private record Memory(Tensor keys, Tensor values, int height, int width) {}

  /** Not where a mask belongs to a class, too. */
  @Override
  public Optional<ClassHead> classHead() {
    boolean masksOfClasses = pointHead.isPresent() && pointHead.get().head().classes() > 1;
    return masksOfClasses ? Optional.empty() : Optional.of(classHead);
  }

  @Override
  public ClassSpace classSpace() {
    return classHead.space();
  }

  @Override
  public int queries() {
    return queries;
  }

  @Override
  public QuerySource learned() {
    return features -> {
      Tensor content = queryFeat.table().unsqueeze(0).expand(features.clips(), -1, -1); // [B,Q,C]
      return new QuerySource.Queries(content, queryEmbed.table());
    };
  }

  @Override
  public Outputs forward(PixelFeatures features, QuerySource source) {
    return decode(features, source, true);
  }

  @Override
  public Outputs predict(PixelFeatures features, QuerySource source) {
    return decode(features, source, false);
  }

  /**
   * The outputs before the first layer and after each, or of the last layer alone.
   *
   * <p>The masks that block attention come from mask features resized to each level. Resizing is
   * linear, so that gives the logits of the reference, which resizes the Q masks of each layer:
   * here D maps are resized, once for all layers.
   */
  private Outputs decode(PixelFeatures features, QuerySource source, boolean every) {
    List<Memory> memory = memory(features);
    List<Tensor> resized = new ArrayList<>();
    try (var off = engine().noGrad()) {
      for (Memory level : memory) {
        resized.add(
            features.clipMaps(
                features
                    .maskFeatures()
                    .resize(level.height(), level.width(), ResizeMode.BILINEAR)));
      }
    }
    QueryHead head = new QueryHead(classHead, features.clipMaps(features.maskFeatures()));
    QuerySource.Queries given = queries(source, features, channels);
    Tensor x = given.content();
    for (int i = 0; i <= layers; i++) {
      Tensor normed = decoderNorm.forward(x);
      Tensor embeddings = maskEmbed.forward(normed); // [B,Q,D]
      if (every || i == layers) {
        head.add(normed, embeddings);
      }
      if (i < layers) {
        Tensor blocked = blocked(embeddings, resized.get(i % LEVELS));
        x = layer(i, x, given.positions(), memory.get(i % LEVELS), blocked);
      }
    }
    if (pointHead.isEmpty()) {
      return head.predictions(every);
    }
    ImplicitPointHead points = pointHead.get().head();
    ImplicitMasks masks =
        new ImplicitMasks(
            points,
            decoderNorm.forward(x),
            points.reduced(features.maskFeatures()),
            pointHead.get().subdivision());
    return every ? head.predictions(masks) : head.withAnswer(masks);
  }

  private List<Memory> memory(PixelFeatures features) {
    List<Memory> out = new ArrayList<>();
    for (int l = 0; l < LEVELS; l++) {
      PixelFeatures.Level level = features.memory().get(l);
      int height = level.height();
      int width = level.width();
      Tensor tokens = features.clipTokens(level); // [B,T*S,C]
      Tensor values = tokens.add(levelEmbed.table().slice(0, l, l + 1L));
      Tensor encoding = // [T*S,C]
          switch (kind) {
            case PHOTOGRAPHS -> positions.tokens(engine(), height, width);
            case CLIPS -> positions.clipTokens(engine(), features.frames(), height, width);
          };
      out.add(new Memory(values.add(encoding), values, height, width));
    }
    return out;
  }

  private Tensor layer(int i, Tensor x, Tensor position, Memory memory, Tensor blocked) {
    return engine()
        .tidy(
            scope -> {
              Tensor y = crossAttention.get(i).forward(x, position, memory, blocked);
              y = selfAttention.get(i).forward(y, position);
              return feedForward.get(i).forward(y);
            });
  }

  /**
   * Where a query may not attend: outside its mask, or nowhere if its mask is empty. No gradient.
   *
   * <p><b>Shapes</b> embeddings [B,Q,D], features [B,D,T,h,w] of a level's size; result bool
   * [B,1,Q,T*h*w], the same for all heads
   */
  static Tensor blocked(Tensor embeddings, Tensor features) {
    Engine engine = embeddings.engine();
    try (var off = engine.noGrad()) {
      return engine.tidy(
          scope -> {
            Tensor outside =
                QueryHead.maskLogits(embeddings, features).flatten(2, 4).lt(0); // [B,Q,T*S]
            Tensor someInside = outside.not().anyKeep(-1); // [B,Q,1]
            return outside.and(someInside).unsqueeze(1);
          });
    }
  }
}
