package org.maskwright.engine.kernel;

import java.nio.FloatBuffer;

/**
 * Fused multi-scale deformable sampling on the CPU, forward and backward.
 *
 * <p>One task per image and head: it copies that head's values into a compact [S,D] array, which
 * stays in the second-level cache, and then walks the queries. Gradients of the values are
 * accumulated in such an array too, so no two tasks write the same memory.
 *
 * <p><b>Source</b> Deformable DETR (arXiv 2010.04159), equation 3; {@link
 * org.maskwright.engine.tensor.DeformableSampling} holds the contract and the twin.
 *
 * <p><b>Threads</b> stateless after construction; {@link Parallel} over B*M tasks.
 */
public final class DeformableKernel {
  private final int batch;
  private final int tokens;
  private final int heads;
  private final int width;
  private final int[] heights;
  private final int[] widths;
  private final int[] starts;
  private final int queries;
  private final int points;

  /**
   * For values [batch,tokens,heads,width], levels of the given sizes and locations
   * [batch,queries,heads,levels,points,2].
   */
  public DeformableKernel(
      int batch,
      int tokens,
      int heads,
      int width,
      int[] heights,
      int[] widths,
      int queries,
      int points) {
    this.batch = batch;
    this.tokens = tokens;
    this.heads = heads;
    this.width = width;
    this.heights = heights.clone();
    this.widths = widths.clone();
    this.queries = queries;
    this.points = points;
    this.starts = new int[heights.length];
    for (int l = 1; l < heights.length; l++) {
      starts[l] = starts[l - 1] + heights[l - 1] * widths[l - 1];
    }
  }

  /**
   * The four pixels around a location: indices into a compact head and bilinear coefficients, 0
   * outside the map.
   */
  private static final class Corners {
    int i00;
    int i01;
    int i10;
    int i11;
    float in00;
    float in01;
    float in10;
    float in11;
    float fx;
    float fy;

    boolean set(float locX, float locY, int w, int h, int start, int width) {
      float x = locX * w - 0.5f;
      float y = locY * h - 0.5f;
      if (!(x > -1 && y > -1 && x < w && y < h)) {
        return false;
      }
      int x0 = (int) Math.floor(x);
      int y0 = (int) Math.floor(y);
      fx = x - x0;
      fy = y - y0;
      boolean left = x0 >= 0;
      boolean right = x0 + 1 < w;
      boolean top = y0 >= 0;
      boolean bottom = y0 + 1 < h;
      int base = start + y0 * w + x0;
      in00 = left && top ? 1 : 0;
      in01 = right && top ? 1 : 0;
      in10 = left && bottom ? 1 : 0;
      in11 = right && bottom ? 1 : 0;
      i00 = left && top ? base * width : 0;
      i01 = right && top ? (base + 1) * width : 0;
      i10 = left && bottom ? (base + w) * width : 0;
      i11 = right && bottom ? (base + w + 1) * width : 0;
      return true;
    }
  }

  private float[] head(FloatBuffer values, int b, int m) {
    float[] out = new float[tokens * width];
    FloatBuffer source = values.duplicate();
    for (int s = 0; s < tokens; s++) {
      source.get(((b * tokens + s) * heads + m) * width, out, s * width, width);
    }
    return out;
  }

  /**
   * Writes out [B,Lq,M*D] from values [B,S,M,D], locations [B,Lq,M,L,P,2] and weights [B,Lq,M,L,P].
   */
  public void forward(
      FloatBuffer values, FloatBuffer locations, FloatBuffer weights, FloatBuffer out) {
    Parallel.forEach(
        batch * heads,
        task -> forward(task / heads, task % heads, values, locations, weights, out));
  }

  private void forward(
      int b,
      int m,
      FloatBuffer values,
      FloatBuffer locations,
      FloatBuffer weights,
      FloatBuffer out) {
    float[] v = head(values, b, m);
    int perQuery = heights.length * points;
    float[] loc = new float[perQuery * 2];
    float[] weight = new float[perQuery];
    float[] sum = new float[width];
    Corners c = new Corners();
    for (int q = 0; q < queries; q++) {
      int row = (b * queries + q) * heads + m;
      locations.get(row * perQuery * 2, loc, 0, perQuery * 2);
      weights.get(row * perQuery, weight, 0, perQuery);
      java.util.Arrays.fill(sum, 0);
      for (int i = 0; i < perQuery; i++) {
        int l = i / points;
        if (c.set(loc[2 * i], loc[2 * i + 1], widths[l], heights[l], starts[l], width)) {
          float a = weight[i];
          float a1 = a * c.fy;
          float a0 = a - a1;
          addFour(
              sum,
              v,
              c,
              a0 * (1 - c.fx) * c.in00,
              a0 * c.fx * c.in01,
              a1 * (1 - c.fx) * c.in10,
              a1 * c.fx * c.in11);
        }
      }
      out.put(row * width, sum, 0, width);
    }
  }

