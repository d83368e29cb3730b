package org.maskwright.modelzoo.backbone;

import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.DropPath;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * Attention within windows, which do not shift; a 3x3 convolution of each channel for itself, which
 * lets neighbouring windows see each other; an MLP. The first and the last are added to their
 * input.
 *
 * <p><b>Source</b> TinyViT (arXiv 2207.10666), sec. 3.2 and fig. 4. As in its code windows are
 * padded before the normalisation, so that places beyond the map take part in attention as what the
 * normalisation makes of zeros
 */
final class TinyVitBlock extends TinyVit.Block {
  private static final double STD = 0.02;
  private final int side;
  private final WindowedAttention attention;
  private final ConvNorm convolution;
  private final Mlp mlp;
  private final DropPath dropPath;

  TinyVitBlock(
      Engine engine,
      int channels,
      int heads,
      int side,
      ConvNorm convolution,
      double dropProbability) {
    super(engine);
    this.side = side;
    attention = child("attn", new WindowedAttention(engine, channels, heads, side));
    this.convolution = child("local_conv", convolution);
    mlp = child("mlp", new Mlp(engine, channels));
    dropPath = child("drop_path", new DropPath(engine, dropProbability));
  }

  private static Linear linear(Engine engine, int in, int out) {
    return Linear.with(
        Init.truncatedNormal(engine, engine.random().get("init"), STD, out, in), engine.zeros(out));
  }

  /** Self-attention of normalised tokens with a learned bias by the distance of two places. */
  private static final class WindowedAttention extends Module {
    private final int heads;
    private final LayerNorm norm;
    private final Linear qkv;
    private final Linear proj;
    private final Parameter biasTable;
    private final long[] distances;

    WindowedAttention(Engine engine, int channels, int heads, int side) {
      super(engine);
      this.heads = heads;
      biasTable =
          parameter("relative_position_bias_table", engine.zeros(heads, (long) side * side));
      norm = child("norm", new LayerNorm(engine, channels));
      qkv = child("qkv", linear(engine, channels, 3 * channels));
      proj = child("proj", linear(engine, channels, channels));
      distances = distances(side);
    }

    /** For two places of a window, |rows apart| * side + |columns apart|. */
    private static long[] distances(int side) {
      int n = side * side;
      IntUnaryOperator rows = pair -> Math.abs(pair / n / side - pair % n / side);
      IntUnaryOperator columns = pair -> Math.abs(pair / n % side - pair % n % side);
      return IntStream.range(0, n * n)
          .mapToLong(pair -> (long) rows.applyAsInt(pair) * side + columns.applyAsInt(pair))
          .toArray();
    }

    /** windows [B*windows,N,C] to the same shape. */
    Tensor forward(Tensor windows) {
      long n = windows.size(1);
      long channels = windows.size(2);
      long width = channels / heads;
      Tensor bias =
          biasTable
              .tensor()
              .indexSelect(1, engine().longs(distances, distances.length))
              .reshape(1, heads, n, n);
      Tensor parts = // of each head its queries, keys and values
          qkv.forward(norm.forward(windows))
              .reshape(-1, n, heads, 3, width)
              .permute(3, 0, 2, 1, 4); // [3,B*windows,M,N,D]
      Tensor y =
          Attention.scaledDotProduct(
              parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), null, bias);
      return proj.forward(y.permute(0, 2, 1, 3).reshape(-1, n, channels));
    }
  }

  private static final class Mlp extends Module {
    private final LayerNorm norm;
    private final Linear fc1;
    private final Linear fc2;

    Mlp(Engine engine, int channels) {
      super(engine);
      norm = child("norm", new LayerNorm(engine, channels));
      fc1 = child("fc1", linear(engine, channels, TinyVit.EXPANSION * channels));
      fc2 = child("fc2", linear(engine, TinyVit.EXPANSION * channels, channels));
    }

    Tensor forward(Tensor x) {
      return fc2.forward(fc1.forward(norm.forward(x), Activation.GELU));
    }
  }

  @Override
  Tensor forward(Tensor x) {
    return engine()
        .tidy(
            scope -> {
              Tensor places = x.permute(0, 2, 3, 1); // [B,H,W,C]
              Windows windows = new Windows(places.intSize(1), places.intSize(2), side);
              Tensor attended = windows.join(attention.forward(windows.cut(places, 0)), 0);
              Tensor y = places.add(dropPath.forward(attended)).permute(0, 3, 1, 2);
              y = convolution.forward(y).permute(0, 2, 3, 1);
              return y.add(dropPath.forward(mlp.forward(y))).permute(0, 3, 1, 2);
            });
  }
}
