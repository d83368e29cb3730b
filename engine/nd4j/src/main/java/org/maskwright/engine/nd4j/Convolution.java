package org.maskwright.engine.nd4j;

import java.nio.FloatBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.bytedeco.javacpp.FloatPointer;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.ReduceOp;

/**
 * Convolution as matrix products over tiles of output pixels: the patches of a tile (im2col) stay
 * in the L2 cache, so that memory never holds the whole patch matrix, and tiles run side by side.
 * Where each channel is by itself, {@link Depthwise} computes.
 */
final class Convolution implements AutoCloseable {
  /** Floats of a tile's patches: 1 MiB. */
  private static final int TILE_FLOATS = 1 << 18;

  private static final int MIN_PIXELS = 32;

  private final Parallel parallel;
  private final MemoryAccount account;
  private final Elementwise elementwise;
  private final Reductions reductions;
  private final Gemm gemm;
  private final Depthwise depthwise;

  /** Patch buffers, kept between calls; not counted among the engine's arrays. */
  private final ConcurrentLinkedQueue<NdArray> spare = new ConcurrentLinkedQueue<>();

  private final MemoryAccount spareAccount = new MemoryAccount();

  Convolution(
      Parallel parallel,
      MemoryAccount account,
      Elementwise elementwise,
      Reductions reductions,
      Gemm gemm) {
    this.parallel = parallel;
    this.account = account;
    this.elementwise = elementwise;
    this.reductions = reductions;
    this.gemm = gemm;
    this.depthwise = new Depthwise(parallel, account);
  }

  @Override
  public void close() {
    NdArray buffer;
    while ((buffer = spare.poll()) != null) {
      buffer.release();
    }
  }

  private NdArray scratch(int floats) {
    NdArray buffer = spare.poll();
    if (buffer != null && buffer.size() >= floats) {
      return buffer;
    }
    if (buffer != null) {
      buffer.release();
    }
    return NdArray.allocate(spareAccount, DType.FLOAT32, new long[] {floats});
  }

  private interface PatchBody {
    void run(int from, int to, NdArray patches);
  }

  /** Tasks that call {@link Gemm#call}; each thread with a buffer, or with null for 0 floats. */
  private void withPatches(int tasks, int grain, int floats, PatchBody body) {
    gemm.parallel(
        tasks,
        grain,
        (from, to) -> {
          NdArray patches = floats == 0 ? null : scratch(floats);
          try {
            body.run(from, to, patches);
          } finally {
            if (patches != null) {
              spare.add(patches);
            }
          }
        });
  }

  /** Sizes of one call; per group: {@code inputs} channels in, {@code outputs} out. */
  private record Sizes(
      int batch,
      int groups,
      int inputs,
      int outputs,
      int height,
      int width,
      int outHeight,
      int outWidth,
      Patches patches) {
    static Sizes of(NdArray x, NdArray w, Conv2dSpec spec) {
      int kernelH = w.dim(2);
      int kernelW = w.dim(3);
      int height = x.dim(2);
      int width = x.dim(3);
      int outHeight = (int) spec.outHeight(height, kernelH);
      int outWidth = (int) spec.outWidth(width, kernelW);
      return new Sizes(
          x.dim(0),
          spec.groups(),
          w.dim(1),
          w.dim(0) / spec.groups(),
          height,
          width,
          outHeight,
          outWidth,
          new Patches(spec, kernelH, kernelW, height, width, outWidth));
    }

    int kernel() {
      return patches.kernelH() * patches.kernelW();
    }

    int pixels() {
      return outHeight * outWidth;
    }

    /** Pixels of a tile whose patches take {@code rows} floats each. */
    int tilePixels(int rows) {
      int wanted = Math.max(MIN_PIXELS, TILE_FLOATS / Math.max(1, rows));
      int tiles = (pixels() - 1) / wanted + 1;
      return (pixels() - 1) / tiles + 1;
    }
  }

