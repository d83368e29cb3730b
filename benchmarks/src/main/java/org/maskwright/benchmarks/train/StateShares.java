package org.maskwright.benchmarks.train;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Bytes of optimiser state and peak memory of each of several processes, with the state whole in
 * each and divided among them, as a table. benchmarks/processes/run.sh starts it. Arguments: a
 * variant of the zoo, side of the square images, numbers of processes.
 */
public final class StateShares {
  private static final double MIB = 1 << 20;
  private static final int OBJECTS = 10;
  private static final int STEPS = 2;

  private StateShares() {}

  public static void main(String[] args) {
    if (args.length != 3) {
      throw new IllegalArgumentException(
          "expected MODEL SIZE PROCESSES, got " + Arrays.toString(args));
    }
    System.out.println(
        "| processes | state | optimiser's state of each process, MiB | peak of each process, MiB | step, ms |"
            + "\n|---|---|---|---|---|");
    for (String count : args[2].split(",", -1)) {
      int processes = Integer.parseInt(count);
      for (boolean divided : processes == 1 ? new boolean[] {false} : new boolean[] {false, true}) {
        var wish =
            new ProcessSteps.Wish(args[0], Integer.parseInt(args[1]), OBJECTS, 1, STEPS, divided);
        row(processes, divided, ProcessSteps.run(processes, wish));
      }
    }
  }

  private static void row(int processes, boolean divided, List<ProcessSteps.Result> results) {
    System.out.printf(
        Locale.ROOT,
        "| %d | %s | %s | %s | %.0f |%n",
        processes,
        divided ? "divided" : "whole",
        String.join(
            ", ",
            results.stream()
                .map(r -> String.format(Locale.ROOT, "%.1f", r.stateBytes() / MIB))
                .toList()),
        String.join(", ", results.stream().map(r -> String.valueOf(r.peakMiB())).toList()),
        results.get(0).stepMillis());
  }
}
