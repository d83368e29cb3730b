package org.maskwright.engine.check;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;

/**
 * {@link ConvolutionSweep} in a JVM of its own: a kernel that ends its process does not end this
 * one, and what a library reads from the environment once can differ from here.
 *
 * <p><b>Lifecycle</b> the process is over, or killed, when {@link #run} returns.
 */
public final class SweepProcess {
  private static final String BEFORE = "case ";
  private static final String WRONG = "wrong ";
  private static final String DONE = "done ";
  private static final int KILLED = 137; // 128 + SIGKILL
  private static final int KEPT_LINES = 12;

  /** Without a line for so long, the process is ended; a case takes far less than a second. */
  private static final int SILENCE_SECONDS = 90;

  /** Which list of cases. */
  public enum Form {
    SHORT,
    FULL
  }

  /**
   * What the process said.
   *
   * @param engine the engine's description, empty where it did not open
   * @param cases convolutions that were computed
   * @param wrong those that were not right, one line each
   * @param death why the process ended early, with the case that it computed then; empty if it did
   *     not
   */
  public record Report(String engine, int cases, List<String> wrong, String death) {
    /** A copy of the list. */
    public Report {
      wrong = List.copyOf(wrong);
    }

    /** Whether every case was computed, and rightly. */
    public boolean isRight() {
      return wrong.isEmpty() && death.isEmpty();
    }
  }

  private SweepProcess() {}

  /** Runs the sweep with two threads, as {@link #run}: every case must be computed, and rightly. */
  public static void assertRight(String backend, Form form, Map<String, String> environment)
      throws IOException {
    Report report = run(backend, 2, form, environment);
    assertTrue(report.isRight(), report::toString);
    assertTrue(report.cases() > 0);
  }

  /**
   * Runs the sweep with this JVM's class path.
   *
   * @param backend {@code torch} or {@code nd4j}
   * @param threads of the engine
   * @param environment added to this process's, for example {@code ONEDNN_MAX_CPU_ISA} = {@code
   *     AVX2}
   * @throws IOException if the process cannot be started
   */
  public static Report run(String backend, int threads, Form form, Map<String, String> environment)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SweepProcess.class.getName(),
                backend,
                String.valueOf(threads),
                form.name())
            .redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    AtomicLong lastLine = new AtomicLong(System.nanoTime());
    Thread watch = new Thread(() -> endIfSilent(process, lastLine), "sweep-watch");
    watch.setDaemon(true);
    watch.start();
    try {
      process.getOutputStream().close();
      return read(process, lastLine);
    } finally {
      process.destroyForcibly();
    }
  }

  /** A kernel whose threads wait for each other for ever says nothing more. */
  private static void endIfSilent(Process process, AtomicLong lastLine) {
    long limit = TimeUnit.SECONDS.toNanos(SILENCE_SECONDS);
    try {
      while (!process.waitFor(1, TimeUnit.SECONDS)) {
        if (System.nanoTime() - lastLine.get() > limit) {
          process.destroyForcibly();
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Report read(Process process, AtomicLong lastLine) throws IOException {
    String engine = "";
    String last = "none";
    int cases = 0;
    List<String> wrong = new ArrayList<>();
    Deque<String> other = new ArrayDeque<>();
    boolean done = false;
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        lastLine.set(System.nanoTime());
        if (line.startsWith(BEFORE)) {
          last = line.substring(BEFORE.length());
          cases++;
        } else if (line.startsWith(WRONG)) {
          wrong.add(line.substring(WRONG.length()));
        } else if (line.startsWith(DONE)) {
          done = true;
          engine = line.substring(DONE.length());
        } else {
          other.add(line);
          if (other.size() > KEPT_LINES) {
            other.remove();
          }
        }
      }
    }
    int code = exitCode(process);
    String death =
        done && code == 0
            ? ""
            : "the process ended with code "
                + code
                + (code == KILLED ? " (killed: no answer for " + SILENCE_SECONDS + " s)" : "")
                + " in case "
                + last
                + "; it said "
                + other;
    return new Report(engine, cases, wrong, death);
  }

  private static int exitCode(Process process) throws IOException {
    try {
      return process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a sweep of convolutions ran", e);
    }
  }

  /** The other side: prints what {@link #run} reads. */
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    EngineOptions options =
        EngineOptions.DEFAULT
            .withBackend(args[0])
            .withDevice("cpu")
            .withThreads(Integer.parseInt(args[1]));
    try (Engine engine = Engine.open(options)) {
      List<ConvolutionCase> cases =
          switch (Form.valueOf(args[2])) {
            case SHORT -> ConvolutionSweep.shortCases();
            case FULL -> ConvolutionSweep.fullCases();
          };
      for (ConvolutionCase c : cases) {
        ConvolutionSweep.wrong(
                ConvolutionSweep.run(engine, List.of(c), next -> out.println(BEFORE + next)))
            .forEach(r -> out.println(WRONG + r));
      }
      out.println(DONE + engine.description());
    }
  }
}
