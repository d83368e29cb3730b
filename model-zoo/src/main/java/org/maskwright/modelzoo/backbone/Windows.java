package org.maskwright.modelzoo.backbone;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * Square attention windows over a map of a given size: cuts a map into them, puts it together
 * again, and says which tokens of a shifted window may see each other.
 *
 * <p>The map is padded right and bottom with zeros to whole windows. Windows are shifted even where
 * one window covers the map, as in the segmentation variant of Swin.
 */
public final class Windows {
  /** Added to the logits of tokens that only the cyclic shift made neighbours. */
  private static final float SEPARATED = -100;

  private final int height;
  private final int width;
  private final int side;
  private final int rows;
  private final int columns;

  /** Windows of {@code side} x {@code side} tokens over a map of that size. */
  public Windows(int height, int width, int side) {
    this.height = height;
    this.width = width;
    this.side = side;
    rows = (height + side - 1) / side;
    columns = (width + side - 1) / side;
  }

  /** Number of windows of an image. */
  int count() {
    return rows * columns;
  }

  /** Tokens of a window. */
  int tokens() {
    return side * side;
  }

  /** [B,H,W,C] to [B*windows,N,C]; the map moves up and left by {@code shift} first. */
  public Tensor cut(Tensor map, int shift) {
    long[] after = {0, (long) rows * side - height, (long) columns * side - width, 0};
    return map.pad(new long[4], after, 0)
        .roll(1, -shift)
        .roll(2, -shift)
        .reshape(-1, rows, side, columns, side, map.size(3))
        .permute(0, 1, 3, 2, 4, 5)
        .reshape(-1, tokens(), map.size(3));
  }

  /** The inverse of {@link #cut}. */
  public Tensor join(Tensor windows, int shift) {
    return windows
        .reshape(-1, rows, columns, side, side, windows.size(2))
        .permute(0, 1, 3, 2, 4, 5)
        .reshape(-1, (long) rows * side, (long) columns * side, windows.size(2))
        .roll(1, shift)
        .roll(2, shift)
        .slice(1, 0, height)
        .slice(2, 0, width);
  }

  /** 0 or -100 for each pair of tokens of each window shifted by {@code shift}: [windows,1,N,N]. */
  Tensor separation(Engine engine, int shift) {
    int n = tokens();
    float[] out = new float[Math.multiplyExact(count(), n * n)];
    int[] region = new int[n];
    for (int w = 0; w < count(); w++) {
      for (int t = 0; t < n; t++) {
        int y = w / columns * side + t / side;
        int x = w % columns * side + t % side;
        region[t] = 3 * region(y, rows * side, shift) + region(x, columns * side, shift);
      }
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          out[(w * n + i) * n + j] = region[i] == region[j] ? 0 : SEPARATED;
        }
      }
    }
    return engine.floats(out, count(), 1, n, n);
  }

  /** Untouched by the seam, before the seam, or after it. */
  private int region(int at, int size, int shift) {
    return at < size - side ? 0 : at < size - shift ? 1 : 2;
  }
}