  private void addFour(
      float[] sum, float[] v, Corners c, float w00, float w01, float w10, float w11) {
    int i00 = c.i00;
    int i01 = c.i01;
    int i10 = c.i10;
    int i11 = c.i11;
    for (int d = 0; d < sum.length; d++) {
      sum[d] += w00 * v[i00 + d] + w01 * v[i01 + d] + w10 * v[i10 + d] + w11 * v[i11 + d];
    }
  }

  /**
   * Adds to (zeroed) gradients of values, locations and weights, given the gradient of the result.
   */
  public void backward(
      FloatBuffer grad,
      FloatBuffer values,
      FloatBuffer locations,
      FloatBuffer weights,
      FloatBuffer gradValues,
      FloatBuffer gradLocations,
      FloatBuffer gradWeights) {
    Parallel.forEach(
        batch * heads,
        task ->
            backward(
                task / heads,
                task % heads,
                grad,
                values,
                locations,
                weights,
                gradValues,
                gradLocations,
                gradWeights));
  }

  private void backward(
      int b,
      int m,
      FloatBuffer grad,
      FloatBuffer values,
      FloatBuffer locations,
      FloatBuffer weights,
      FloatBuffer gradValues,
      FloatBuffer gradLocations,
      FloatBuffer gradWeights) {
    float[] v = head(values, b, m);
    float[] gv = new float[v.length];
    int perQuery = heights.length * points;
    float[] loc = new float[perQuery * 2];
    float[] weight = new float[perQuery];
    float[] gLoc = new float[perQuery * 2];
    float[] gWeight = new float[perQuery];
    float[] g = new float[width];
    Corners c = new Corners();
    for (int q = 0; q < queries; q++) {
      int row = (b * queries + q) * heads + m;
      locations.get(row * perQuery * 2, loc, 0, perQuery * 2);
      weights.get(row * perQuery, weight, 0, perQuery);
      grad.get(row * width, g, 0, width);
      for (int i = 0; i < perQuery; i++) {
        int l = i / points;
        if (c.set(loc[2 * i], loc[2 * i + 1], widths[l], heights[l], starts[l], width)) {
          point(c, g, v, gv, weight[i], i, widths[l], heights[l], gLoc, gWeight);
        } else {
          gLoc[2 * i] = 0;
          gLoc[2 * i + 1] = 0;
          gWeight[i] = 0;
        }
      }
      gradLocations.put(row * perQuery * 2, gLoc, 0, perQuery * 2);
      gradWeights.put(row * perQuery, gWeight, 0, perQuery);
    }
    FloatBuffer target = gradValues.duplicate();
    for (int s = 0; s < tokens; s++) {
      target.put(((b * tokens + s) * heads + m) * width, gv, s * width, width);
    }
  }

  private static void point(
      Corners c,
      float[] g,
      float[] v,
      float[] gv,
      float weight,
      int i,
      int w,
      int h,
      float[] gLoc,
      float[] gWeight) {
    float d00 = dot(g, v, c.i00) * c.in00;
    float d01 = dot(g, v, c.i01) * c.in01;
    float d10 = dot(g, v, c.i10) * c.in10;
    float d11 = dot(g, v, c.i11) * c.in11;
    float fx = c.fx;
    float fy = c.fy;
    gWeight[i] = (1 - fy) * ((1 - fx) * d00 + fx * d01) + fy * ((1 - fx) * d10 + fx * d11);
    gLoc[2 * i] = weight * w * ((1 - fy) * (d01 - d00) + fy * (d11 - d10));
    gLoc[2 * i + 1] = weight * h * ((1 - fx) * (d10 - d00) + fx * (d11 - d01));
    float a1 = weight * fy;
    float a0 = weight - a1;
    addScaled(gv, c.i00, g, a0 * (1 - fx) * c.in00);
    addScaled(gv, c.i01, g, a0 * fx * c.in01);
    addScaled(gv, c.i10, g, a1 * (1 - fx) * c.in10);
    addScaled(gv, c.i11, g, a1 * fx * c.in11);
  }

  /**
   * Four partial sums: the order of a float sum may not be changed by the compiler, so it is
   * widened by hand.
   */
  private static float dot(float[] g, float[] v, int at) {
    float s0 = 0;
    float s1 = 0;
    float s2 = 0;
    float s3 = 0;
    int d = 0;
    for (; d + 3 < g.length; d += 4) {
      s0 += g[d] * v[at + d];
      s1 += g[d + 1] * v[at + d + 1];
      s2 += g[d + 2] * v[at + d + 2];
      s3 += g[d + 3] * v[at + d + 3];
    }
    for (; d < g.length; d++) {
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
