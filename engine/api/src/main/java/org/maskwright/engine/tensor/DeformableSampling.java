package org.maskwright.engine.tensor;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.maskwright.engine.kernel.DeformableKernel;

/**
 * Multi-scale deformable sampling: for each query and head, the weighted sum of bilinear samples of
 * several feature maps at learned locations.
 *
 * <p><b>Maths</b> out[b,q,m] = sum_l sum_p weights[b,q,m,l,p] * bilinear(values_l[b,:,m],
 * locations[b,q,m,l,p])
 *
 * <p><b>Source</b> Deformable DETR (arXiv 2010.04159), equation 3. Pixel centres at +0.5, zero
 * outside.
 */
public final class DeformableSampling {
  private DeformableSampling() {}

  /**
   * Samples.
   *
   * <p><b>Shapes</b> values [B,S,M,D] with S = sum of h*w over levels; locations
   * [B,Lq,M,levels,points,2] as (x,y) in [0,1] of each level; weights [B,Lq,M,levels,points];
   * result [B,Lq,M*D]
   *
   * <p><b>Cost</b> B*Lq*M*levels*points*D * 4 multiply-adds; the fused CPU kernel saves only its
   * inputs for the backward pass.
   *
   * @param heights rows of each level
   * @param widths columns of each level
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Tensor sample(
      Tensor values, int[] heights, int[] widths, Tensor locations, Tensor weights) {
    Engine engine = Pointwise.sameEngine("deformableSampling", values, locations, weights);
    check(values, heights, widths, locations, weights);
    Tensor v = values.cast(DType.FLOAT32);
    Tensor loc = locations.cast(DType.FLOAT32);
    Tensor w = weights.cast(DType.FLOAT32);
    engine.countMultiplyAdds(weights.numel() * values.size(3) * 4);
    Tensor fast = engine.usesFusedKernels() ? fused(engine, v, heights, widths, loc, w) : null;
    return fast == null ? composed(v, heights, widths, loc, w) : fast;
  }

  private static void check(
      Tensor values, int[] heights, int[] widths, Tensor locations, Tensor weights) {
    long tokens = 0;
    for (int i = 0; i < Math.min(heights.length, widths.length); i++) {
      tokens += (long) heights[i] * widths[i];
    }
    boolean fits =
        heights.length == widths.length
            && values.rank() == 4
            && locations.rank() == 6
            && weights.rank() == 5
            && values.size(1) == tokens
            && locations.size(5) == 2
            && locations.size(0) == values.size(0)
            && locations.size(2) == values.size(2)
            && locations.size(3) == heights.length
            && Arrays.equals(Arrays.copyOf(locations.shapeArray(), 5), weights.shapeArray());
    if (!fits) {
      throw new IllegalArgumentException(
          "deformableSampling: expected values [B,S,M,D], locations [B,Lq,M,levels,points,2], weights [B,Lq,M,levels,points] with S = "
              + tokens
              + " for levels "
              + Arrays.toString(heights)
              + " x "
              + Arrays.toString(widths)
              + ", got "
              + values
              + ", "
              + locations
              + ", "
              + weights);
    }
  }

  /**
   * By the fused kernel; null where it does not reach the memory: not on the host, or an array
   * larger than a buffer can be.
   */
  private static Tensor fused(
      Engine engine, Tensor v, int[] heights, int[] widths, Tensor loc, Tensor w) {
    if (v.numel() == 0 || loc.numel() == 0) {
      return null;
    }
    DeformableKernel kernel;
    Tensor y;
    try (Scope scope = engine.scope()) {
      FloatBuffer values = engine.hostFloats(v);
      FloatBuffer locations = engine.hostFloats(loc);
      FloatBuffer weights = engine.hostFloats(w);
      if (values == null || locations == null || weights == null) {
        return null;
      }
      y = engine.zeros(v.size(0), loc.size(1), v.size(2) * v.size(3));
      FloatBuffer out = engine.hostFloats(y);
      if (out == null) {
        return null;
      }
      kernel =
          new DeformableKernel(
              v.intSize(0),
              v.intSize(1),
              v.intSize(2),
              v.intSize(3),
              heights,
              widths,
              loc.intSize(1),
              loc.intSize(4));
      kernel.forward(values, locations, weights, out);
      scope.keep(y);
    }
    return y.record(
        "deformableSampling",
        new Tensor[] {v, loc, w},
        node -> {
          Tensor sv = node.save(v);
          Tensor sl = node.save(loc);
          Tensor sw = node.save(w);
          return g -> {
            Tensor gv = engine.zeros(sv.shapeArray());
            Tensor gl = engine.zeros(sl.shapeArray());
            Tensor gw = engine.zeros(sw.shapeArray());
            try (Scope scope = engine.scope()) {
              kernel.backward(
                  engine.hostFloats(g),
                  engine.hostFloats(sv),
                  engine.hostFloats(sl),
                  engine.hostFloats(sw),
                  engine.hostFloats(gv),
                  engine.hostFloats(gl),
                  engine.hostFloats(gw));
            }
            return new Tensor[] {gv, gl, gw};
          };
        });
  }

  /** The default: one bilinear grid sample per level. */
  private static Tensor composed(Tensor v, int[] heights, int[] widths, Tensor loc, Tensor w) {
    long batch = v.size(0);
    long heads = v.size(2);
    long width = v.size(3);
    long queries = loc.size(1);
    long points = loc.size(4);
    return v.engine()
        .tidy(
            scope -> {
              Tensor sum = null;
              long at = 0;
              for (int l = 0; l < heights.length; l++) {
                long n = (long) heights[l] * widths[l];
                Tensor map =
                    v.slice(1, at, at + n)
                        .permute(0, 2, 3, 1)
                        .reshape(batch * heads, width, heights[l], widths[l]); // [B*M,D,h,w]
                Tensor grid =
                    loc.slice(3, l, l + 1L)
                        .permute(0, 2, 1, 3, 4, 5)
                        .reshape(batch * heads, queries, points, 2)
                        .mul(2)
                        .sub(1);
                Tensor weight =
                    w.slice(3, l, l + 1L)
                        .permute(0, 2, 1, 3, 4)
                        .reshape(batch * heads, 1, queries, points);
                Tensor part = map.gridSample(grid).mul(weight).sum(3); // [B*M,D,Lq]
                sum = sum == null ? part : sum.add(part);
                at += n;
              }
              return sum.reshape(batch, heads * width, queries)
                  .transpose(1, 2)
                  .reshape(batch, queries, heads * width);
            });
  }
}
