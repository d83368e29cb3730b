package org.maskwright.trainer.result;

/**
 * How the tiles along one side of a picture share its positions: within a ramp around the middle of
 * each overlap the weight goes from one tile to the next in even steps, elsewhere one tile counts
 * alone. At each position the weights add up to 1.
 */
final class BlendAxis {
  private final int[] ramps; // where the ramp to the next tile begins
  private final int length;
  private final int end;

  /**
   * The tiles of one side.
   *
   * @param cores where the core of each tile begins
   * @param overlap the least that neighbours have in common
   * @param mostRamp positions of a ramp at most
   * @param end of the side
   */
  BlendAxis(int[] cores, int overlap, int mostRamp, int end) {
    int shortest = Math.min(overlap, mostRamp);
    for (int i = 2; i < cores.length; i++) {
      shortest = Math.min(shortest, cores[i] - cores[i - 1]); // ramps must not meet
    }
    this.length = Math.max(1, shortest);
    this.ramps = new int[cores.length - 1];
    for (int i = 0; i < ramps.length; i++) {
      ramps[i] = cores[i + 1] - length / 2;
    }
    this.end = end;
  }

  /** Positions of a ramp. */
  int length() {
    return length;
  }

  /** Where a tile begins to count. */
  int begin(int tile) {
    return tile == 0 ? 0 : ramps[tile - 1];
  }

  /** Where a tile counts alone: behind the ramp from the one before. */
  int alone(int tile) {
    return tile == 0 ? 0 : ramps[tile - 1] + length;
  }

  /** Where the next tile begins to count. */
  int next(int tile) {
    return tile == ramps.length ? end : ramps[tile];
  }

  /** Where a tile ceases to count. */
  int end(int tile) {
    return tile == ramps.length ? end : ramps[tile] + length;
  }

  /** The weight of the later tile at a position of a ramp, 0 to length - 1. */
  float rising(int position) {
    return (position + 0.5f) / length;
  }
}
