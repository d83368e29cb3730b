package org.maskwright.trainer.run;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.trainer.launch.SameJava;
import org.maskwright.trainer.loop.TrainingProcesses;

/** Processes that work together, each a Java of its own, started as torchrun would. */
final class RealProcesses implements AutoCloseable {
  private static final List<String> OPTIONS =
      List.of("-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
  private static final long LIMIT_SECONDS = 900;

  private final Path folder;
  private final List<Process> processes = new ArrayList<>();

  /**
   * What a process is started with.
   *
   * @param main class that it runs
   * @param environment besides what says where it stands
   */
  record Start(Class<?> main, List<String> arguments, Map<String, String> environment) {
    static Start of(Class<?> main, String... arguments) {
      return new Start(main, List.of(arguments), Map.of());
    }
  }

  /** What a process ended with. */
  record Ended(int code, String out, String err) {
    @Override
    public String toString() {
      return "code " + code + "\n" + out + err;
    }
  }

  private RealProcesses(Path folder) {
    this.folder = folder;
  }

  /**
   * Starts them.
   *
   * @param folder for what they write on their streams
   */
  static RealProcesses start(Path folder, int size, IntFunction<Start> ofRank) throws IOException {
    RealProcesses all = new RealProcesses(Files.createTempDirectory(folder, "said"));
    for (Rendezvous place : TrainingProcesses.places(size)) {
      Start start = ofRank.apply(place.rank());
      ProcessBuilder builder =
          new ProcessBuilder(SameJava.command(start.main().getName(), OPTIONS, start.arguments()));
      builder.environment().putAll(start.environment());
      builder
          .environment()
          .putAll(
              Map.of(
                  "RANK", String.valueOf(place.rank()),
                  "WORLD_SIZE", String.valueOf(size),
                  "LOCAL_WORLD_SIZE", String.valueOf(size),
                  "MASTER_ADDR", place.host(),
                  "MASTER_PORT", String.valueOf(place.port())));
      builder.redirectInput(new File("/dev/null"));
      builder.redirectOutput(all.said("out", place.rank()).toFile());
      builder.redirectError(all.said("err", place.rank()).toFile());
      all.processes.add(builder.start());
    }
    return all;
  }

  /** Starts them and waits for all. */
  static List<Ended> run(Path folder, int size, IntFunction<Start> ofRank) throws Exception {
    try (RealProcesses all = start(folder, size, ofRank)) {
      return all.ends();
    }
  }

  private Path said(String stream, int rank) {
    return folder.resolve(stream + rank);
  }

  /** What a process has written on its standard error so far. */
  String err(int rank) {
    return text("err", rank);
  }

  private String text(String stream, int rank) {
    try {
      return Files.readString(said(stream, rank));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Looks again and again; gives up when a process has ended. */
  void await(BooleanSupplier condition) throws Exception {
    while (!condition.getAsBoolean()) {
      for (int rank = 0; rank < processes.size(); rank++) {
        if (!processes.get(rank).isAlive()) {
          throw new AssertionError("process " + rank + " ended: " + end(rank));
        }
      }
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** SIGKILL. */
  void kill(int rank) {
    processes.get(rank).toHandle().destroyForcibly();
  }

  /** Waits for all. */
  List<Ended> ends() throws Exception {
    List<Ended> out = new ArrayList<>();
    for (int rank = 0; rank < processes.size(); rank++) {
      out.add(end(rank));
    }
    return out;
  }

  private Ended end(int rank) throws Exception {
    if (!processes.get(rank).waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("process " + rank + " goes on: " + err(rank));
    }
    return new Ended(processes.get(rank).exitValue(), text("out", rank), err(rank));
  }

  @Override
  public void close() {
    processes.forEach(Process::destroyForcibly);
  }
}
