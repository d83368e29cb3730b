package org.maskwright.engine.nd4j;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.Shapes;

/**
 * Matrix products through the OpenBLAS that ND4J loads. Work is split here and each part is one
 * single-threaded call: faster than OpenBLAS's own threads for the many small products of a
 * transformer, and the only way to run a convolution's tiles side by side.
 */
final class Gemm {
  private static final int ROW_MAJOR = 101;
  private static final int NO_TRANSPOSE = 111;
  private static final int TRANSPOSE = 112;

  /** Multiplications per task: about 20 microseconds. */
  private static final long GRAIN = 1L << 20;

  /** Smaller blocks lose more in the kernel's edges than a second thread wins. */
  private static final int MIN_BLOCK = 32;

  private final Parallel parallel;
  private final MemoryAccount account;
  private final Elementwise elementwise;
  private final Reductions reductions;

  Gemm(Parallel parallel, MemoryAccount account, Elementwise elementwise, Reductions reductions) {
    this.parallel = parallel;
    this.account = account;
    this.elementwise = elementwise;
    this.reductions = reductions;
  }

  /**
   * Runs tasks that call {@link #call}; meanwhile OpenBLAS itself uses one thread. Its thread count
   * is one for the whole process (LibTorch may share the library), so it is put back.
   */
  void parallel(int count, int grain, Parallel.Body body) {
    int before = openblas_nolapack.blas_get_num_threads();
    if (before == 1) {
      parallel.range(count, grain, body);
      return;
    }
    openblas_nolapack.blas_set_num_threads(1);
    try {
      parallel.range(count, grain, body);
    } finally {
      openblas_nolapack.blas_set_num_threads(before);
    }
  }

  /** The element at an offset; offsets within one array fit an int. */
  static FloatPointer at(FloatPointer start, int offset) {
    return start.getPointer(offset);
  }

  /** c [m,n] = op(a) op(b) + beta c, row-major with leading dimensions, on the calling thread. */
  static void call(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      FloatPointer a,
      int lda,
      FloatPointer b,
      int ldb,
      float beta,
      FloatPointer c,
      int ldc) {
    openblas_nolapack.cblas_sgemm(
        ROW_MAJOR,
        transposeA ? TRANSPOSE : NO_TRANSPOSE,
        transposeB ? TRANSPOSE : NO_TRANSPOSE,
        m,
        n,
        k,
        1f,
        a,
        Math.max(1, lda),
        b,
        Math.max(1, ldb),
        beta,
        c,
        Math.max(1, ldc));
  }

  NdArray matmul(NdArray a, NdArray b, boolean transposeA, boolean transposeB) {
    if (a.dtype().isHalf()) {
      return inFloat(a, b, null, (x, y, z) -> matmul(x, y, transposeA, transposeB));
    }
    int rank = a.rank();
    int m = a.dim(transposeA ? rank - 1 : rank - 2);
    int k = a.dim(transposeA ? rank - 2 : rank - 1);
    int n = b.dim(transposeB ? rank - 2 : rank - 1);
    long[] shape = a.shape().clone();
    shape[rank - 2] = m;
    shape[rank - 1] = n;
    NdArray out = NdArray.allocate(account, DType.FLOAT32, shape);
    if (k == 0) {
      elementwise.fill(out, 0);
    } else if (out.size() > 0) {
      product(Extents.span(shape, 0, rank - 2), m, n, k, a, transposeA, b, transposeB, 0f, out);
    }
    return out;
  }

  NdArray linear(NdArray x, NdArray w, NdArray bias) {
    if (x.dtype().isHalf()) {
      return inFloat(x, w, bias, this::linear);
    }
    int last = x.rank() - 1;
    int rows = Extents.span(x.shape(), 0, last);
    int in = x.dim(last);
    int outs = w.dim(0);
    NdArray out = NdArray.allocate(account, DType.FLOAT32, Shapes.with(x.shape(), last, outs));
    if (bias != null && out.size() > 0) {
      float[] row = new float[outs];
      Tiles.load(bias, 0, outs, row);
      parallel.range(
          rows,
          Math.max(1, Tiles.LENGTH * 8 / outs),
          (from, to) -> {
            for (int i = from; i < to; i++) {
              out.floats().put(i * outs, row, 0, outs);
            }
          });
    } else if (in == 0) {
      elementwise.fill(out, 0);
    }
    if (in > 0 && out.size() > 0) {
      product(1, rows, outs, in, x, false, w, true, bias == null ? 0f : 1f, out);
    }
    return out;
  }

