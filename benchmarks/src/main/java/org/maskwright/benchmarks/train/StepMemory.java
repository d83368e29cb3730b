package org.maskwright.benchmarks.train;

import java.io.IOException;
import java.util.Arrays;
import java.util.Locale;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.Variants;

/**
 * What is alive at the peak of a training step's memory, by where it was made, and what the process
 * takes beside it. benchmarks/steps/memory.sh starts it. Arguments: a variant of the zoo, side of
 * the square images, objects in each, batch, threads (0 for as many as cores).
 */
public final class StepMemory {
  private static final double MIB = 1 << 20;
  private static final int STEPS = 3;

  private StepMemory() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 5) {
      throw new IllegalArgumentException(
          "expected MODEL SIZE OBJECTS BATCH THREADS, got " + Arrays.toString(args));
    }
    LiveArrays arrays = new LiveArrays(TimedBackend.torch(Integer.parseInt(args[4])));
    try (Engine engine = Engine.open(arrays.backend());
        TrainingStep step = new TrainingStep(engine, Variants.get(args[0]))) {
      var batch =
          new TrainingStep.Batch(
              Integer.parseInt(args[1]), Integer.parseInt(args[3]), Integer.parseInt(args[2]));
      System.out.printf(
          Locale.ROOT, "process before the first step: peak %d MiB%n", Measured.peakMiB());
      LiveArrays.head();
      for (int i = 1; i <= STEPS; i++) {
        arrays.nextStep();
        step.run(batch);
        Runtime java = Runtime.getRuntime();
        System.out.printf(
            Locale.ROOT,
            "after step %d: peak of the process %d MiB, of arrays %.0f, arrays between steps %.0f,"
                + " Java heap %.0f of %.0f%n",
            i,
            Measured.peakMiB(),
            engine.memory().peakBytes() / MIB,
            engine.memory().liveBytes() / MIB,
            (java.totalMemory() - java.freeMemory()) / MIB,
            java.totalMemory() / MIB);
      }
      arrays.print();
    }
  }
}
