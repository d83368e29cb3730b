package org.maskwright.engine.nd4j;

import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.Shapes;

/**
 * Reorders, repeats, cuts and joins arrays; shares memory where the result is a contiguous part.
 */
final class Movement {
  private final MemoryAccount account;
  private final StridedCopy copier;
  private final Elementwise elementwise;

  Movement(Parallel parallel, MemoryAccount account, Elementwise elementwise) {
    this.account = account;
    this.copier = new StridedCopy(parallel);
    this.elementwise = elementwise;
  }

  NdArray reshape(NdArray a, long[] shape) {
    return a.view(account, shape, 0);
  }

  NdArray permute(NdArray a, int[] order) {
    long[] shape = new long[order.length];
    int[] strides = new int[order.length];
    int[] own = Extents.strides(a.shape());
    for (int i = 0; i < order.length; i++) {
      shape[i] = a.shape()[order[i]];
      strides[i] = own[order[i]];
    }
    return strided(a, shape, strides, 0);
  }

  NdArray expand(NdArray a, long[] shape) {
    return strided(a, shape, Extents.broadcastStrides(a.shape(), shape), 0);
  }

  NdArray slice(NdArray a, int dim, long start, long end, long step) {
    long length = end <= start ? 0 : (end - start - 1) / step + 1;
    long[] shape = Shapes.with(a.shape(), dim, length);
    int[] strides = Extents.strides(a.shape());
    int first = length == 0 ? 0 : (int) (start * strides[dim]);
    strides[dim] = length <= 1 ? 0 : Math.toIntExact(step * strides[dim]);
    return strided(a, shape, strides, first);
  }

  /** A view where the strided reading is a contiguous part, else a copy. */
  private NdArray strided(NdArray a, long[] shape, int[] strides, int first) {
    Walk walk = Walk.of(shape, strides);
    if (walk.size == 0 || walk.isContiguous(0)) {
      return a.view(account, shape, walk.size == 0 ? 0 : first);
    }
    NdArray out = NdArray.allocate(account, a.dtype(), shape);
    copier.copy(
        shape,
        a.dtype().bytes(),
        out.bytes(),
        0,
        Extents.strides(shape),
        a.bytes(),
        first,
        strides);
    return out;
  }

  void copyInto(NdArray target, NdArray source) {
    int[] strides = Extents.strides(target.shape());
    copier.copy(
        target.shape(),
        target.dtype().bytes(),
        target.bytes(),
        0,
        strides,
        source.bytes(),
        0,
        strides);
  }

  void sliceInto(NdArray target, int dim, long start, long step, NdArray source) {
    int[] strides = Extents.strides(target.shape());
    int first = (int) (start * strides[dim]);
    // With one element the stride is never used, and a large step might overflow.
    strides[dim] = source.dim(dim) <= 1 ? 0 : Math.toIntExact(step * strides[dim]);
    copier.copy(
        source.shape(),
        target.dtype().bytes(),
        target.bytes(),
        first,
        strides,
        source.bytes(),
        0,
        Extents.strides(source.shape()));
  }

  NdArray concat(NdArray[] parts, int dim) {
    long length = 0;
    for (NdArray part : parts) {
      length += part.shape()[dim];
    }
    NdArray out =
        NdArray.allocate(account, parts[0].dtype(), Shapes.with(parts[0].shape(), dim, length));
    long start = 0;
    for (NdArray part : parts) {
      if (part.size() > 0) {
        sliceInto(out, dim, start, 1, part);
      }
      start += part.shape()[dim];
    }
    return out;
  }

  NdArray pad(NdArray a, long[] before, long[] after, double value) {
    long[] shape = a.shape().clone();
    for (int i = 0; i < shape.length; i++) {
      shape[i] += before[i] + after[i];
    }
    NdArray out = NdArray.allocate(account, a.dtype(), shape);
    elementwise.fill(out, value);
    if (a.size() == 0) {
      return out;
    }
    int[] strides = Extents.strides(shape);
    int first = 0;
    for (int i = 0; i < shape.length; i++) {
      first += (int) before[i] * strides[i];
    }
    copier.copy(
        a.shape(),
        a.dtype().bytes(),
        out.bytes(),
        first,
        strides,
        a.bytes(),
        0,
        Extents.strides(a.shape()));
    return out;
  }

  /** A copy with memory of its own. */
  NdArray copy(NdArray a) {
    NdArray out = NdArray.allocate(account, a.dtype(), a.shape());
    copyInto(out, a);
    return out;
  }
}
