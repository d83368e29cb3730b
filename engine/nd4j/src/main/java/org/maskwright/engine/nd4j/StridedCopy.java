package org.maskwright.engine.nd4j;

import java.nio.ByteBuffer;
import org.maskwright.engine.runtime.Parallel;

/**
 * Copies between two strided readings of memory, for elements of 1, 2, 4 or 8 bytes: all of
 * permute, expand, slice, concat and pad.
 */
final class StridedCopy {
  /** Elements per task below which a thread is not worth waking. */
  private static final int GRAIN = 16_384;

  /** Shorter runs are copied by a loop. */
  private static final int BULK = 16;

  /** Copies of one number that the first-level cache holds. */
  private static final int PATTERN = 4_096;

  /** Side of the square that a transposition moves at once: two of them fit the L1 cache. */
  private static final int BLOCK = 32;

  private static final int TARGET = 0;
  private static final int SOURCE = 1;

  private final Parallel parallel;

  StridedCopy(Parallel parallel) {
    this.parallel = parallel;
  }

  /**
   * target[targetFirst + i . targetStrides] = source[sourceFirst + i . sourceStrides] for all i in
   * {@code shape}; offsets and strides in elements of {@code width} bytes.
   */
  void copy(
      long[] shape,
      int width,
      ByteBuffer target,
      int targetFirst,
      int[] targetStrides,
      ByteBuffer source,
      int sourceFirst,
      int[] sourceStrides) {
    Walk walk =
        Walk.of(
            shape,
            new int[][] {targetStrides, sourceStrides},
            new int[] {targetFirst, sourceFirst});
    if (walk.size == 0) {
      return;
    }
    int transposed = transposedAxis(walk);
    if (width == 4 && transposed >= 0) {
      transpose(walk, transposed, target, source);
      return;
    }
    parallel.range(
        walk.size,
        GRAIN,
        (from, to) -> {
          Walk.Cursor cursor = walk.cursor(from, to);
          int targetStride = walk.runStride(TARGET);
          int sourceStride = walk.runStride(SOURCE);
          while (cursor.next()) {
            run(
                width,
                target,
                cursor.offset(TARGET),
                targetStride,
                source,
                cursor.offset(SOURCE),
                sourceStride,
                cursor.length);
          }
        });
  }

  private static void run(
      int width, ByteBuffer t, int to, int ts, ByteBuffer s, int so, int ss, int n) {
    if (ts == 1 && ss == 1 && n >= BULK) {
      t.put(to * width, s, so * width, n * width);
      return;
    }
    if (ts == 1 && ss == 0 && width == Float.BYTES) {
      fill(t, to, n, s.getInt(4 * so));
      return;
    }
    switch (width) {
      case 1 -> {
        for (int i = 0; i < n; i++) {
          t.put(to + i * ts, s.get(so + i * ss));
        }
      }
      case 2 -> {
        for (int i = 0; i < n; i++) {
          t.putShort(2 * (to + i * ts), s.getShort(2 * (so + i * ss)));
        }
      }
      case 4 -> {
        for (int i = 0; i < n; i++) {
          t.putInt(4 * (to + i * ts), s.getInt(4 * (so + i * ss)));
        }
      }
      case 8 -> {
        for (int i = 0; i < n; i++) {
          t.putLong(8 * (to + i * ts), s.getLong(8 * (so + i * ss)));
        }
      }
      default -> throw new IllegalArgumentException("element of " + width + " bytes");
    }
  }

  /** A broadcast number: the first block by itself, then blocks of what is there already. */
  private static void fill(ByteBuffer target, int to, int n, int bits) {
    int first = Math.min(n, BULK);
    for (int i = 0; i < first; i++) {
      target.putInt(4 * (to + i), bits);
    }
    for (int done = first; done < n; ) {
      int next = Math.min(Math.min(done, PATTERN), n - done);
      target.put(4 * (to + done), target, 4 * to, 4 * next);
      done += next;
    }
  }

  /** The axis that is dense in the source where the last one is dense in the target, or -1. */
  private static int transposedAxis(Walk walk) {
    int last = walk.shape.length - 1;
    if (last == 0 || walk.runStride(TARGET) != 1 || walk.runStride(SOURCE) < 2 || walk.run() < 8) {
      return -1;
    }
    for (int axis = 0; axis < last; axis++) {
      if (walk.strides[SOURCE][axis] == 1 && walk.shape[axis] >= 8) {
        return axis;
      }
    }
    return -1;
  }

  /** Moves squares, so that both memories are read and written in whole cache lines. */
  private void transpose(Walk walk, int rowAxis, ByteBuffer target, ByteBuffer source) {
    int last = walk.shape.length - 1;
    int rows = walk.shape[rowAxis];
    int columns = walk.shape[last];
    int rowBlocks = (rows - 1) / BLOCK + 1;
    int outer = walk.size / (rows * columns);
    int rowStride = walk.strides[TARGET][rowAxis];
    int columnStride = walk.strides[SOURCE][last];
    parallel.range(
        outer * rowBlocks,
        Math.max(1, GRAIN / (BLOCK * columns)),
        (from, to) -> {
          for (int task = from; task < to; task++) {
            int targetOffset = walk.first[TARGET];
            int sourceOffset = walk.first[SOURCE];
            int rest = task / rowBlocks;
            for (int axis = last - 1; axis >= 0; axis--) {
              if (axis != rowAxis) {
                int index = rest % walk.shape[axis];
                rest /= walk.shape[axis];
                targetOffset += index * walk.strides[TARGET][axis];
                sourceOffset += index * walk.strides[SOURCE][axis];
              }
            }
            int row = (task % rowBlocks) * BLOCK;
            int rowEnd = Math.min(rows, row + BLOCK);
            for (int column = 0; column < columns; column += BLOCK) {
              int columnEnd = Math.min(columns, column + BLOCK);
              for (int r = row; r < rowEnd; r++) {
                int t = targetOffset + r * rowStride;
                int s = sourceOffset + r;
                for (int c = column; c < columnEnd; c++) {
                  target.putInt(4 * (t + c), source.getInt(4 * (s + c * columnStride)));
                }
              }
            }
          }
        });
  }
}