  /** Gradients {x, w, b}; null where not needed. */
  NdArray[] linearBackward(
      NdArray grad, NdArray x, NdArray w, boolean needX, boolean needW, boolean needB) {
    NdArray[] out = new NdArray[3];
    try (Temporaries matrices = new Temporaries()) {
      NdArray g = matrices.add(rows(grad));
      if (needX) {
        NdArray product = matrices.add(matmul(g, w, false, false));
        out[0] = product.view(account, Shapes.with(grad.shape(), grad.rank() - 1, w.dim(1)), 0);
      }
      if (needW) {
        out[1] = matmul(g, matrices.add(rows(x)), true, false);
      }
      if (needB) {
        out[2] = reductions.reduce(ReduceOp.SUM, g, new int[] {0}, false);
      }
      return out;
    }
  }

  /** [..,n] as a matrix [N,n]. */
  private NdArray rows(NdArray x) {
    int last = x.rank() - 1;
    return x.view(account, new long[] {Extents.span(x.shape(), 0, last), x.dim(last)}, 0);
  }

  private interface FloatProduct {
    NdArray apply(NdArray a, NdArray b, NdArray c);
  }

  /** Arguments of 16 bits as float32, accumulated in float32, the result rounded to their type. */
  private NdArray inFloat(NdArray a, NdArray b, NdArray c, FloatProduct product) {
    try (Temporaries wide = new Temporaries()) {
      NdArray x = wide.add(elementwise.cast(a, DType.FLOAT32));
      NdArray y = wide.add(elementwise.cast(b, DType.FLOAT32));
      NdArray z = c == null ? null : wide.add(elementwise.cast(c, DType.FLOAT32));
      return elementwise.cast(wide.add(product.apply(x, y, z)), a.dtype());
    }
  }

  private void product(
      int batch,
      int m,
      int n,
      int k,
      NdArray a,
      boolean transposeA,
      NdArray b,
      boolean transposeB,
      float beta,
      NdArray out) {
    FloatPointer pa = a.pointer(0);
    FloatPointer pb = b.pointer(0);
    FloatPointer pc = out.pointer(0);
    int lda = transposeA ? m : k;
    int ldb = transposeB ? k : n;
    long work = (long) m * n * k;
    boolean splitRows = m >= n;
    int longer = Math.max(m, n);
    int wanted = batch >= 4 * parallel.threads() ? 1 : 2 * parallel.threads();
    int blocks = (int) Math.max(1, Math.min(wanted, Math.min(longer / MIN_BLOCK, work / GRAIN)));
    int block = (longer - 1) / blocks + 1;
    long grain = Math.max(1, GRAIN * blocks / Math.max(1, work));
    parallel(
        batch * blocks,
        (int) Math.min(Integer.MAX_VALUE, grain),
        (from, to) -> {
          for (int task = from; task < to; task++) {
            int item = task / blocks;
            int start = (task % blocks) * block;
            int length = Math.min(block, longer - start);
            if (length <= 0) {
              continue;
            }
            int rowStart = splitRows ? start : 0;
            int columnStart = splitRows ? 0 : start;
            call(
                transposeA,
                transposeB,
                splitRows ? length : m,
                splitRows ? n : length,
                k,
                at(pa, item * m * k + (transposeA ? rowStart : rowStart * lda)),
                lda,
                at(pb, item * k * n + (transposeB ? columnStart * ldb : columnStart)),
                ldb,
                beta,
                at(pc, item * m * n + rowStart * n + columnStart),
                n);
          }
        });
  }
}