  NdArray forward(NdArray x, NdArray w, NdArray bias, Conv2dSpec spec) {
    if (x.dtype().isHalf()) {
      return forwardInFloat(x, w, bias, spec);
    }
    if (Depthwise.fits(w, spec)) {
      return depthwise.forward(x, w, bias, spec);
    }
    Sizes s = Sizes.of(x, w, spec);
    long[] shape = {s.batch, (long) s.groups * s.outputs, s.outHeight, s.outWidth};
    NdArray out = NdArray.allocate(account, DType.FLOAT32, shape);
    int depth = s.inputs * s.kernel();
    if (out.size() == 0) {
      return out;
    }
    if (bias != null) {
      fillBias(out, bias, s);
    }
    if (depth == 0) {
      if (bias == null) {
        elementwise.fill(out, 0);
      }
      return out;
    }
    int pixels = s.pixels();
    int tile = s.tilePixels(depth);
    int tiles = (pixels - 1) / tile + 1;
    float beta = bias == null ? 0f : 1f;
    FloatPointer px = x.pointer(0);
    FloatPointer pw = w.pointer(0);
    FloatPointer po = out.pointer(0);
    int plane = s.height * s.width;
    withPatches(
        s.batch * s.groups * tiles,
        grain((long) s.outputs * tile * depth),
        s.patches.isIdentity() ? 0 : depth * tile,
        (from, to, patches) -> {
          FloatPointer pp = patches == null ? null : patches.pointer(0);
          for (int task = from; task < to; task++) {
            int item = task / tiles;
            int group = item % s.groups;
            int start = (task % tiles) * tile;
            int n = Math.min(tile, pixels - start);
            if (n <= 0) {
              continue;
            }
            int source = item * s.inputs * plane;
            if (patches != null) {
              s.patches.gather(x.floats(), source, s.inputs, start, n, patches.floats(), n);
            }
            Gemm.call(
                false,
                false,
                s.outputs,
                n,
                depth,
                Gemm.at(pw, group * s.outputs * depth),
                depth,
                patches == null ? Gemm.at(px, source + start) : pp,
                patches == null ? plane : n,
                beta,
                Gemm.at(po, item * s.outputs * pixels + start),
                pixels);
          }
        });
    return out;
  }

  private static int grain(long multiplications) {
    return (int) Math.max(1, (1L << 20) / Math.max(1, multiplications));
  }

  private NdArray forwardInFloat(NdArray x, NdArray w, NdArray bias, Conv2dSpec spec) {
    try (Temporaries wide = new Temporaries()) {
      NdArray wideX = wide.add(elementwise.cast(x, DType.FLOAT32));
      NdArray wideW = wide.add(elementwise.cast(w, DType.FLOAT32));
      NdArray wideB = bias == null ? null : wide.add(elementwise.cast(bias, DType.FLOAT32));
      return elementwise.cast(wide.add(forward(wideX, wideW, wideB, spec)), x.dtype());
    }
  }

  private void fillBias(NdArray out, NdArray bias, Sizes s) {
    int channels = s.groups * s.outputs;
    int pixels = s.pixels();
    FloatBuffer target = out.floats();
    parallel.range(
        s.batch * channels,
        Math.max(1, 8 * Tiles.LENGTH / pixels),
        (from, to) -> {
          float[] row = new float[Math.min(pixels, Tiles.LENGTH)];
          for (int plane = from; plane < to; plane++) {
            java.util.Arrays.fill(row, Tiles.floatAt(bias, plane % channels));
            for (int at = 0; at < pixels; at += row.length) {
              target.put(plane * pixels + at, row, 0, Math.min(row.length, pixels - at));
            }
          }
        });
  }

