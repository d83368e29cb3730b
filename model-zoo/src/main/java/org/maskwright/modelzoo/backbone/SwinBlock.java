package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.array.Activation;
import org.maskwright.engine.nn.DropPath;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/** Window attention, then an MLP; each on the normalised input and added to it. */
final class SwinBlock extends Module {
  private final LayerNorm norm1;
  private final WindowAttention attention;
  private final LayerNorm norm2;
  private final Feedforward mlp;
  private final DropPath dropPath;
  private final int shift;

  SwinBlock(
      Engine engine,
      int channels,
      int heads,
      int side,
      int shift,
      int mlpRatio,
      double dropProbability) {
    super(engine);
    this.shift = shift;
    norm1 = child("norm1", new LayerNorm(engine, channels));
    attention = child("attn", new WindowAttention(engine, channels, heads, side));
    norm2 = child("norm2", new LayerNorm(engine, channels));
    mlp = child("mlp", new Feedforward(engine, channels, mlpRatio * channels));
    dropPath = child("drop_path", new DropPath(engine, dropProbability));
  }

  private static final class Feedforward extends Module {
    private final Linear fc1;
    private final Linear fc2;

    Feedforward(Engine engine, int channels, int hidden) {
      super(engine);
      fc1 = child("fc1", Linear.of(engine, channels, hidden));
      fc2 = child("fc2", Linear.of(engine, hidden, channels));
    }

    Tensor forward(Tensor x) {
      return fc2.forward(fc1.forward(x, Activation.GELU));
    }
  }

  boolean isShifted() {
    return shift > 0;
  }

  /**
   * x [B,H,W,C] to the same shape.
   *
   * @param separation of shifted windows, read if this block shifts
   */
  Tensor forward(Tensor x, Windows windows, Tensor separation) {
    return engine()
        .tidy(
            scope -> {
              Tensor attended =
                  attention.forward(
                      windows.cut(norm1.forward(x), shift), isShifted() ? separation : null);
              Tensor y = x.add(dropPath.forward(windows.join(attended, shift)));
              return y.add(dropPath.forward(mlp.forward(norm2.forward(y))));
            });
  }
}
