package org.maskwright.modelzoo.vit;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.maskwright.engine.nn.DropPath;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.Windows;

/**
 * Attention, then an MLP; each on the normalised input, scaled where the family has LayerScale
 * (arXiv 2103.17239), and added to it.
 */
final class VitBlock extends Module {
  private final LayerNorm norm1;
  private final VitAttention attention;
  private final Scale scale1;
  private final LayerNorm norm2;
  private final VitMlp mlp;
  private final Scale scale2;
  private final DropPath dropPath;
  private final int window;

  VitBlock(Engine engine, VitPart.Settings settings, int block) {
    super(engine);
    VitFamily family = settings.family();
    int channels = settings.width();
    window = settings.isGlobal(block) ? 0 : settings.window();
    norm1 = child("norm1", new LayerNorm(engine, channels, family.eps()));
    attention = child("attn", new VitAttention(engine, settings, settings.relativeMap(block)));
    scale1 = family.hasLayerScale() ? child("ls1", new Scale(engine, channels)) : null;
    norm2 = child("norm2", new LayerNorm(engine, channels, family.eps()));
    mlp = child("mlp", new VitMlp(engine, channels, settings.mlpDim(), settings.mlp()));
    scale2 = family.hasLayerScale() ? child("ls2", new Scale(engine, channels)) : null;
    int last = settings.depth() - 1;
    double rate = last == 0 ? 0 : settings.dropPath() * block / last;
    dropPath = child("drop_path", new DropPath(engine, rate));
  }

  /** A learned factor for each channel, 1e-5 at first. */
  private static final class Scale extends Module {
    private static final double INITIAL = 1e-5;
    private final Parameter gamma;

    Scale(Engine engine, int channels) {
      super(engine);
      gamma = parameter("gamma", engine.full(INITIAL, channels));
    }

    Tensor forward(Tensor x) {
      return x.mul(gamma.tensor());
    }
  }

  private static Tensor scaled(Scale scale, Tensor x) {
    return scale == null ? x : scale.forward(x);
  }

  /**
   * x [B,L,C] to the same shape.
   *
   * @param blocked see {@link VitAttention#forward}
   * @param edit what becomes of the attention's output [B,L,C] before it is added
   */
  Tensor forward(Tensor x, TokenGrid grid, Tensor blocked, UnaryOperator<Tensor> edit) {
    return engine()
        .tidy(
            scope -> {
              Tensor attended = edit.apply(attend(norm1.forward(x), grid, blocked));
              Tensor y = x.add(dropPath.forward(scaled(scale1, attended)));
              return y.add(dropPath.forward(scaled(scale2, mlp.forward(norm2.forward(y)))));
            });
  }

  private Tensor attend(Tensor x, TokenGrid grid, Tensor blocked) {
    if (window == 0) {
      return attention.forward(x, grid, blocked);
    }
    Windows windows = new Windows(grid.height(), grid.width(), window);
    Tensor map = x.reshape(-1, grid.height(), grid.width(), x.size(2));
    TokenGrid inside = new TokenGrid(0, window, window, Optional.empty());
    return windows
        .join(attention.forward(windows.cut(map, 0), inside, null), 0)
        .reshape(-1, x.size(1), x.size(2));
  }
}
