package org.maskwright.engine.kernel;

/** {@link RowKernels} without vector instructions: four partial sums, widened by hand. */
public final class ScalarRows implements RowKernels {
  @Override
  public String description() {
    return "scalar";
  }

  @Override
  public void addFour(
      float[] sum,
      float[] v,
      int i00,
      int i01,
      int i10,
      int i11,
      float w00,
      float w01,
      float w10,
      float w11) {
    for (int d = 0; d < sum.length; d++) {
      sum[d] += w00 * v[i00 + d] + w01 * v[i01 + d] + w10 * v[i10 + d] + w11 * v[i11 + d];
    }
  }

  @Override
  public void backwardFour(
      float[] g,
      float[] v,
      float[] gv,
      int i00,
      int i01,
      int i10,
      int i11,
      float w00,
      float w01,
      float w10,
      float w11,
      float[] dots) {
    dots[0] = dot(g, v, i00, g.length);
    dots[1] = dot(g, v, i01, g.length);
    dots[2] = dot(g, v, i10, g.length);
    dots[3] = dot(g, v, i11, g.length);
    addScaled(gv, i00, g, w00);
    addScaled(gv, i01, g, w01);
    addScaled(gv, i10, g, w10);
    addScaled(gv, i11, g, w11);
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
