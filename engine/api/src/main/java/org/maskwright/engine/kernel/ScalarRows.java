package org.maskwright.engine.kernel;

/** {@link RowKernels} without vector instructions: four partial sums, widened by hand. */
public final class ScalarRows implements RowKernels {
  @Override
  public String description() {
    return "scalar";
  }

  @Override
  public void addRows(float[] sum, float[] v, int[] at, float[] w, int count) {
    for (int k = 0; k < count; k += 4) {
      addFour(sum, v, at, w, k);
    }
  }

  /** In one pass over the sum, which is read and written once for four rows. */
  private static void addFour(float[] sum, float[] v, int[] at, float[] w, int k) {
    int a0 = at[k];
    int a1 = at[k + 1];
    int a2 = at[k + 2];
    int a3 = at[k + 3];
    float w0 = w[k];
    float w1 = w[k + 1];
    float w2 = w[k + 2];
    float w3 = w[k + 3];
    for (int d = 0; d < sum.length; d++) {
      sum[d] += w0 * v[a0 + d] + w1 * v[a1 + d] + w2 * v[a2 + d] + w3 * v[a3 + d];
    }
  }

  @Override
  public void addRowsBackward(
      float[] g, float[] v, float[] gv, int[] at, float[] w, int count, float[] dots) {
    for (int k = 0; k < count; k++) {
      dots[k] = dot(g, v, at[k], g.length);
      addScaled(gv, at[k], g, w[k]);
    }
  }

  @Override
  public void logistic(float[] x, float[] sigmoid, float[] softplus, int n) {
    Logistic.apply(x, sigmoid, softplus, 0, n);
  }

  @Override
  public float sum(float[] x, int from, int n) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int i = from;
    int end = from + n;
    for (; i + 3 < end; i += 4) {
      s0 += x[i];
      s1 += x[i + 1];
      s2 += x[i + 2];
      s3 += x[i + 3];
    }
    for (; i < end; i++) {
      s0 += x[i];
    }
    return (s0 + s1) + (s2 + s3);
  }

  @Override
  public float dot(float[] x, float[] y, int n) {
    return dot(x, y, 0, n);
  }

  private static float dot(float[] g, float[] v, int at, int n) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int d = 0;
    for (; d + 3 < n; d += 4) {
      s0 += g[d] * v[at + d];
      s1 += g[d + 1] * v[at + d + 1];
      s2 += g[d + 2] * v[at + d + 2];
      s3 += g[d + 3] * v[at + d + 3];
    }
    for (; d < n; d++) {
      s0 += g[d] * v[at + d];
    }
    return (s0 + s1) + (s2 + s3);
  }

  private static void addScaled(float[] target, int at, float[] g, float factor) {
    for (int d = 0; d < g.length; d++) {
      target[at + d] += factor * g[d];
    }
  }
}
