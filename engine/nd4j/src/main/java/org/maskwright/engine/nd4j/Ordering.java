package org.maskwright.engine.nd4j;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.Shapes;

/** Functions along one axis that depend on the order of its elements: argmax, cumsum, topk. */
final class Ordering {
  private static final int GRAIN = 16_384;

  private final Parallel parallel;
  private final MemoryAccount account;

  Ordering(Parallel parallel, MemoryAccount account) {
    this.parallel = parallel;
    this.account = account;
  }

  /** A key that sorts like the element; NaN is above everything. */
  private static long key(NdArray a, int i) {
    if (!a.dtype().isFloating()) {
      return Tiles.longAt(a, i);
    }
    float value = Tiles.floatAt(a, i);
    if (Float.isNaN(value)) {
      return Long.MAX_VALUE;
    }
    // +0f turns -0 into 0, which is its equal.
    int bits = Float.floatToRawIntBits(value + 0f);
    return bits >= 0 ? bits : -(long) (bits & 0x7fffffff);
  }

  NdArray argMax(NdArray a, int dim) {
    NdArray out = NdArray.allocate(account, DType.INT64, Shapes.without(a.shape(), dim));
    int n = a.dim(dim);
    int inner = Extents.span(a.shape(), dim + 1, a.rank());
    parallel.range(
        out.size(),
        Math.max(1, GRAIN / Math.max(1, n)),
        (from, to) -> {
          for (int o = from; o < to; o++) {
            int start = (o / inner) * n * inner + o % inner;
            int best = 0;
            long bestKey = Long.MIN_VALUE;
            for (int i = 0; i < n; i++) {
              long key = key(a, start + i * inner);
              if (key > bestKey) {
                bestKey = key;
                best = i;
              }
            }
            Tiles.put(out, o, best);
          }
        });
    return out;
  }

  /** Sums in double; integers give int64. */
  NdArray cumSum(NdArray a, int dim) {
    DType dtype = a.dtype().isFloating() ? a.dtype() : DType.INT64;
    NdArray out = NdArray.allocate(account, dtype, a.shape());
    if (a.size() == 0) {
      return out;
    }
    if (a.rank() == 0) {
      return copyScalar(a, out);
    }
    int n = a.dim(dim);
    int inner = Extents.span(a.shape(), dim + 1, a.rank());
    parallel.range(
        a.size() / n,
        Math.max(1, GRAIN / n),
        (from, to) -> {
          float[] one = new float[1];
          for (int o = from; o < to; o++) {
            int start = (o / inner) * n * inner + o % inner;
            if (dtype == DType.INT64) {
              long sum = 0;
              for (int i = 0; i < n; i++) {
                sum += Tiles.longAt(a, start + i * inner);
                Tiles.put(out, start + i * inner, sum);
              }
            } else {
              double sum = 0;
              for (int i = 0; i < n; i++) {
                sum += Tiles.floatAt(a, start + i * inner);
                one[0] = (float) sum;
                Tiles.store(one, 1, out, start + i * inner);
              }
            }
          }
        });
    return out;
  }

  private static NdArray copyScalar(NdArray a, NdArray out) {
    if (out.dtype() == DType.INT64) {
      Tiles.put(out, 0, Tiles.longAt(a, 0));
    } else {
      Tiles.store(new float[] {Tiles.floatAt(a, 0)}, 1, out, 0);
    }
    return out;
  }

  /** {values, int64 indices}, falling; of equal elements the first comes first. */
  NdArray[] topK(NdArray a, int k) {
    int last = a.rank() - 1;
    long[] shape = Shapes.with(a.shape(), last, k);
    NdArray values = NdArray.allocate(account, a.dtype(), shape);
    NdArray indices = NdArray.allocate(account, DType.INT64, shape);
    int n = a.dim(last);
    int rows = values.size() == 0 ? 0 : values.size() / k;
    int width = a.dtype().bytes();
    parallel.range(
        rows,
        Math.max(1, GRAIN / Math.max(1, n)),
        (from, to) -> {
          Heap heap = new Heap(k);
          for (int row = from; row < to; row++) {
            heap.size = 0;
            for (int i = 0; i < n; i++) {
              heap.offer(key(a, row * n + i), i);
            }
            for (int j = k - 1; j >= 0; j--) {
              int index = heap.removeSmallest();
              Tiles.put(indices, row * k + j, index);
              values
                  .bytes()
                  .put((row * k + j) * width, a.bytes(), (row * n + index) * width, width);
            }
          }
        });
    return new NdArray[] {values, indices};
  }

  /** The k best (key, index) pairs so far, the worst of them on top. */
  private static final class Heap {
    private final long[] keys;
    private final int[] indices;
    private int size;

    Heap(int k) {
      keys = new long[k];
      indices = new int[k];
    }

    private static boolean worse(long keyA, int indexA, long keyB, int indexB) {
      return keyA < keyB || (keyA == keyB && indexA > indexB);
    }

    void offer(long key, int index) {
      if (size < keys.length) {
        int at = size++;
        while (at > 0 && worse(key, index, keys[(at - 1) / 2], indices[(at - 1) / 2])) {
          set(at, (at - 1) / 2);
          at = (at - 1) / 2;
        }
        keys[at] = key;
        indices[at] = index;
      } else if (size > 0 && worse(keys[0], indices[0], key, index)) {
        sink(key, index);
      }
    }

    int removeSmallest() {
      int index = indices[0];
      size--;
      sink(keys[size], indices[size]);
      return index;
    }

    private void sink(long key, int index) {
      int at = 0;
      int child;
      while ((child = 2 * at + 1) < size) {
        if (child + 1 < size
            && worse(keys[child + 1], indices[child + 1], keys[child], indices[child])) {
          child++;
        }
        if (!worse(keys[child], indices[child], key, index)) {
          break;
        }
        set(at, child);
        at = child;
      }
      keys[at] = key;
      indices[at] = index;
    }

    private void set(int to, int from) {
      keys[to] = keys[from];
      indices[to] = indices[from];
    }
  }
}
