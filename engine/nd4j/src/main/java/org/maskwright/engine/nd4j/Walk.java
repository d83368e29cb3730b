package org.maskwright.engine.nd4j;

/**
 * How one logical array is read from one or several memories: a shape and, for each memory, strides
 * in elements and a first offset. Axes that lie behind one another in all memories are merged, so
 * that most walks end in one long run.
 */
final class Walk {
  final int[] shape;
  final int[][] strides;
  final int[] first;
  final int size;

  private Walk(int[] shape, int[][] strides, int[] first, int size) {
    this.shape = shape;
    this.strides = strides;
    this.first = first;
    this.size = size;
  }

  /** Merges axes; {@code strides[k]} belongs to memory k. */
  static Walk of(long[] shape, int[][] strides, int[] first) {
    int rank = 0;
    int[] merged = new int[Math.max(1, shape.length)];
    int[][] steps = new int[strides.length][merged.length];
    for (int axis = 0; axis < shape.length; axis++) {
      if (shape[axis] == 1) {
        continue;
      }
      if (rank > 0 && mergeable(steps, strides, rank - 1, axis, shape[axis])) {
        merged[rank - 1] *= (int) shape[axis];
        for (int k = 0; k < strides.length; k++) {
          steps[k][rank - 1] = strides[k][axis];
        }
      } else {
        merged[rank] = (int) shape[axis];
        for (int k = 0; k < strides.length; k++) {
          steps[k][rank] = strides[k][axis];
        }
        rank++;
      }
    }
    if (rank == 0) {
      merged[0] = 1;
      rank = 1;
    }
    int[][] trimmed = new int[strides.length][];
    for (int k = 0; k < strides.length; k++) {
      trimmed[k] = java.util.Arrays.copyOf(steps[k], rank);
    }
    return new Walk(java.util.Arrays.copyOf(merged, rank), trimmed, first, Extents.size(shape));
  }

  /** One memory from its start. */
  static Walk of(long[] shape, int[] strides) {
    return of(shape, new int[][] {strides}, new int[1]);
  }

  private static boolean mergeable(
      int[][] steps, int[][] strides, int last, int axis, long length) {
    for (int k = 0; k < strides.length; k++) {
      if (steps[k][last] != strides[k][axis] * length) {
        return false;
      }
    }
    return true;
  }

  /** Length of the innermost run. */
  int run() {
    return shape[shape.length - 1];
  }

  /** Stride of memory k along the innermost run. */
  int runStride(int k) {
    return strides[k][shape.length - 1];
  }

  /** Whether memory k is read from its start without gaps or repeats. */
  boolean isContiguous(int k) {
    return first[k] == 0 && shape.length == 1 && (strides[k][0] == 1 || shape[0] == 1);
  }

  /** The runs that cover the elements {@code from} to {@code to} (exclusive). */
  Cursor cursor(int from, int to) {
    return new Cursor(this, from, to);
  }

  /** Steps through runs; after {@link #next()} the fields describe the present run. */
  static final class Cursor {
    private final Walk walk;
    private final int[] index;
    private final int[] offsets;
    private final int end;
    private int position;

    /** Elements of the run. */
    int length;

    private Cursor(Walk walk, int from, int to) {
      this.walk = walk;
      this.end = to;
      this.position = from;
      this.index = new int[walk.shape.length];
      this.offsets = walk.first.clone();
      int rest = from;
      for (int axis = index.length - 1; axis >= 0; axis--) {
        index[axis] = rest % walk.shape[axis];
        rest /= walk.shape[axis];
        for (int k = 0; k < offsets.length; k++) {
          offsets[k] += index[axis] * walk.strides[k][axis];
        }
      }
    }

    /** Offset of the run's first element in memory k. */
    int offset(int k) {
      return offsets[k];
    }

    /** Moves to the next run; false at the end. */
    boolean next() {
      if (length > 0) {
        advance();
      }
      if (position >= end) {
        return false;
      }
      int last = index.length - 1;
      length = Math.min(walk.shape[last] - index[last], end - position);
      position += length;
      return true;
    }

    private void advance() {
      int axis = index.length - 1;
      index[axis] += length;
      for (int k = 0; k < offsets.length; k++) {
        offsets[k] += length * walk.strides[k][axis];
      }
      while (axis > 0 && index[axis] == walk.shape[axis]) {
        for (int k = 0; k < offsets.length; k++) {
          offsets[k] += walk.strides[k][axis - 1] - walk.shape[axis] * walk.strides[k][axis];
        }
        index[axis] = 0;
        axis--;
        index[axis]++;
      }
    }
  }
}
