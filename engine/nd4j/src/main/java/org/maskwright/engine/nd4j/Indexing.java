package org.maskwright.engine.nd4j;

import java.nio.ByteBuffer;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.runtime.Parallel;
import org.maskwright.engine.spi.MemoryAccount;
import org.maskwright.engine.spi.Shapes;

/** Reads and additions at positions that an index array gives. */
final class Indexing {
  private static final int GRAIN = 16_384;

  private final Parallel parallel;
  private final MemoryAccount account;
  private final Movement movement;

  Indexing(Parallel parallel, MemoryAccount account, Movement movement) {
    this.parallel = parallel;
    this.account = account;
    this.movement = movement;
  }

  /** Before anything is allocated: a kernel that fails half-way would leave its result behind. */
  private static void check(NdArray index, int length, String op) {
    for (int i = 0; i < index.size(); i++) {
      long position = index.bytes().getLong(8 * i);
      if (position < 0 || position >= length) {
        throw new EngineException(
            op
                + ": expected indices in 0.."
                + (length - 1)
                + ", got "
                + position
                + " at element "
                + i
                + " of the index of shape "
                + Shapes.text(index.shape()));
      }
    }
  }

  private static int position(NdArray index, int i) {
    return (int) index.bytes().getLong(8 * i);
  }

  /** The walk over {@code a} that index follows, with the axis {@code dim} standing still. */
  private static Walk walk(NdArray a, int dim, NdArray index) {
    int[] strides = Extents.strides(a.shape());
    int[] still = strides.clone();
    still[dim] = 0;
    return Walk.of(index.shape(), still);
  }

  NdArray gather(NdArray a, int dim, NdArray index) {
    check(index, a.rank() == 0 ? 1 : a.dim(dim), "gather");
    NdArray out = NdArray.allocate(account, a.dtype(), index.shape());
    if (a.rank() == 0) {
      if (index.size() > 0) {
        copyElement(out, 0, a, 0);
      }
      return out;
    }
    Walk walk = walk(a, dim, index);
    int step = Extents.strides(a.shape())[dim];
    parallel.range(
        out.size(),
        GRAIN,
        (from, to) -> {
          Walk.Cursor cursor = walk.cursor(from, to);
          int stride = walk.runStride(0);
          int at = from;
          while (cursor.next()) {
            for (int i = 0; i < cursor.length; i++, at++) {
              int offset = cursor.offset(0) + i * stride;
              copyElement(out, at, a, offset + step * position(index, at));
            }
          }
        });
    return out;
  }

  private static void copyElement(NdArray out, int to, NdArray a, int from) {
    ByteBuffer target = out.bytes();
    ByteBuffer source = a.bytes();
    switch (a.dtype().bytes()) {
      case 1 -> target.put(to, source.get(from));
      case 2 -> target.putShort(2 * to, source.getShort(2 * from));
      case 4 -> target.putInt(4 * to, source.getInt(4 * from));
      default -> target.putLong(8 * to, source.getLong(8 * from));
    }
  }

  /** Adds to a copy of {@code base}. */
  NdArray scatterAdd(NdArray base, int dim, NdArray index, NdArray source) {
    check(index, base.rank() == 0 ? 1 : base.dim(dim), "scatterAdd");
    NdArray out = movement.copy(base);
    if (index.size() == 0) {
      return out;
    }
    if (out.rank() == 0) {
      add(out, 0, source, 0);
      return out;
    }
    Walk walk = walk(out, dim, index);
    int[] sourceStrides = Extents.strides(source.shape());
    Walk sourceWalk = Walk.of(index.shape(), sourceStrides);
    int step = Extents.strides(out.shape())[dim];
    int outer = Extents.span(index.shape(), 0, dim);
    int block = index.size() / outer;
    // Blocks before dim write to different places; inside a block two elements may meet.
    parallel.range(
        outer,
        Math.max(1, GRAIN / block),
        (first, last) -> {
          Walk.Cursor cursor = walk.cursor(first * block, last * block);
          Offsets sources = new Offsets(sourceWalk, first * block, last * block);
          int stride = walk.runStride(0);
          int at = first * block;
          while (cursor.next()) {
            for (int i = 0; i < cursor.length; i++, at++) {
              int offset = cursor.offset(0) + i * stride;
              int to = offset + step * position(index, at);
              add(out, to, source, sources.next());
            }
          }
        });
    return out;
  }

  /** Element offsets of a walk, one by one. */
  private static final class Offsets {
    private final Walk.Cursor cursor;
    private final int stride;
    private int in;

    Offsets(Walk walk, int from, int to) {
      cursor = walk.cursor(from, to);
      stride = walk.runStride(0);
    }

    int next() {
      if (in == cursor.length) {
        cursor.next();
        in = 0;
      }
      return cursor.offset(0) + stride * in++;
    }
  }

  private static void add(NdArray out, int to, NdArray source, int from) {
    if (out.dtype() == DType.FLOAT32) {
      ByteBuffer bytes = out.bytes();
      bytes.putFloat(4 * to, bytes.getFloat(4 * to) + source.bytes().getFloat(4 * from));
    } else if (out.dtype().isHalf()) {
      float sum = Tiles.floatAt(out, to) + Tiles.floatAt(source, from);
      Tiles.store(new float[] {sum}, 1, out, to);
    } else {
      Tiles.put(out, to, Tiles.longAt(out, to) + Tiles.longAt(source, from));
    }
  }

  NdArray indexSelect(NdArray a, int dim, NdArray index) {
    check(index, a.dim(dim), "indexSelect");
    NdArray out = NdArray.allocate(account, a.dtype(), Shapes.with(a.shape(), dim, index.size()));
    if (out.size() == 0) {
      return out;
    }
    int n = a.dim(dim);
    int picks = index.size();
    int inner = Extents.span(a.shape(), dim + 1, a.rank()) * a.dtype().bytes();
    int outer = Extents.span(a.shape(), 0, dim);
    parallel.range(
        outer * picks,
        Math.max(1, 4 * GRAIN / inner),
        (from, to) -> {
          for (int row = from; row < to; row++) {
            int source = (row / picks) * n + position(index, row % picks);
            out.bytes().put(row * inner, a.bytes(), source * inner, inner);
          }
        });
    return out;
  }

  /** Adds to a copy of {@code base}. */
  NdArray indexAdd(NdArray base, int dim, NdArray index, NdArray source) {
    check(index, base.dim(dim), "indexAdd");
    NdArray out = movement.copy(base);
    int picks = index.size();
    if (source.size() == 0) {
      return out;
    }
    int n = out.dim(dim);
    int inner = Extents.span(out.shape(), dim + 1, out.rank());
    int outer = Extents.span(out.shape(), 0, dim);
    // Parallel over places that never meet: outer blocks, or stripes of the inner run.
    int stripe = outer > 1 ? inner : Math.min(inner, Tiles.LENGTH / 4);
    int stripes = (inner - 1) / stripe + 1;
    parallel.range(
        outer * stripes,
        Math.max(1, GRAIN / (picks * stripe)),
        (from, to) -> {
          for (int task = from; task < to; task++) {
            int block = task / stripes;
            int start = (task % stripes) * stripe;
            int length = Math.min(stripe, inner - start);
            for (int pick = 0; pick < picks; pick++) {
              int row = position(index, pick);
              int target = (block * n + row) * inner + start;
              int origin = (block * picks + pick) * inner + start;
              for (int i = 0; i < length; i++) {
                add(out, target + i, source, origin + i);
              }
            }
          }
        });
    return out;
  }
}
