package org.maskwright.benchmarks.train;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.Variants;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

/**
 * What a training step costs whatever its batch, and what the backend's primitives take of it.
 * benchmarks/steps/run.sh starts it. Arguments: a configuration file or a variant of the zoo, side
 * of the square images, objects in each, batches, steps, threads (0 for as many as cores), and, for
 * the primitives by shape, {@code shapes}.
 *
 * <p>Batches take turns. The fixed cost is what the line of least squares through their medians
 * gives at a batch of 0. Then each batch is measured once more with every call of the backend
 * timed: the calls of the last one, and the fixed cost of each primitive.
 */
public final class StepCost {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int WARM_UP = 12;

  /** Rows of the table of fixed costs. */
  private static final int FIXED_SHOWN = 20;

  private static final OperatingSystemMXBean SYSTEM =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  private StepCost() {}

  public static void main(String[] args) {
    if (args.length != 6 && !(args.length == 7 && args[6].equals("shapes"))) {
      throw new IllegalArgumentException(
          "expected CONFIG|MODEL SIZE OBJECTS BATCHES STEPS THREADS [shapes], got "
              + Arrays.toString(args));
    }
    boolean file = args[0].endsWith(".conf");
    RunSettings recipe =
        file
            ? ConfigFile.load(Path.of(args[0]), List.of()).bind(RunSettings.class)
            : ConfigFile.defaults().bind(RunSettings.class);
    ModelConfig model = file ? recipe.model() : Variants.get(args[0]);
    int size = Integer.parseInt(args[1]);
    int objects = Integer.parseInt(args[2]);
    int[] batches = Arrays.stream(args[3].split(",")).mapToInt(Integer::parseInt).toArray();
    int steps = Integer.parseInt(args[4]);
    TimedBackend backend = TimedBackend.torch(Integer.parseInt(args[5]), args.length == 7);
    try (Engine engine = Engine.open(backend.backend());
        TrainingStep step = new TrainingStep(engine, model, recipe)) {
      List<TrainingStep.Batch> inputs = new ArrayList<>();
      for (int batch : batches) {
        inputs.add(new TrainingStep.Batch(size, batch, objects));
      }
      table(step, batches, inputs, steps);
      List<Map<String, Double>> ofPrimitives = new ArrayList<>();
      double millis = 0;
      for (TrainingStep.Batch input : inputs) {
        backend.start();
        double before = System.nanoTime();
        for (int i = 0; i < steps; i++) {
          step.run(input);
        }
        millis = (System.nanoTime() - before) / NANOS_PER_MILLI;
        Map<String, Double> each = backend.millis(steps);
        double all = each.values().stream().mapToDouble(Double::doubleValue).sum();
        each.put("outside primitives", millis / steps - all);
        ofPrimitives.add(each);
      }
      backend.print(steps, millis);
      fixed(batches, ofPrimitives);
    }
  }

  /** The primitives by what the line through all batches gives at a batch of 0. */
  private static void fixed(int[] batches, List<Map<String, Double>> measured) {
    Map<String, double[]> lines = new LinkedHashMap<>();
    for (String name : measured.get(0).keySet()) {
      double[] y = measured.stream().mapToDouble(each -> each.getOrDefault(name, 0.0)).toArray();
      lines.put(name, line(batches, y));
    }
    System.out.printf("%n| primitive | batch 0, ms | an image, ms |%n|---|---|---|%n");
    lines.entrySet().stream()
        .sorted((a, b) -> Double.compare(b.getValue()[0], a.getValue()[0]))
        .limit(FIXED_SHOWN)
        .forEach(
            e ->
                System.out.printf(
                    Locale.ROOT,
                    "| %s | %.2f | %.2f |%n",
                    e.getKey(),
                    e.getValue()[0],
                    e.getValue()[1]));
  }

  private static void table(
      TrainingStep step, int[] batches, List<TrainingStep.Batch> inputs, int steps) {
    List<Map<String, List<Double>>> measured = new ArrayList<>();
    inputs.forEach(i -> measured.add(new LinkedHashMap<>()));
    int warmUp = Math.min(WARM_UP, steps);
    for (int i = -warmUp; i < steps; i++) {
      for (int b = 0; b < batches.length; b++) {
        Map<String, Double> parts = run(step, inputs.get(b));
        if (i >= 0) {
          Map<String, List<Double>> into = measured.get(b);
          parts.forEach((k, v) -> into.computeIfAbsent(k, n -> new ArrayList<>()).add(v));
        }
      }
    }
    StringBuilder out = new StringBuilder("| milliseconds |");
    for (int batch : batches) {
      out.append(" batch ").append(batch).append(" |");
    }
    out.append(" batch 0 | an image |\n|---|").append("---|".repeat(batches.length + 2));
    for (String part : measured.get(0).keySet()) {
      out.append("\n| ").append(part).append(" |");
      double[] medians = new double[batches.length];
      for (int b = 0; b < batches.length; b++) {
        medians[b] = Measured.median(measured.get(b).get(part).stream().mapToDouble(v -> v));
        out.append(String.format(Locale.ROOT, " %.1f |", medians[b]));
      }
      double[] line = line(batches, medians);
      out.append(String.format(Locale.ROOT, " %.1f | %.1f |", line[0], line[1]));
    }
    System.out.println(out);
  }

  /** A step's parts in milliseconds, their sum, and the processor time of all threads. */
  private static Map<String, Double> run(TrainingStep step, TrainingStep.Batch batch) {
    long cpu = SYSTEM.getProcessCpuTime();
    Map<String, Double> parts = new LinkedHashMap<>(step.run(batch));
    double used = (SYSTEM.getProcessCpuTime() - cpu) / NANOS_PER_MILLI;
    parts.put("step", parts.values().stream().mapToDouble(Double::doubleValue).sum());
    parts.put("processor", used);
    return parts;
  }

  /** Intercept and slope of the line of least squares. */
  private static double[] line(int[] x, double[] y) {
    double meanX = Arrays.stream(x).average().orElseThrow();
    double meanY = Arrays.stream(y).average().orElseThrow();
    double products = 0;
    double squares = 0;
    for (int i = 0; i < x.length; i++) {
      products += (x[i] - meanX) * (y[i] - meanY);
      squares += (x[i] - meanX) * (x[i] - meanX);
    }
    double slope = squares == 0 ? Double.NaN : products / squares;
    return new double[] {meanY - slope * meanX, slope};
  }
}
