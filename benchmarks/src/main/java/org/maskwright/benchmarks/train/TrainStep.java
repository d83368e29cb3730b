package org.maskwright.benchmarks.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.Variants;

/**
 * Training steps of a model of the zoo on a random batch, with the recipe's loss, optimiser and
 * clipping. Arguments: model, size, batch, {@code fp32} or {@code bf16}, backend, threads, steps,
 * and a device ({@code cpu} without one).
 *
 * <p>Prints one JSON object: the median step in milliseconds, images per second, peak resident
 * memory, and the median of each part. The first step is not counted.
 */
public final class TrainStep {
  /** Objects in each image. */
  private static final int TARGETS = 10;

  private TrainStep() {}

  public static void main(String[] args) throws IOException {
    if (args.length != 7 && args.length != 8) {
      throw new IllegalArgumentException(
          "expected MODEL SIZE BATCH PRECISION BACKEND THREADS STEPS [DEVICE], got "
              + Arrays.toString(args));
    }
    EngineOptions options =
        EngineOptions.DEFAULT
            .withBackend(args[4])
            .withDevice(args.length == 8 ? args[7] : "cpu")
            .withThreads(Integer.parseInt(args[5]))
            .withPrecision(Precision.valueOf(args[3].toUpperCase(Locale.ROOT)));
    int images = Integer.parseInt(args[2]);
    var batch = new TrainingStep.Batch(Integer.parseInt(args[1]), images, TARGETS);
    Map<String, List<Double>> millis = new LinkedHashMap<>();
    try (Engine engine = Engine.open(options);
        TrainingStep step = new TrainingStep(engine, Variants.get(args[0]))) {
      step.run(batch);
      for (int i = 0; i < Integer.parseInt(args[6]); i++) {
        step.run(batch)
            .forEach(
                (part, value) -> millis.computeIfAbsent(part, p -> new ArrayList<>()).add(value));
      }
    }
    print(images, millis);
  }

  private static void print(int batch, Map<String, List<Double>> millis) throws IOException {
    double total = 0;
    StringBuilder parts = new StringBuilder();
    for (Map.Entry<String, List<Double>> e : millis.entrySet()) {
      double median = Measured.median(e.getValue().stream().mapToDouble(v -> v));
      total += median;
      parts
          .append(parts.isEmpty() ? "" : ", ")
          .append(String.format(Locale.ROOT, "\"%s\": %.1f", e.getKey(), median));
    }
    System.out.printf(
        Locale.ROOT,
        "{\"stepMs\": %.1f, \"imagesPerSecond\": %.4f, \"peakMiB\": %d, \"parts\": {%s}}%n",
        total,
        batch / total * 1000,
        Measured.peakMiB(),
        parts);
  }
}
