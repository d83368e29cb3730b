package org.maskwright.trainer.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.maskwright.engine.runtime.Threads;

/**
 * Notices that other computations keep the processor's cores busy. The threads of an operation wait
 * for each other, so two computations that each use all cores take several times as long, not
 * twice.
 *
 * <p><b>Source</b> of what runs: the processes' command lines and the operating system's load of
 * the last minute. Where neither is known, as on Windows, nothing is noticed.
 */
public final class SharedCores {
  /** Set by the launcher where it has just built: the load of the last minute is its own then. */
  static final String BUILT = "maskwright.built";

  private static final String MAIN_CLASS = "org.maskwright.trainer.cli.Maskwright";

  /** A load from here on is a busy core: starting this process makes some load of its own. */
  private static final double BUSY = 0.7;

  private SharedCores() {}

  /**
   * One line if this process's threads and what runs beside it need more cores than there are.
   *
   * @param threads as asked for; 0 = all physical cores
   */
  public static Optional<String> notice(int threads) {
    return notice(Threads.resolve(threads), Threads.resolve(0), others(), load());
  }

  /**
   * Cores that others kept busy in the mean of the last minute; negative = nothing is known of
   * them.
   */
  static double load() {
    // In a container with a part of the processors, the load is that of the whole machine.
    if (Boolean.getBoolean(BUILT)
        || Runtime.getRuntime().availableProcessors() != processorsOfTheMachine()) {
      return -1;
    }
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    double busy =
        system instanceof com.sun.management.OperatingSystemMXBean own
            ? own.getProcessCpuTime() / 1e9
            : 0;
    double up = ManagementFactory.getRuntimeMXBean().getUptime() / 1e3;
    return ofOthers(system.getSystemLoadAverage(), busy, up);
  }

  /**
   * The load without that of this process, which may have measured steps before.
   *
   * @param load of the machine, a mean that forgets with a time constant of a minute; negative =
   *     not known
   * @param busy processor seconds of this process
   * @param up seconds since it began
   */
  static double ofOthers(double load, double busy, double up) {
    double own = up > 0 ? Math.max(0, busy) / up * -Math.expm1(-up / 60) : 0;
    return load < 0 ? load : Math.max(0, load - own);
  }

  /**
   * As {@link #notice(int)}.
   *
   * @param others process ids of other Maskwright commands
   * @param load busy cores in the mean of the last minute; negative = not known
   */
  static Optional<String> notice(int threads, int cores, List<Long> others, double load) {
    int byOthers = others.isEmpty() ? 0 : Math.max(1, cores / (others.size() + 1));
    int byLoad = load < BUSY ? 0 : Math.max(1, cores - (int) Math.ceil(load - BUSY + 1e-9));
    int fitting = byOthers > 0 ? byOthers : byLoad;
    if (fitting == 0 || threads <= fitting) {
      return Optional.empty();
    }
    String what =
        others.isEmpty()
            ? String.format(Locale.ROOT, "other programs keep %.1f of %d cores busy", load, cores)
            : "another Maskwright command runs on these "
                + cores
                + " cores (process "
                + others.get(0)
                + ")";
    return Optional.of(
        String.format(
            Locale.ROOT,
            "warning: %s, and this one uses %d threads: shared cores make a step several times slower; set --threads %d in each (engine.threads), or wait for the other",
            what,
            threads,
            fitting));
  }

  /** The JVM's own ProcessHandle cuts long command lines, and a class path is long. */
  private static List<Long> others() {
    long own = ProcessHandle.current().pid();
    try (Stream<Path> list = Files.list(Path.of("/proc"))) {
      return list.filter(folder -> folder.getFileName().toString().matches("\\d+"))
          .filter(folder -> isCommand(folder.resolve("cmdline")))
          .map(folder -> Long.valueOf(folder.getFileName().toString()))
          .filter(pid -> pid != own)
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) { // not Linux
      return List.of();
    }
  }

  private static boolean isCommand(Path commandLine) {
    try {
      return ("\0" + Files.readString(commandLine, StandardCharsets.ISO_8859_1))
          .contains("\0" + MAIN_CLASS + "\0");
    } catch (IOException e) { // it has ended, or is not ours to see
      return false;
    }
  }

  private static long processorsOfTheMachine() {
    Path file = Path.of("/proc/stat");
    if (!Files.isReadable(file)) {
      return Runtime.getRuntime().availableProcessors();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines.filter(line -> line.matches("cpu\\d+ .*")).count();
    } catch (IOException | UncheckedIOException e) { // not a file to end a run for
      return Runtime.getRuntime().availableProcessors();
    }
  }
}