  NdArray[] backward(
      NdArray grad,
      NdArray x,
      NdArray w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB) {
    if (grad.dtype().isHalf()) {
      return backwardInFloat(grad, x, w, spec, needX, needW, needB);
    }
    NdArray[] grads = new NdArray[3];
    try {
      if (needX) {
        grads[0] = inputGradient(grad, x, w, spec);
      }
      if (needW) {
        grads[1] = weightGradient(grad, x, w, spec);
      }
      if (needB) {
        grads[2] = reductions.reduce(ReduceOp.SUM, grad, new int[] {0, 2, 3}, false);
      }
      return grads;
    } catch (RuntimeException | Error e) {
      for (NdArray part : grads) {
        if (part != null) {
          part.release();
        }
      }
      throw e;
    }
  }

  private NdArray[] backwardInFloat(
      NdArray grad,
      NdArray x,
      NdArray w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB) {
    try (Temporaries wide = new Temporaries()) {
      NdArray wideGrad = wide.add(elementwise.cast(grad, DType.FLOAT32));
      NdArray wideX = wide.add(elementwise.cast(x, DType.FLOAT32));
      NdArray wideW = wide.add(elementwise.cast(w, DType.FLOAT32));
      NdArray[] grads = backward(wideGrad, wideX, wideW, spec, needX, needW, needB);
      for (NdArray part : grads) {
        if (part != null) {
          wide.add(part);
        }
      }
      for (int i = 0; i < grads.length; i++) {
        if (grads[i] != null) {
          grads[i] = elementwise.cast(grads[i], grad.dtype());
        }
      }
      return grads;
    }
  }

  private NdArray inputGradient(NdArray grad, NdArray x, NdArray w, Conv2dSpec spec) {
    if (Depthwise.fits(w, spec)) {
      return depthwise.inputGradient(grad, x.shape(), w, spec);
    }
    int padH = spec.dilationH() * (w.dim(2) - 1) - spec.padH();
    int padW = spec.dilationW() * (w.dim(3) - 1) - spec.padW();
    boolean dense = spec.strideH() == 1 && spec.strideW() == 1 && padH >= 0 && padW >= 0;
    if (dense && x.size() > 0 && grad.size() > 0) {
      // With stride 1 the adjoint is a convolution with the rotated kernel: no additions at
      // overlapping places.
      NdArray rotated = rotate(w, spec.groups());
      try {
        Conv2dSpec adjoint =
            new Conv2dSpec(1, 1, padH, padW, spec.dilationH(), spec.dilationW(), spec.groups());
        return forward(grad, rotated, null, adjoint);
      } finally {
        rotated.release();
      }
    }
    NdArray out = NdArray.allocate(account, DType.FLOAT32, x.shape());
    elementwise.fill(out, 0);
    if (out.size() > 0 && grad.size() > 0) {
      addPatchGradients(grad, w, Sizes.of(x, w, spec), out);
    }
    return out;
  }

  /** [O,C/g,kH,kW] to [C,O/g,kH,kW] with both kernel axes reversed. */
  private NdArray rotate(NdArray w, int groups) {
    int outputs = w.dim(0) / groups;
    int inputs = w.dim(1);
    int kernel = w.dim(2) * w.dim(3);
    NdArray out =
        NdArray.allocate(
            account,
            DType.FLOAT32,
            new long[] {(long) groups * inputs, outputs, w.dim(2), w.dim(3)});
    FloatBuffer source = w.floats();
    FloatBuffer target = out.floats();
    parallel.range(
        groups * inputs,
        Math.max(1, 8 * Tiles.LENGTH / (outputs * kernel)),
        (from, to) -> {
          for (int channel = from; channel < to; channel++) {
            int group = channel / inputs;
            int c = channel % inputs;
            for (int o = 0; o < outputs; o++) {
              int s = ((group * outputs + o) * inputs + c) * kernel;
              int t = (channel * outputs + o) * kernel;
              for (int k = 0; k < kernel; k++) {
                target.put(t + kernel - 1 - k, source.get(s + k));
              }
            }
          }
        });
    return out;
  }

  /** Splits a group's input channels; each part owns its channels, so parts never meet. */
  private int channelBlocks(Sizes s, int others) {
    int wanted = Math.max(1, 2 * parallel.threads() / Math.max(1, others));
    return Math.min(s.inputs, wanted);
  }

