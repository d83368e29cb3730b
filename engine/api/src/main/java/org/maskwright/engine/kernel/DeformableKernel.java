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
  private final RowKernels rows = RowKernels.get();
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

    /** False if the location is a whole pixel or more outside the map, where nothing is sampled. */
    boolean set(float locX, float locY, int w, int h, int start, int width) {
      float x = locX * w - 0.5f;
      float y = locY * h - 0.5f;
      if (!(x > -1 && y > -1 && x < w && y < h)) {
        return false;
      }
      int x0 = (int) (x + 1) - 1; // floor, as x > -1
      int y0 = (int) (y + 1) - 1;
      fx = x - x0;
      fy = y - y0;
      i00 = (start + y0 * w + x0) * width;
      i01 = i00 + width;
      i10 = i00 + w * width;
      i11 = i10 + width;
      in00 = 1;
      in01 = 1;
      in10 = 1;
      in11 = 1;
      if (x0 < 0 || y0 < 0 || x0 + 1 >= w || y0 + 1 >= h) {
        cut(x0 >= 0, x0 + 1 < w, y0 >= 0, y0 + 1 < h);
      }
      return true;
    }

    /** Of a location on the border: pixels outside count nothing and are read at any safe place. */
    private void cut(boolean left, boolean right, boolean top, boolean bottom) {
      if (!(left && top)) {
        i00 = 0;
        in00 = 0;
      }
      if (!(right && top)) {
        i01 = 0;
        in01 = 0;
      }
      if (!(left && bottom)) {
        i10 = 0;
        in10 = 0;
      }
      if (!(right && bottom)) {
        i11 = 0;
        in11 = 0;
      }
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
      for (int i = 0, l = 0, p = 0; i < perQuery; i++, p++) {
        if (p == points) {
          p = 0;
          l++;
        }
        if (c.set(loc[2 * i], loc[2 * i + 1], widths[l], heights[l], starts[l], width)) {
          float a = weight[i];
          float a1 = a * c.fy;
          float a0 = a - a1;
          rows.addFour(
              sum,
              v,
              c.i00,
              c.i01,
              c.i10,
              c.i11,
              a0 * (1 - c.fx) * c.in00,
              a0 * c.fx * c.in01,
              a1 * (1 - c.fx) * c.in10,
              a1 * c.fx * c.in11);
        }
      }
      out.put(row * width, sum, 0, width);
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
    float[] dots = new float[4];
    Corners c = new Corners();
    for (int q = 0; q < queries; q++) {
      int row = (b * queries + q) * heads + m;
      locations.get(row * perQuery * 2, loc, 0, perQuery * 2);
      weights.get(row * perQuery, weight, 0, perQuery);
      grad.get(row * width, g, 0, width);
      for (int i = 0, l = 0, p = 0; i < perQuery; i++, p++) {
        if (p == points) {
          p = 0;
          l++;
        }
        if (c.set(loc[2 * i], loc[2 * i + 1], widths[l], heights[l], starts[l], width)) {
          point(c, g, v, gv, weight[i], i, widths[l], heights[l], gLoc, gWeight, dots);
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

  /** Gradients of one location and its weight; adds to the four rows of gv. */
  private void point(
      Corners c,
      float[] g,
      float[] v,
      float[] gv,
      float weight,
      int i,
      int w,
      int h,
      float[] gLoc,
      float[] gWeight,
      float[] dots) {
    float fx = c.fx;
    float fy = c.fy;
    float a1 = weight * fy;
    float a0 = weight - a1;
    rows.backwardFour(
        g,
        v,
        gv,
        c.i00,
        c.i01,
        c.i10,
        c.i11,
        a0 * (1 - fx) * c.in00,
        a0 * fx * c.in01,
        a1 * (1 - fx) * c.in10,
        a1 * fx * c.in11,
        dots);
    float d00 = dots[0] * c.in00;
    float d01 = dots[1] * c.in01;
    float d10 = dots[2] * c.in10;
    float d11 = dots[3] * c.in11;
    gWeight[i] = (1 - fy) * ((1 - fx) * d00 + fx * d01) + fy * ((1 - fx) * d10 + fx * d11);
    gLoc[2 * i] = weight * w * ((1 - fy) * (d01 - d00) + fy * (d11 - d10));
    gLoc[2 * i + 1] = weight * h * ((1 - fx) * (d10 - d00) + fx * (d11 - d01));
  }
}
