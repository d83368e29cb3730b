package org.maskwright.modelzoo.text;

import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.nn.MultiHeadAttention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * CLIP's text encoder: a transformer whose tokens look back only, of which the state of the token
 * that ends a text is projected to the space that pictures are in.
 *
 * <p>Parameters have the names of OpenAI's code, but for {@code text_projection.weight} [D,C],
 * which is transposed there. Texts are padded behind their end, where no token of theirs looks.
 *
 * <p><b>Source</b> CLIP (arXiv 2103.00020), section 2.4; {@code clip/model.py} of OpenAI's code,
 * with its initial values
 */
public final class TextTransformer extends Module {
  private static final double TOKEN_DEVIATION = 0.02;
  private static final double POSITION_DEVIATION = 0.01;
  private final TextSizes sizes;
  private final Table tokens;
  private final Parameter positions;
  private final Blocks blocks;
  private final LayerNorm norm;
  private final Linear projection;

  /** With OpenAI's initial values. */
  public TextTransformer(Engine engine, TextSizes sizes) {
    super(engine);
    this.sizes = sizes;
    int width = sizes.width();
    tokens = child("token_embedding", new Table(engine, sizes));
    positions =
        parameter(
            "positional_embedding",
            engine.normal(initStream(), 0, POSITION_DEVIATION, sizes.context(), width));
    blocks = child("transformer", new Blocks(engine, sizes));
    norm = child("ln_final", new LayerNorm(engine, width, sizes.eps()));
    projection =
        child(
            "text_projection",
            linear(engine, width, sizes.embedding(), 1 / Math.sqrt(width), false));
  }

  private static Linear linear(Engine engine, int in, int out, double deviation, boolean bias) {
    return Linear.with(
        engine.normal(engine.random().get("init"), 0, deviation, out, in),
        bias ? engine.zeros(out) : null);
  }

  private static final class Table extends Module {
    private final Parameter weight;

    Table(Engine engine, TextSizes sizes) {
      super(engine);
      weight =
          parameter(
              "weight",
              engine.normal(initStream(), 0, TOKEN_DEVIATION, sizes.vocabulary(), sizes.width()));
    }
  }

  private static final class Blocks extends Module {
    private final ModuleList<Block> list;

    Blocks(Engine engine, TextSizes sizes) {
      super(engine);
      list = child("resblocks", new ModuleList<>(engine));
      for (int l = 0; l < sizes.layers(); l++) {
        list.add(new Block(engine, sizes));
      }
    }
  }

  private static final class Block extends Module {
    private final LayerNorm first;
    private final MultiHeadAttention attention;
    private final LayerNorm second;
    private final Mlp mlp;

    Block(Engine engine, TextSizes sizes) {
      super(engine);
      first = child("ln_1", new LayerNorm(engine, sizes.width(), sizes.eps()));
      attention = child("attn", new MultiHeadAttention(engine, sizes.width(), sizes.heads()));
      second = child("ln_2", new LayerNorm(engine, sizes.width(), sizes.eps()));
      mlp = child("mlp", new Mlp(engine, sizes));
      double deviation = 1 / Math.sqrt(sizes.width());
      setNormal(attention.parameters().get("in_proj_weight"), deviation);
      setNormal(
          attention.parameters().get("out_proj.weight"),
          deviation / Math.sqrt(2.0 * sizes.layers()));
    }

    private void setNormal(Parameter parameter, double deviation) {
      try (Tensor values = engine().normal(initStream(), 0, deviation, parameter.shape())) {
        parameter.set(values);
      }
    }

    /** x [B,L,C] to the same shape. */
    Tensor forward(Tensor x, Tensor blocked) {
      return engine()
          .tidy(
              scope -> {
                Tensor y = first.forward(x);
                Tensor z = x.add(attention.forward(y, y, y, blocked));
                return z.add(mlp.forward(second.forward(z)));
              });
    }
  }

  private static final class Mlp extends Module {
    private final TextSizes sizes;
    private final Linear in;
    private final Linear out;

    Mlp(Engine engine, TextSizes sizes) {
      super(engine);
      this.sizes = sizes;
      double width = sizes.width();
      in =
          child(
              "c_fc",
              linear(engine, sizes.width(), sizes.mlpDim(), 1 / Math.sqrt(2 * width), true));
      out =
          child(
              "c_proj",
              linear(
                  engine,
                  sizes.mlpDim(),
                  sizes.width(),
                  1 / Math.sqrt(width * 2 * sizes.layers()),
                  true));
    }

    Tensor forward(Tensor x) {
      return out.forward(sizes.activation().apply(in, x));
    }
  }

  /** What it was built from. */
  public TextSizes sizes() {
    return sizes;
  }

  /**
   * Embeddings of texts, not of length 1.
   *
   * @return [B,D]
   * @throws IllegalArgumentException if a text is longer than the context, or has a token beyond
   *     the vocabulary
   */
  public Tensor forward(TokenBatch texts) {
    if (texts.length() > sizes.context() || texts.greatest() >= sizes.vocabulary()) {
      throw new IllegalArgumentException(
          "text transformer: expected at most %d tokens below %d, got %d up to %d"
              .formatted(sizes.context(), sizes.vocabulary(), texts.length(), texts.greatest()));
    }
    return engine()
        .tidy(
            scope -> {
              int batch = texts.size();
              int length = texts.length();
              Tensor ids = engine().longs(texts.ids(), (long) batch * length);
              Tensor x =
                  tokens
                      .weight
                      .tensor()
                      .indexSelect(0, ids)
                      .reshape(batch, length, sizes.width())
                      .add(positions.tensor().slice(0, 0, length)); // [B,L,C]
              Tensor blocked = later(length);
              for (Block block : blocks.list.asList()) {
                x = block.forward(x, blocked);
              }
              Tensor ends =
                  x.reshape((long) batch * length, sizes.width())
                      .indexSelect(0, engine().longs(flat(texts), batch)); // [B,C]
              return projection.forward(norm.forward(ends));
            });
  }

  private static long[] flat(TokenBatch texts) {
    long[] places = texts.ends();
    for (int b = 0; b < places.length; b++) {
      places[b] += (long) b * texts.length();
    }
    return places;
  }

  /** True where a token of axis 0 would look at a later one of axis 1: bool [L,L]. */
  private Tensor later(int length) {
    byte[] blocked = new byte[length * length];
    for (int i = 0; i < length; i++) {
      for (int j = i + 1; j < length; j++) {
        blocked[i * length + j] = 1;
      }
    }
    return engine().bools(blocked, length, length);
  }

  /** As {@link #forward}, of length 1. */
  public Tensor embed(TokenBatch texts) {
    return engine()
        .tidy(
            scope -> {
              Tensor x = forward(texts);
              return x.div(x.square().sumKeep(1).sqrt());
            });
  }
}
