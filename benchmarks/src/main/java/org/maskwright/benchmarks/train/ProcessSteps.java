package org.maskwright.benchmarks.train;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.maskwright.benchmarks.Measured;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.modelzoo.Variants;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.launch.LaunchEnvironment;
import org.maskwright.trainer.launch.LocalProcesses;
import org.maskwright.trainer.run.GroupMember;

/**
 * Training steps of several processes of one thread on this machine, each on random images of its
 * own share of a batch.
 */
public final class ProcessSteps {
  private static final int ARGUMENTS = 6;
  private static final Duration PATIENCE = Duration.ofMinutes(10);

  /** Steps of a start that do not count. */
  private static final int WARM_UP = 1;

  /**
   * What is run.
   *
   * @param model a variant of the zoo
   * @param size side of the square images in pixels
   * @param objects targets in each
   * @param images of each process
   * @param steps that count
   * @param divided whether the processes divide the optimiser's state
   */
  public record Wish(String model, int size, int objects, int images, int steps, boolean divided) {
    private List<String> words() {
      return List.of(
          model, "" + size, "" + objects, "" + images, "" + steps, divided ? "divided" : "whole");
    }

    private static Wish of(String... words) {
      if (words.length != ARGUMENTS) {
        throw new IllegalArgumentException(
            "expected MODEL SIZE OBJECTS IMAGES STEPS divided|whole, got "
                + Arrays.toString(words));
      }
      return new Wish(
          words[0],
          Integer.parseInt(words[1]),
          Integer.parseInt(words[2]),
          Integer.parseInt(words[3]),
          Integer.parseInt(words[4]),
          words[5].equals("divided"));
    }
  }

  /**
   * What a process measured.
   *
   * @param stepMillis median
   * @param stateBytes of the optimiser's state that it holds
   * @param peakMiB of its resident memory
   */
  public record Result(double stepMillis, long stateBytes, long peakMiB) {
    private String words() {
      return String.format(Locale.ROOT, "%.1f %d %d", stepMillis, stateBytes, peakMiB);
    }

    private static Result of(String words) {
      String[] parts = words.split(" ", -1);
      return new Result(
          Double.parseDouble(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }
  }

  private ProcessSteps() {}

  /** Starts so many processes and waits for them; the results by rank. */
  public static List<Result> run(int processes, Wish wish) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code =
        new LocalProcesses(ProcessSteps.class.getName(), new PrintWriter(out), new PrintWriter(err))
            .run(LaunchEnvironment.places(Map.of(), processes), wish.words(), () -> false);
    List<Result> results = out.toString().lines().map(Result::of).toList();
    if (code != 0 || results.size() != processes) {
      throw new IllegalStateException(
          "%d processes ended with code %d: %s%s".formatted(processes, code, out, err));
    }
    return results;
  }

  /** One of the processes; the first prints a line for each. */
  public static void main(String[] args) throws IOException {
    Wish wish = Wish.of(args);
    Rendezvous place = LaunchEnvironment.places(System.getenv(), 0).get(0);
    List<String> lines = GroupMember.run(place, PATIENCE, group -> measured(group, wish));
    if (place.isFirst()) {
      lines.forEach(System.out::println);
    }
  }

  private static List<String> measured(ProcessGroup group, Wish wish) throws IOException {
    RunSettings recipe = ConfigFile.defaults().bind(RunSettings.class);
    try (Engine engine =
            GroupMember.open(EngineOptions.DEFAULT.withThreads(1), group, ProcessGroup.alone());
        TrainingStep step =
            new TrainingStep(
                engine,
                Variants.get(wish.model),
                recipe,
                wish.divided ? group : ProcessGroup.alone())) {
      var batch = new TrainingStep.Batch(wish.size, wish.images, wish.objects);
      double[] millis = new double[wish.steps];
      for (int i = -WARM_UP; i < wish.steps; i++) {
        double taken = step.run(batch).values().stream().mapToDouble(v -> v).sum();
        if (i >= 0) {
          millis[i] = taken;
        }
      }
      long state =
          step.optimizer().state().values().stream().mapToLong(Parameter::numel).sum()
              * DType.FLOAT32.bytes();
      Result own = new Result(Measured.median(Arrays.stream(millis)), state, Measured.peakMiB());
      return group.gather(own.words().getBytes(StandardCharsets.UTF_8)).stream()
          .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
          .toList();
    }
  }
}
