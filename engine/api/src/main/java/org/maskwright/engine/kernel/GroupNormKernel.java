package org.maskwright.engine.kernel;

import java.nio.FloatBuffer;
import org.maskwright.engine.runtime.Parallel;

/**
 * The backward pass of group normalisation on the CPU. LibTorch's takes ten times as long where a
 * group has few channels: 32 groups of 64 channels in a small model.
 *
 * <p><b>Maths</b> with n numbers in a group, A = sum_c w_c sum g and B = sum_c w_c sum g x: gx = r
 * w g + p x + q, p = (A mean - B) r^3 / n, q = -p mean - A r / n; gw = sum_b (sum g x - mean sum g)
 * r; gb = sum_b sum g; r = 1/std
 *
 * <p><b>Source</b> group normalisation, arXiv 1803.08494; the gradient follows from its definition
 *
 * <p><b>Threads</b> stateless after construction; {@link Parallel} over images and groups.
 */
public final class GroupNormKernel {
  private final RowKernels rows = RowKernels.get();
  private final FloatBuffer grad;
  private final FloatBuffer x;
  private final FloatBuffer mean;
  private final FloatBuffer rstd;
  private final FloatBuffer w;
  private final int groups;
  private final int images;
  private final int channels;
  private final int pixels;
  private final int perGroup; // channels

  /**
   * For B images of C channels of P pixels, C and P at least 1, in {@code groups} of channels.
   *
   * @param grad [B,C,P] of the result
   * @param x [B,C,P]
   * @param mean [B,groups]
   * @param rstd [B,groups]
   * @param w [C]
   */
  public GroupNormKernel(
      FloatBuffer grad,
      FloatBuffer x,
      FloatBuffer mean,
      FloatBuffer rstd,
      FloatBuffer w,
      int groups) {
    this.grad = grad;
    this.x = x;
    this.mean = mean;
    this.rstd = rstd;
    this.w = w;
    this.groups = groups;
    this.images = mean.limit() / groups;
    this.channels = w.limit();
    this.pixels = x.limit() / (images * channels);
    this.perGroup = channels / groups;
  }

  /**
   * Writes the gradients.
   *
   * @param gx as x, or null
   * @param gw [C], or null with gb
   * @param gb [C]
   */
  public void backward(FloatBuffer gx, FloatBuffer gw, FloatBuffer gb) {
    double[] sums = new double[images * channels];
    double[] products = new double[images * channels];
    Parallel.forEach(images * groups, i -> group(i, gx, sums, products));
    if (gw == null) {
      return;
    }
    for (int c = 0; c < channels; c++) {
      double weight = 0;
      double bias = 0;
      for (int b = 0; b < images; b++) {
        int group = b * groups + c / perGroup;
        int at = b * channels + c;
        weight += (products[at] - mean.get(group) * sums[at]) * rstd.get(group);
        bias += sums[at];
      }
      gw.put(c, (float) weight);
      gb.put(c, (float) bias);
    }
  }

  private void group(int group, FloatBuffer gx, double[] sums, double[] products) {
    int first = group * perGroup; // of all images' channels
    float[] g = new float[pixels];
    float[] v = new float[pixels];
    double a = 0;
    double b = 0;
    for (int c = first; c < first + perGroup; c++) {
      grad.get(c * pixels, g, 0, pixels);
      x.get(c * pixels, v, 0, pixels);
      sums[c] = rows.sum(g, 0, pixels);
      products[c] = rows.dot(g, v, pixels);
      a += w.get(c % channels) * sums[c];
      b += w.get(c % channels) * products[c];
    }
    if (gx == null) {
      return;
    }
    double n = (double) perGroup * pixels;
    double m = mean.get(group);
    double r = rstd.get(group);
    double p = (a * m - b) * r * r * r / n;
    float slope = (float) p;
    float offset = (float) (-p * m - a * r / n);
    for (int c = first; c < first + perGroup; c++) {
      grad.get(c * pixels, g, 0, pixels);
      x.get(c * pixels, v, 0, pixels);
      float factor = (float) (r * w.get(c % channels));
      for (int i = 0; i < pixels; i++) {
        g[i] = factor * g[i] + slope * v[i] + offset;
      }
      gx.put(c * pixels, g, 0, pixels);
    }
  }
}
