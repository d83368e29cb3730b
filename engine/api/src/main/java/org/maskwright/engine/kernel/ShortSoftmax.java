package org.maskwright.engine.kernel;

import java.nio.FloatBuffer;
import org.maskwright.engine.runtime.Parallel;

/**
 * Softmax of many short rows, forward and backward, on the CPU: the attention weights of deformable
 * attention are rows of 12, for which LibTorch's kernels, made for long rows, take ten times as
 * long.
 *
 * <p><b>Maths</b> y = exp(x - max x) / sum exp(x - max x); backward y (g - sum g y)
 *
 * <p><b>Threads</b> stateless; {@link Parallel} over blocks of rows.
 */
public final class ShortSoftmax {
  /** Longest row for which this pays. */
  public static final int LONGEST = 32;

  private static final int BLOCK = 4096; // numbers

  private ShortSoftmax() {}

  private interface Body {
    /** Turns the first {@code size} numbers of a block, whole rows, into the result. */
    void run(float[] block, int from, int size);
  }

  /**
   * Writes the softmax of each row.
   *
   * @param x rows of {@code n} numbers, one after the other
   * @param y receives as many numbers
   */
  public static void forward(FloatBuffer x, FloatBuffer y, int n) {
    blocks(x, y, n, (block, from, size) -> forwardRows(block, size, n));
  }

  /**
   * Writes the gradient of each row of the input.
   *
   * @param grad of the result
   * @param y the result
   * @param out receives as many numbers
   */
  public static void backward(FloatBuffer grad, FloatBuffer y, FloatBuffer out, int n) {
    blocks(
        grad,
        out,
        n,
        (block, from, size) -> {
          float[] rows = new float[size];
          y.get(from, rows, 0, size);
          backwardRows(block, rows, size, n);
        });
  }

  private static void blocks(FloatBuffer in, FloatBuffer out, int n, Body body) {
    int total = in.limit();
    int block = BLOCK / n * n;
    Parallel.forEach(
        (total + block - 1) / block,
        i -> {
          int size = Math.min(block, total - i * block);
          float[] numbers = new float[size];
          in.get(i * block, numbers, 0, size);
          body.run(numbers, i * block, size);
          out.put(i * block, numbers, 0, size);
        });
  }

  private static void forwardRows(float[] x, int size, int n) {
    for (int row = 0; row < size; row += n) {
      float max = x[row];
      for (int i = row + 1; i < row + n; i++) {
        max = Math.max(max, x[i]);
      }
      float sum = 0;
      for (int i = row; i < row + n; i++) {
        float below = x[i] - max;
        x[i] = below < Logistic.LOWEST ? 0 : Logistic.exp(below);
        sum += x[i];
      }
      float factor = 1 / sum;
      for (int i = row; i < row + n; i++) {
        x[i] *= factor;
      }
    }
  }

  private static void backwardRows(float[] g, float[] y, int size, int n) {
    for (int row = 0; row < size; row += n) {
      float sum = 0;
      for (int i = row; i < row + n; i++) {
        sum += g[i] * y[i];
      }
      for (int i = row; i < row + n; i++) {
        g[i] = y[i] * (g[i] - sum);
      }
    }
  }
}
