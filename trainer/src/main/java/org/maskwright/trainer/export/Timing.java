package org.maskwright.trainer.export;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How long things take beside each other: each runs until it is warm (compiled, its memory at
 * hand), then they take turns.
 *
 * @param millis the median of each
 * @param rounds how often each was measured
 */
record Timing(List<Double> millis, int rounds) {
  private static final double NANOS_IN_MILLI = 1e6;

  /** Of each, at least one run. */
  private static final long WARM_UP_NANOS = 400_000_000L;

  /** Of all, and no more rounds than {@link #MOST_ROUNDS} nor fewer than {@link #FEW_ROUNDS}. */
  private static final long NANOS = 1_200_000_000L;

  private static final int MOST_ROUNDS = 15;
  private static final int FEW_ROUNDS = 3;

  /** Beyond this one round has to do: runs so long differ little. */
  private static final long PATIENCE_NANOS = 15_000_000_000L;

  /** Keeps a copy. */
  Timing {
    millis = List.copyOf(millis);
  }

  /** Of things that have run before at most once. */
  static Timing of(Runnable... things) {
    for (Runnable thing : things) {
      long start = System.nanoTime();
      do {
        thing.run();
      } while (System.nanoTime() - start < WARM_UP_NANOS);
    }
    List<double[]> rounds = new ArrayList<>();
    long start = System.nanoTime();
    do {
      double[] round = new double[things.length];
      for (int i = 0; i < things.length; i++) {
        long begun = System.nanoTime();
        things[i].run();
        round[i] = (System.nanoTime() - begun) / NANOS_IN_MILLI;
      }
      rounds.add(round);
    } while (more(rounds.size(), System.nanoTime() - start));
    List<Double> medians = new ArrayList<>();
    for (int i = 0; i < things.length; i++) {
      int thing = i;
      medians.add(median(rounds.stream().mapToDouble(round -> round[thing]).toArray()));
    }
    return new Timing(medians, rounds.size());
  }

  private static boolean more(int rounds, long nanos) {
    return rounds < MOST_ROUNDS && nanos < (rounds < FEW_ROUNDS ? PATIENCE_NANOS : NANOS);
  }

  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
