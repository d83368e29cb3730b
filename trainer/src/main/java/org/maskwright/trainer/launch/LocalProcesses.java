package org.maskwright.trainer.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import org.maskwright.engine.process.Rendezvous;

/**
 * Processes of this program on this machine, with this one's Java, options and class path. They end
 * together: when one ends with an error the others have a while to end by themselves, with its
 * reason, and are then ended.
 */
public final class LocalProcesses {
  private static final String LAUNCHER = "MASKWRIGHT_LAUNCHER";

  /** What the JVM and native libraries say by themselves. */
  private static final Pattern NOISE =
      Pattern.compile(
          "WARNING: Using incubator modules:|\\[Gloo\\] Rank|\\[[EW]\\d.*\\.cpp:\\d+\\]");

  private static final int SIGNALS = 128; // a process ended by signal n has the exit code 128 + n
  private static final int KILLED = SIGNALS + 9;
  private static final int INTERRUPTED = 130; // ended in order, as asked
  private static final Duration POLL = Duration.ofMillis(100);

  /** So long the others may take to end by themselves, and then to obey. */
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final String main;
  private final PrintWriter out;
  private final PrintWriter err;
  private final List<Process> started = new ArrayList<>();
  private final List<Thread> readers = new ArrayList<>();

  /**
   * @param main class that is run
   * @param out the standard output of the first process
   * @param err everything else that they write, the process's number before each line
   */
  public LocalProcesses(String main, PrintWriter out, PrintWriter err) {
    this.main = main;
    this.out = out;
    this.err = err;
  }

  /** Whether the process that has started this one is gone. */
  public static boolean launcherIsGone() {
    String pid = System.getenv(LAUNCHER);
    return pid != null
        && ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive).isEmpty();
  }

  /** Makes a process of this program end in order when this one is gone, however it ends. */
  public static void endWithThisProcess(ProcessBuilder builder) {
    builder.environment().put(LAUNCHER, String.valueOf(ProcessHandle.current().pid()));
  }

  /**
   * Starts a process for each place and waits for all.
   *
   * @param stopRequested asked again and again; true passes the request on
   * @return 0 if all end so, else the exit code of the first that does not
   */
  public int run(List<Rendezvous> places, List<String> arguments, BooleanSupplier stopRequested) {
    try {
      for (Rendezvous place : places) {
        start(place, place.rank() - places.get(0).rank(), arguments);
      }
      int code = await(places.get(0).rank(), stopRequested);
      for (Thread reader : readers) {
        reader.join(GRACE.toMillis());
      }
      return code;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("processes: interrupted while waiting for them", e);
    } finally {
      started.forEach(Process::destroyForcibly);
    }
  }

  private void start(Rendezvous place, int localRank, List<String> arguments) {
    ProcessBuilder builder = new ProcessBuilder(SameJava.command(main, List.of(), arguments));
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("PET_"));
    environment.put("RANK", String.valueOf(place.rank()));
    environment.put("WORLD_SIZE", String.valueOf(place.size()));
    environment.put("LOCAL_RANK", String.valueOf(localRank));
    environment.put("LOCAL_WORLD_SIZE", String.valueOf(place.localSize()));
    environment.put("MASTER_ADDR", place.host());
    environment.put("MASTER_PORT", String.valueOf(place.port()));
    endWithThisProcess(builder);
    try {
      Process process = builder.start();
      started.add(process);
      String prefix = "[" + place.rank() + "] ";
      if (place.isFirst()) {
        pass(process.inputReader(StandardCharsets.UTF_8), out, "");
      } else {
        pass(process.inputReader(StandardCharsets.UTF_8), err, prefix);
      }
      pass(process.errorReader(StandardCharsets.UTF_8), err, prefix);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start another Java: " + e.getMessage(), e);
    }
  }

  /** Hands over lines; what the JVM and native libraries say by themselves is left out. */
  private void pass(BufferedReader from, PrintWriter to, String prefix) {
    Thread reader =
        new Thread(
            () -> {
              try (from) {
                from.lines()
                    .filter(line -> !NOISE.matcher(line).lookingAt())
                    .forEach(
                        line -> {
                          to.println(prefix + line);
                          to.flush();
                        });
              } catch (IOException | UncheckedIOException e) {
                // The stream of a process that was ended by force; its end says so.
              }
            },
            "process-output");
    reader.setDaemon(true);
    reader.start();
    readers.add(reader);
  }

  private int await(int firstRank, BooleanSupplier stopRequested) throws InterruptedException {
    int code = 0;
    long failedAt = 0;
    boolean told = false;
    while (started.stream().anyMatch(Process::isAlive)) {
      for (Process process : started) {
        if (code == 0 && !process.isAlive() && hasFailed(process.exitValue())) {
          code = process.exitValue();
          failedAt = System.nanoTime();
          sayIfKilled(firstRank + started.indexOf(process), code);
        }
      }
      if (!told && stopRequested.getAsBoolean()) {
        told = true;
        started.forEach(Process::destroy);
      }
      if (failedAt > 0) {
        endOthers(System.nanoTime() - failedAt);
      }
      TimeUnit.MILLISECONDS.sleep(POLL.toMillis());
    }
    for (Process process : started) {
      code = code == 0 ? process.exitValue() : code;
    }
    return code;
  }

  private static boolean hasFailed(int code) {
    return code != 0 && code != INTERRUPTED;
  }

  private void sayIfKilled(int rank, int code) {
    if (code > SIGNALS) {
      err.printf(
          "process %d was ended by signal %d%s%n",
          rank, code - SIGNALS, code == KILLED ? "; memory may have run out" : "");
      err.flush();
    }
  }

  private void endOthers(long nanosSince) {
    if (nanosSince > 2 * GRACE.toNanos()) {
      started.forEach(Process::destroyForcibly);
    } else if (nanosSince > GRACE.toNanos()) {
      started.forEach(Process::destroy);
    }
  }
}
