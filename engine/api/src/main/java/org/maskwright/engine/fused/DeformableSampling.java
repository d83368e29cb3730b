package org.maskwright.engine.fused;

import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.tensor.CustomOp;
import org.maskwright.engine.tensor.KernelCall;
import org.maskwright.engine.tensor.OpCall;
import org.maskwright.engine.tensor.Tensor;

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
public final class DeformableSampling implements CustomOp {
  private static final String NAME = "deformableSampling";

  private static final String SOURCE = "deformable.cu";
  private static final int LANES = 32; // threads of a row in the kernels of a GPU
  private static final int MOST_LEVELS = 8; // that they take

  private static final DeviceKernel FORWARD =
      DeviceKernel.ofResource(DeformableSampling.class, SOURCE, "deformable_forward");
  private static final DeviceKernel BACKWARD =
      DeviceKernel.ofResource(DeformableSampling.class, SOURCE, "deformable_backward");

  private final int[] heights;
  private final int[] widths;

  private DeformableSampling(int[] heights, int[] widths) {
    this.heights = heights.clone();
    this.widths = widths.clone();
  }

  /**
   * Samples.
   *
   * <p><b>Shapes</b> values [B,S,M,D] with S = sum of h*w over levels; locations
   * [B,Lq,M,levels,points,2] as (x,y) in [0,1] of each level; weights [B,Lq,M,levels,points];
   * result [B,Lq,M*D]
   *
   * <p><b>Cost</b> B*Lq*M*levels*points*D * 4 multiply-adds; the fused kernels save only its inputs
   * for the backward pass.
   *
   * @param heights rows of each level
   * @param widths columns of each level
   * @throws IllegalArgumentException if the shapes do not fit
   */
  public static Tensor sample(
      Tensor values, int[] heights, int[] widths, Tensor locations, Tensor weights) {
    check(values, heights, widths, locations, weights);
    values.engine().countMultiplyAdds(weights.numel() * values.size(3) * 4);
    return new DeformableSampling(heights, widths)
        .apply(
            values.cast(DType.FLOAT32), locations.cast(DType.FLOAT32), weights.cast(DType.FLOAT32));
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
            && Arrays.equals(Arrays.copyOf(locations.shape(), 5), weights.shape());
    if (!fits) {
      throw new IllegalArgumentException(
          NAME
              + ": expected values [B,S,M,D], locations [B,Lq,M,levels,points,2], weights [B,Lq,M,levels,points] with S = "
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

  @Override
  public String name() {
    return NAME;
  }

  private DeformableKernel kernel(Tensor v, Tensor loc) {
    return new DeformableKernel(
        v.intSize(0),
        v.intSize(1),
        v.intSize(2),
        v.intSize(3),
        heights,
        widths,
        loc.intSize(1),
        loc.intSize(4));
  }

  /** By the fused kernel, in Java or of the GPU; null where neither reaches the memory. */
  @Override
  public Tensor forward(OpCall call, Tensor... in) {
    if (in[0].numel() == 0 || in[1].numel() == 0) {
      return null;
    }
    Optional<KernelCall> onDevice = fitsDevice(in) ? call.kernel(FORWARD) : Optional.empty();
    Tensor y = onDevice.isPresent() ? forward(onDevice.get(), call, in) : onHost(call, in);
    if (y != null) {
      for (Tensor t : in) {
        call.save(t);
      }
    }
    return y;
  }

  private boolean fitsDevice(Tensor... in) {
    return heights.length <= MOST_LEVELS
        && in[0].numel() <= Integer.MAX_VALUE
        && in[1].numel() <= Integer.MAX_VALUE;
  }

  private Tensor forward(KernelCall kernel, OpCall call, Tensor... in) {
    Tensor v = in[0];
    Tensor loc = in[1];
    Tensor y = call.engine().zeros(v.size(0), loc.size(1), v.size(2) * v.size(3));
    kernel.read(v).read(loc).read(in[2]).write(y);
    launch(kernel, v, loc);
    return y;
  }

  /** With the sizes and levels, which end the arguments of both kernels. */
  private void launch(KernelCall kernel, Tensor v, Tensor loc) {
    int rows = Math.toIntExact(loc.size(0) * loc.size(1) * loc.size(2));
    int[] levels = new int[1 + 3 * MOST_LEVELS];
    levels[0] = heights.length;
    for (int l = 0, start = 0; l < heights.length; start += heights[l] * widths[l], l++) {
      levels[1 + l] = heights[l];
      levels[1 + MOST_LEVELS + l] = widths[l];
      levels[1 + 2 * MOST_LEVELS + l] = start;
    }
    kernel.ints(rows).ints(v.intSize(1)).ints(v.intSize(2)).ints(v.intSize(3));
    kernel.ints(loc.intSize(1)).ints(loc.intSize(4)).ints(levels);
    kernel.launch((long) rows * LANES);
  }

  private Tensor onHost(OpCall call, Tensor... in) {
    Tensor v = in[0];
    Tensor loc = in[1];
    FloatBuffer values = call.read(v);
    FloatBuffer locations = call.read(loc);
    FloatBuffer weights = call.read(in[2]);
    if (values == null || locations == null || weights == null) {
      return null;
    }
    Tensor y = call.engine().zeros(v.size(0), loc.size(1), v.size(2) * v.size(3));
    FloatBuffer out = call.write(y);
    if (out == null) {
      return null;
    }
    kernel(v, loc).forward(values, locations, weights, out);
    return y;
  }

  @Override
  public Tensor[] backward(OpCall call, Tensor grad) {
    Tensor[] saved = {call.saved(0), call.saved(1), call.saved(2)};
    Tensor[] out = new Tensor[3];
    Arrays.setAll(out, i -> call.engine().zeros(saved[i].shape()));
    Optional<KernelCall> onDevice = call.kernel(BACKWARD);
    if (onDevice.isPresent()) {
      KernelCall kernel = onDevice.get().read(grad).read(saved[0]).read(saved[1]).read(saved[2]);
      launch(kernel.write(out[0]).write(out[1]).write(out[2]), saved[0], saved[1]);
      return out;
    }
    kernel(saved[0], saved[1])
        .backward(
            call.read(grad),
            call.read(saved[0]),
            call.read(saved[1]),
            call.read(saved[2]),
            call.write(out[0]),
            call.write(out[1]),
            call.write(out[2]));
    return out;
  }

  /** One bilinear grid sample per level. */
  @Override
  public Tensor composed(Tensor... in) {
    Tensor v = in[0];
    Tensor loc = in[1];
    Tensor w = in[2];
    long batch = v.size(0);
    long heads = v.size(2);
    long width = v.size(3);
    long queries = loc.size(1);
    long points = loc.size(4);
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
          w.slice(3, l, l + 1L).permute(0, 2, 1, 3, 4).reshape(batch * heads, 1, queries, points);
      Tensor part = map.gridSample(grid).mul(weight).sum(3); // [B*M,D,Lq]
      sum = sum == null ? part : sum.add(part);
      at += n;
    }
    return sum.reshape(batch, heads * width, queries)
        .transpose(1, 2)
        .reshape(batch, queries, heads * width);
  }
}
