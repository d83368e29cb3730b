package org.maskwright.engine.kernel;

import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;
import org.maskwright.engine.runtime.Parallel;

/**
 * Many vectors, of very different lengths, as one row of blocks: threads share the blocks of all of
 * them, where a loop over the vectors would leave the short ones to one thread and wait after each
 * of the long ones.
 *
 * @param <T> what holds a vector
 */
final class Blocks<T> {
  /** Elements of a block, but for the last of a vector: a few of them fit the first-level cache. */
  static final int SIZE = 1024;

  /** Blocks below which handing work to another thread costs more than it saves. */
  private static final int SHARED_FROM = 64;

  private final List<T> vectors;
  private final int[] lengths;

  /** The number of each vector's first block, and behind the last the number of all. */
  private final int[] first;

  private Blocks(List<T> vectors, int[] lengths) {
    this.vectors = vectors;
    this.lengths = lengths;
    this.first = new int[lengths.length + 1];
    for (int i = 0; i < lengths.length; i++) {
      first[i + 1] = Math.addExact(first[i], -Math.floorDiv(-lengths[i], SIZE));
    }
  }

  /** Those of {@code vectors}. */
  static <T> Blocks<T> of(List<T> vectors, ToIntFunction<T> length) {
    return new Blocks<>(vectors, vectors.stream().mapToInt(length).toArray());
  }

  /** Work on one block. */
  interface Body<T> {
    /**
     * Called for every block once, by several threads at once.
     *
     * @param at its first element
     * @param size its number of elements
     * @param number of the block, counted over all vectors
     */
    void run(T vector, int at, int size, int number);
  }

  /** The number of blocks. */
  int count() {
    return first[lengths.length];
  }

  /** Runs {@code body} for all, in any order, and waits. */
  void forEach(Body<T> body) {
    if (count() < SHARED_FROM) {
      range(0, count(), body);
    } else {
      Parallel.forRanges(count(), (from, to) -> range(from, to, body));
    }
  }

  private void range(int from, int to, Body<T> body) {
    int found = Arrays.binarySearch(first, from);
    int i = found < 0 ? -found - 2 : found;
    for (int number = from; number < to; number++) {
      while (number >= first[i + 1]) {
        i++;
      }
      int at = (number - first[i]) * SIZE;
      body.run(vectors.get(i), at, Math.min(SIZE, lengths[i] - at), number);
    }
  }
}
