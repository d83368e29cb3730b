package org.maskwright.modelzoo.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Dropout;
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
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.pixeldecoder.Projections;
import org.maskwright.modelzoo.pixeldecoder.SinePositions;
import org.maskwright.modelzoo.prediction.Outputs;

/**
 * MaskFormer's decoder: DETR's, over the coarsest map. Queries start at zero and are told apart by
 * their positions; L layers give L outputs. With a {@link
 * org.maskwright.modelzoo.head.FixedClassHead} and a query for each class it is PerPixelBaseline+.
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 3.4; DETR (arXiv 2005.12872)
 */
public final class DetrDecoder extends QueryDecoder {
  private static final int MASK_LAYERS = 3;
  private final int queries;
  private final int channels;
  private final Transformer transformer;
  private final Embedding queryEmbed;
  private final Conv2d inputProj;
  private final ClassHead classHead;
  private final Mlp maskEmbed;
  private final SinePositions positions;

  /**
   * Initial values as in the reference.
   *
   * @param memoryChannels channels of the memory; a 1x1 convolution follows where they are not
   *     {@code channels}
   */
  public DetrDecoder(
      Engine engine,
      int memoryChannels,
      int channels,
      int maskDim,
      DetrPart.Settings config,
      ClassHead classHead) {
    super(engine);
    queries = config.queries();
    this.channels = channels;
    transformer = child("transformer", new Transformer(engine, channels, config));
    queryEmbed = child("query_embed", new Embedding(engine, queries, channels));
    inputProj =
        memoryChannels == channels
            ? null
            : child("input_proj", Projections.filled(engine, memoryChannels, channels, 1));
    this.classHead = child("class_embed", classHead);
    maskEmbed = child("mask_embed", new Mlp(engine, channels, channels, maskDim, MASK_LAYERS));
    positions = new SinePositions(channels);
  }

  private static final class Transformer extends Module {
    private final Decoder decoder;

    Transformer(Engine engine, int channels, DetrPart.Settings config) {
      super(engine);
      decoder = child("decoder", new Decoder(engine, channels, config));
    }
  }

  private static final class Decoder extends Module {
    private final ModuleList<Layer> layers;
    private final LayerNorm norm;

    Decoder(Engine engine, int channels, DetrPart.Settings config) {
      super(engine);
      layers = child("layers", new ModuleList<>(engine));
      for (int i = 0; i < config.layers(); i++) {
        layers.add(new Layer(engine, channels, config));
      }
      norm = child("norm", new LayerNorm(engine, channels));
    }
  }

  private static final class Layer extends Module {
    private final MultiHeadAttention selfAttention;
    private final MultiHeadAttention crossAttention;
    private final Linear linear1;
    private final Linear linear2;
    private final LayerNorm norm1;
    private final LayerNorm norm2;
    private final LayerNorm norm3;
    private final Dropout dropout;

    Layer(Engine engine, int channels, DetrPart.Settings config) {
      super(engine);
      int heads = config.heads();
      double p = config.dropout();
      selfAttention = child("self_attn", new MultiHeadAttention(engine, channels, heads, p));
      crossAttention = child("multihead_attn", new MultiHeadAttention(engine, channels, heads, p));
      linear1 = child("linear1", Linear.xavier(engine, channels, config.feedforwardDim()));
      linear2 = child("linear2", Linear.xavier(engine, config.feedforwardDim(), channels));
      norm1 = child("norm1", new LayerNorm(engine, channels));
      norm2 = child("norm2", new LayerNorm(engine, channels));
      norm3 = child("norm3", new LayerNorm(engine, channels));
      dropout = child("dropout", new Dropout(engine, p));
    }

    Tensor forward(Tensor x, Tensor queryPosition, Tensor keys, Tensor values) {
      return engine()
          .tidy(
              scope -> {
                Tensor own = selfAttention.forwardSelf(x.add(queryPosition), x);
                Tensor y = norm1.forward(x.add(dropout.forward(own)));
                Tensor seen = crossAttention.forward(y.add(queryPosition), keys, values, null);
                Tensor z = norm2.forward(y.add(dropout.forward(seen)));
                Tensor hidden = dropout.forward(linear1.forward(z, Activation.RELU));
                return norm3.forward(z.add(dropout.forward(linear2.forward(hidden))));
              });
    }
  }

  @Override
  public Optional<ClassHead> classHead() {
    return Optional.of(classHead);
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
    return features ->
        new QuerySource.Queries(
            engine().zeros(features.clips(), queries, channels), queryEmbed.table());
  }

  @Override
  public Outputs forward(PixelFeatures features, QuerySource source) {
    QueryHead head = new QueryHead(classHead, features.clipMaps(features.maskFeatures()));
    states(features, source).forEach(state -> output(state, head));
    return head.predictions(true);
  }

  @Override
  public Outputs predict(PixelFeatures features, QuerySource source) {
    List<Tensor> states = states(features, source);
    QueryHead head = new QueryHead(classHead, features.clipMaps(features.maskFeatures()));
    output(states.get(states.size() - 1), head);
    return head.predictions(false);
  }

  /** The state [B,Q,C] after each layer. */
  private List<Tensor> states(PixelFeatures features, QuerySource source) {
    PixelFeatures.Level level = features.memory().get(0);
    Tensor values = level.tokens();
    if (inputProj != null) {
      Tensor weight = inputProj.weight().tensor();
      // A 1x1 convolution of tokens is a linear layer.
      values =
          values.linear(weight.reshape(weight.size(0), weight.size(1)), inputProj.bias().tensor());
    }
    Tensor keys = values.add(positions.tokens(engine(), level.height(), level.width()));
    List<Tensor> states = new ArrayList<>();
    QuerySource.Queries given = queries(source, features, channels);
    Tensor x = given.content();
    for (Layer layer : transformer.decoder.layers.asList()) {
      x = layer.forward(x, given.positions(), keys, values);
      states.add(x);
    }
    return states;
  }

  private void output(Tensor x, QueryHead head) {
    Tensor y = transformer.decoder.norm.forward(x);
    head.add(y, maskEmbed.forward(y));
  }
}
