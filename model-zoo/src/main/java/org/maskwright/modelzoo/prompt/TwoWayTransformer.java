package org.maskwright.modelzoo.prompt;

import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.Dropout;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Tokens and an image's features attend to each other, in both directions. Names are those of
 * Segment Anything.
 *
 * <p><b>Source</b> Segment Anything (arXiv 2304.02643), appendix A; segment_anything/modeling/
 * transformer.py. As in that code, and not in the paper, the first layer's self-attention adds no
 * places and has no residual. The paper's dropout, which that code has not, is a setting
 */
final class TwoWayTransformer extends Module {
  private static final int NARROWING = 2;
  private final ModuleList<Layer> layers;
  private final NarrowAttention last;
  private final LayerNorm norm;
  private final Dropout dropout;

  TwoWayTransformer(Engine engine, int channels, PromptsPart.Settings settings) {
    super(engine);
    layers = child("layers", new ModuleList<>(engine));
    for (int i = 0; i < settings.layers(); i++) {
      layers.add(new Layer(engine, channels, settings, i == 0));
    }
    last = child("final_attn_token_to_image", cross(engine, channels, settings.heads()));
    norm = child("norm_final_attn", new LayerNorm(engine, channels));
    dropout = child("dropout", new Dropout(engine, settings.dropout()));
  }

  private static NarrowAttention cross(Engine engine, int channels, int heads) {
    return new NarrowAttention(engine, channels, channels / NARROWING, heads);
  }

  /**
   * Both sides of the attention.
   *
   * @param tokens [P,L,C]
   * @param image [P,S,C]
   */
  record State(Tensor tokens, Tensor image) {}

  /**
   * The state behind the last layer.
   *
   * @param tokens [P,L,C], which are their own places
   * @param image [P,S,C]
   * @param places [1,S,C] of the image's features
   */
  State forward(Tensor tokens, Tensor image, Tensor places) {
    State state = new State(tokens, image);
    for (Layer layer : layers.asList()) {
      state = layer.forward(state, tokens, places);
    }
    Tensor seen =
        last.forward(state.tokens().add(tokens), state.image().add(places), state.image());
    return new State(norm.forward(state.tokens().add(dropout.forward(seen))), state.image());
  }

  private static final class Layer extends Module {
    private final boolean first;
    private final NarrowAttention self;
    private final LayerNorm norm1;
    private final NarrowAttention toImage;
    private final LayerNorm norm2;
    private final FeedForward mlp;
    private final LayerNorm norm3;
    private final LayerNorm norm4;
    private final NarrowAttention toTokens;
    private final Dropout dropout;

    Layer(Engine engine, int channels, PromptsPart.Settings settings, boolean first) {
      super(engine);
      this.first = first;
      int heads = settings.heads();
      self = child("self_attn", new NarrowAttention(engine, channels, channels, heads));
      norm1 = child("norm1", new LayerNorm(engine, channels));
      toImage = child("cross_attn_token_to_image", cross(engine, channels, heads));
      norm2 = child("norm2", new LayerNorm(engine, channels));
      mlp = child("mlp", new FeedForward(engine, channels, settings));
      norm3 = child("norm3", new LayerNorm(engine, channels));
      norm4 = child("norm4", new LayerNorm(engine, channels));
      toTokens = child("cross_attn_image_to_token", cross(engine, channels, heads));
      dropout = child("dropout", new Dropout(engine, settings.dropout()));
    }

    State forward(State state, Tensor tokenPlaces, Tensor imagePlaces) {
      Tensor keys = state.image().add(imagePlaces);
      Tensor x = norm1.forward(attended(state.tokens(), tokenPlaces));
      Tensor seen = toImage.forward(x.add(tokenPlaces), keys, state.image());
      x = norm2.forward(x.add(dropout.forward(seen)));
      x = norm3.forward(x.add(dropout.forward(mlp.forward(x))));
      Tensor told = toTokens.forward(keys, x.add(tokenPlaces), x);
      return new State(x, norm4.forward(state.image().add(dropout.forward(told))));
    }

    private Tensor attended(Tensor tokens, Tensor places) {
      if (first) {
        return dropout.forward(self.forward(tokens, tokens, tokens));
      }
      Tensor at = tokens.add(places);
      return tokens.add(dropout.forward(self.forward(at, at, tokens)));
    }
  }

  /** Two layers; names {@code lin1}, {@code lin2}. */
  private static final class FeedForward extends Module {
    private final Linear first;
    private final Linear second;

    FeedForward(Engine engine, int channels, PromptsPart.Settings settings) {
      super(engine);
      first = child("lin1", Linear.of(engine, channels, settings.feedforwardDim()));
      second = child("lin2", Linear.of(engine, settings.feedforwardDim(), channels));
    }

    Tensor forward(Tensor x) {
      return second.forward(first.forward(x, Activation.RELU));
    }
  }
}
