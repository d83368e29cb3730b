package org.maskwright.trainer.run;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.launch.LaunchEnvironment;

/**
 * Trains, or goes on training, as one of several processes, and asks for an end after some steps:
 * RUN CONFIG STEPS, 0 of a process that does not ask. Says how it ended.
 */
public final class StoppingTraining {
  private StoppingTraining() {}

  /** Runs it. */
  public static void main(String[] args) throws IOException {
    Path run = Path.of(args[0]);
    int after = Integer.parseInt(args[2]);
    Rendezvous place = LaunchEnvironment.places(System.getenv(), 0).get(0);
    AtomicInteger asked = new AtomicInteger();
    BooleanSupplier stop = () -> asked.incrementAndGet() == after;
    Console console = new Console(new PrintWriter(Writer.nullWriter()), false);
    RunSummary summary =
        Files.exists(run.resolve("config.conf"))
            ? TrainingRun.resume(run, console, List.of(), stop, place)
            : TrainingRun.start(
                run, ConfigFile.load(Path.of(args[1]), List.of()), console, List.of(), stop, place);
    System.out.println(
        (summary.interrupted() ? "stopped after " : "ended after ") + summary.step());
    System.exit(0);
  }
}