  private void addPatchGradients(NdArray grad, NdArray w, Sizes s, NdArray out) {
    int depth = s.inputs * s.kernel();
    int pixels = s.pixels();
    int plane = s.height * s.width;
    int blocks = channelBlocks(s, s.batch * s.groups);
    int block = (s.inputs - 1) / blocks + 1;
    int tile = s.tilePixels(block * s.kernel());
    FloatPointer pg = grad.pointer(0);
    FloatPointer pw = w.pointer(0);
    withPatches(
        s.batch * s.groups * blocks,
        1,
        block * s.kernel() * tile,
        (from, to, patches) -> {
          FloatPointer pp = patches.pointer(0);
          for (int task = from; task < to; task++) {
            int item = task / blocks;
            int first = (task % blocks) * block;
            int channels = Math.min(block, s.inputs - first);
            if (channels <= 0) {
              continue;
            }
            int rows = channels * s.kernel();
            int weights = (item % s.groups) * s.outputs * depth + first * s.kernel();
            for (int start = 0; start < pixels; start += tile) {
              int n = Math.min(tile, pixels - start);
              FloatPointer g = Gemm.at(pg, item * s.outputs * pixels + start);
              FloatPointer a = Gemm.at(pw, weights);
              Gemm.call(true, false, rows, n, s.outputs, a, depth, g, pixels, 0f, pp, n);
              int target = (item * s.inputs + first) * plane;
              s.patches.scatterAdd(patches.floats(), n, start, n, out.floats(), target, channels);
            }
          }
        });
  }

  private NdArray weightGradient(NdArray grad, NdArray x, NdArray w, Conv2dSpec spec) {
    if (Depthwise.fits(w, spec)) {
      return depthwise.weightGradient(grad, x, w, spec);
    }
    NdArray out = NdArray.allocate(account, DType.FLOAT32, w.shape());
    if (grad.size() == 0 || x.size() == 0) {
      elementwise.fill(out, 0);
      return out;
    }
    Sizes s = Sizes.of(x, w, spec);
    int depth = s.inputs * s.kernel();
    int pixels = s.pixels();
    int plane = s.height * s.width;
    int blocks = channelBlocks(s, s.groups);
    int block = (s.inputs - 1) / blocks + 1;
    int tile = s.tilePixels(block * s.kernel());
    FloatPointer pg = grad.pointer(0);
    FloatPointer px = x.pointer(0);
    FloatPointer po = out.pointer(0);
    boolean direct = s.patches.isIdentity();
    withPatches(
        s.groups * blocks,
        1,
        direct ? 0 : block * s.kernel() * tile,
        (from, to, patches) -> {
          FloatPointer pp = direct ? null : patches.pointer(0);
          for (int task = from; task < to; task++) {
            int group = task / blocks;
            int first = (task % blocks) * block;
            int channels = Math.min(block, s.inputs - first);
            if (channels <= 0) {
              continue;
            }
            int rows = channels * s.kernel();
            FloatPointer c = Gemm.at(po, group * s.outputs * depth + first * s.kernel());
            float beta = 0f;
            for (int image = 0; image < s.batch; image++) {
              int item = image * s.groups + group;
              int source = (item * s.inputs + first) * plane;
              for (int start = 0; start < pixels; start += tile) {
                int n = Math.min(tile, pixels - start);
                FloatPointer g = Gemm.at(pg, item * s.outputs * pixels + start);
                if (!direct) {
                  s.patches.gather(x.floats(), source, channels, start, n, patches.floats(), n);
                }
                FloatPointer b = direct ? Gemm.at(px, source + start) : pp;
                int ldb = direct ? plane : n;
                Gemm.call(false, true, s.outputs, rows, n, g, pixels, b, ldb, beta, c, depth);
                beta = 1f;
              }
            }
          }
        });
    return out;
  }
}
