package org.maskwright.engine.fused;

import java.nio.FloatBuffer;
import org.maskwright.engine.kernel.RowKernels;
import org.maskwright.engine.runtime.Parallel;

/**
 * Fused multi-scale deformable sampling on the CPU, forward and backward.
 *
 * <p>One task per image and head: it copies that head's values into a compact [S,D] array, which
 * stays in the second-level cache, and then walks the queries. Gradients of the values are
 * accumulated in such an array too, so no two tasks write the same memory.
 *
 * <p><b>Source</b> Deformable DETR (arXiv 2010.04159), equation 3; {@link DeformableSampling} holds
 * the contract and the twin.
 *
 * <p><b>Threads</b> stateless after construction; {@link Parallel} over B*M tasks.
 */
final class DeformableKernel {
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
  DeformableKernel(
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
   * The four pixels around a location: indices into a compact head, of its last row, which is zero,
   * for those outside the map.
   */
  private final class Corners {
    int i00;
    int i01;
    int i10;
    int i11;
    float x;
    float y;
    float fx;
    float fy;

    /** False if the location is a whole pixel or more outside the map, or not finite. */
    boolean set(float locX, float locY, int level) {
      int w = widths[level];
      int h = heights[level];
      x = locX * w - 0.5f;
      y = locY * h - 0.5f;
      if (!(x > -1 && y > -1 && x < w && y < h)) {
        return false;
      }
      int x0 = (int) (x + 1) - 1; // floor, as x > -1
      int y0 = (int) (y + 1) - 1;
      fx = x - x0;
      fy = y - y0;
      i00 = (starts[level] + y0 * w + x0) * width;
      i01 = i00 + width;
      i10 = i00 + w * width;
      i11 = i10 + width;
      if (x0 < 0 || y0 < 0 || x0 + 1 >= w || y0 + 1 >= h) {
        cut(x0 >= 0, x0 + 1 < w, y0 >= 0, y0 + 1 < h);
      }
      return true;
    }

    /** Of a location on the border: pixels outside count as zero. */
    private void cut(boolean left, boolean right, boolean top, boolean bottom) {
      int zeros = tokens * width;
      i00 = left && top ? i00 : zeros;
      i01 = right && top ? i01 : zeros;
      i10 = left && bottom ? i10 : zeros;
      i11 = right && bottom ? i11 : zeros;
    }
  }

  /**
   * The samples of a query that lie inside their maps, each with its four pixels, so that the rows
   * of all are gone through at once.
   */
  private static final class Taps {
    private final int[] at;
    private final float[] factors;
    private final int[] samples;
    private final float[] fx;
    private final float[] fy;
    private final float[] dots;
    private int count;

    Taps(int most) {
      at = new int[4 * most];
      factors = new float[4 * most];
      samples = new int[most];
      fx = new float[most];
      fy = new float[most];
      dots = new float[8 * 4 * most];
    }

    void add(Corners c, float weight, int sample) {
      float a1 = weight * c.fy;
      float a0 = weight - a1;
      int k = 4 * count;
      at[k] = c.i00;
      at[k + 1] = c.i01;
      at[k + 2] = c.i10;
      at[k + 3] = c.i11;
      factors[k] = a0 * (1 - c.fx);
      factors[k + 1] = a0 * c.fx;
      factors[k + 2] = a1 * (1 - c.fx);
      factors[k + 3] = a1 * c.fx;
      samples[count] = sample;
      fx[count] = c.fx;
      fy[count] = c.fy;
      count++;
    }
  }

  /** The values of one head [tokens + 1,width], the last row zero. */
  private float[] head(FloatBuffer values, int b, int m) {
    float[] out = new float[(tokens + 1) * width];
    FloatBuffer source = values.duplicate();
    for (int s = 0; s < tokens; s++) {
      source.get(((b * tokens + s) * heads + m) * width, out, s * width, width);
    }
    return out;
  }

  /**
   * Writes out [B,Lq,M*D] from values [B,S,M,D], locations [B,Lq,M,L,P,2] and weights [B,Lq,M,L,P].
   */
  void forward(FloatBuffer values, FloatBuffer locations, FloatBuffer weights, FloatBuffer out) {
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
    Taps taps = new Taps(perQuery);
    for (int q = 0; q < queries; q++) {
      int row = (b * queries + q) * heads + m;
      locations.get(row * perQuery * 2, loc, 0, perQuery * 2);
      weights.get(row * perQuery, weight, 0, perQuery);
      java.util.Arrays.fill(sum, 0);
      taps.count = 0;
      for (int i = 0, l = 0, p = 0; i < perQuery; i++, p++) {
        if (p == points) {
          p = 0;
          l++;
        }
        if (!c.set(loc[2 * i], loc[2 * i + 1], l)) {
          addOutside(c, weight[i], sum);
        } else if (Float.isFinite(weight[i])) {
          taps.add(c, weight[i], i);
        } else {
          addWhole(c, v, weight[i], sum);
        }
      }
      rows.addRows(sum, v, taps.at, taps.factors, 4 * taps.count);
      out.put(row * width, sum, 0, width);
    }
  }

  /** The weight times the sample, not times its coefficients, which may be 0. */
  private void addWhole(Corners c, float[] v, float weight, float[] sum) {
    float[] sample = new float[width];
    Taps one = new Taps(1);
    one.add(c, 1, 0);
    rows.addRows(sample, v, one.at, one.factors, 4);
    for (int d = 0; d < width; d++) {
      sum[d] += weight * sample[d];
    }
  }

  /** Outside the map all is zero; a location or weight that is not finite shows all the same. */
  private static void addOutside(Corners c, float weight, float[] sum) {
    if (!Float.isFinite(c.x) || !Float.isFinite(c.y) || !Float.isFinite(weight)) {
      java.util.Arrays.fill(sum, Float.NaN);
    }
  }

  /**
   * Adds to (zeroed) gradients of values, locations and weights, given the gradient of the result.
   */
  void backward(
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
    Taps taps = new Taps(perQuery);
    for (int q = 0; q < queries; q++) {
      int row = (b * queries + q) * heads + m;
      locations.get(row * perQuery * 2, loc, 0, perQuery * 2);
      weights.get(row * perQuery, weight, 0, perQuery);
      grad.get(row * width, g, 0, width);
      taps.count = 0;
      for (int i = 0, l = 0, p = 0; i < perQuery; i++, p++) {
        if (p == points) {
          p = 0;
          l++;
        }
        if (c.set(loc[2 * i], loc[2 * i + 1], l)) {
          taps.add(c, weight[i], i);
        } else {
          // Zero times a bilinear coefficient: each derivative has the other axis's.
          float zeroX = Float.isFinite(c.x) ? 0 : Float.NaN;
          float zeroY = Float.isFinite(c.y) ? 0 : Float.NaN;
          gLoc[2 * i] = weight[i] * zeroY;
          gLoc[2 * i + 1] = weight[i] * zeroX;
          gWeight[i] = zeroX + zeroY;
        }
      }
      rows.addRowsBackward(g, v, gv, taps.at, taps.factors, 4 * taps.count, taps.dots);
      for (int t = 0; t < taps.count; t++) {
        point(taps, t, weight, gLoc, gWeight);
      }
      gradLocations.put(row * perQuery * 2, gLoc, 0, perQuery * 2);
      gradWeights.put(row * perQuery, gWeight, 0, perQuery);
    }
    FloatBuffer target = gradValues.duplicate();
    for (int s = 0; s < tokens; s++) {
      target.put(((b * tokens + s) * heads + m) * width, gv, s * width, width);
    }
  }

  /** Gradients of the location and the weight of tap t. */
  private void point(Taps taps, int t, float[] weight, float[] gLoc, float[] gWeight) {
    int i = taps.samples[t];
    int level = i / points;
    float fx = taps.fx[t];
    float fy = taps.fy[t];
    float d00 = taps.dots[4 * t];
    float d01 = taps.dots[4 * t + 1];
    float d10 = taps.dots[4 * t + 2];
    float d11 = taps.dots[4 * t + 3];
    gWeight[i] = (1 - fy) * ((1 - fx) * d00 + fx * d01) + fy * ((1 - fx) * d10 + fx * d11);
    gLoc[2 * i] = weight[i] * widths[level] * ((1 - fy) * (d01 - d00) + fy * (d11 - d10));
    gLoc[2 * i + 1] = weight[i] * heights[level] * ((1 - fx) * (d10 - d00) + fx * (d11 - d01));
  }
}
