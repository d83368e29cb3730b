package org.maskwright.modelzoo.weights;

/**
 * What one file's pickles may cost together, nested ones included. Every opcode is at least one
 * byte, and real checkpoints need about 30 per tensor.
 */
final class PickleBudget {
  private static final long MAX_STEPS = 4_000_000;

  private final long maxBytes;
  private long steps;
  private long bytes;

  /**
   * @param maxBytes bytes that may be copied out of the pickle, normally its own size
   */
  PickleBudget(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void spendSteps(long count) {
    steps += count;
    if (steps > MAX_STEPS) {
      throw new CheckpointException(
          "the pickle takes more than %d steps; no checkpoint does".formatted(MAX_STEPS));
    }
  }

  void spendBytes(long count) {
    bytes += count;
    if (bytes > maxBytes) {
      throw new CheckpointException(
          "the pickle copies more bytes than its size of %d".formatted(maxBytes));
    }
  }
}
