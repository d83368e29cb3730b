package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** Multi-head self-attention inside windows with a learned bias by relative position. */
final class WindowAttention extends Module {
  private static final double BIAS_STD = 0.02;
  private final int heads;
  private final Parameter biasTable;
  private final Linear qkv;
  private final Linear proj;
  private final long[] relativeIndex;

  WindowAttention(Engine engine, int channels, int heads, int side) {
    super(engine);
    this.heads = heads;
    int span = 2 * side - 1;
    biasTable =
        parameter(
            "relative_position_bias_table",
            Init.truncatedNormal(engine, initStream(), BIAS_STD, (long) span * span, heads));
    qkv = child("qkv", Linear.of(engine, channels, 3 * channels));
    proj = child("proj", Linear.of(engine, channels, channels));
    relativeIndex = SwinPart.Settings.relativePositions(side);
  }

  /**
   * Attends inside each window.
   *
   * @param windows [B*windows,N,C]
   * @param separation [windows,1,N,N] added to the logits, or null
   */
  Tensor forward(Tensor windows, Tensor separation) {
    long n = windows.size(1);
    long channels = windows.size(2);
    long width = channels / heads;
    Tensor bias =
        biasTable
            .tensor()
            .indexSelect(0, engine().longs(relativeIndex, relativeIndex.length))
            .reshape(n, n, heads)
            .permute(2, 0, 1)
            .unsqueeze(0); // [1,M,N,N]
    // Windows and heads share an axis where the bias differs between windows, so that it
    // broadcasts over images.
    long perImage = separation == null ? 1 : separation.size(0);
    if (separation != null) {
      bias = bias.add(separation).reshape(1, perImage * heads, n, n);
    }
    Tensor parts =
        qkv.forward(windows)
            .reshape(-1, perImage, n, 3, heads, width)
            .permute(3, 0, 1, 4, 2, 5)
            .reshape(3, -1, perImage * heads, n, width); // [3,B,W*M,N,D]
    Tensor y =
        Attention.scaledDotProduct(
            parts.select(0, 0), parts.select(0, 1), parts.select(0, 2), null, bias);
    return proj.forward(
        y.reshape(-1, heads, n, width).permute(0, 2, 1, 3).reshape(-1, n, channels));
  }
}
