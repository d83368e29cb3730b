package org.maskwright.trainer.doctor;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.maskwright.trainer.launch.SameJava;

/** Runs a class in another JVM with this one's options, class path and environment. */
final class ChildJvm {
  private static final String CRASH_FILE = "crash.log";

  /**
   * How it ended.
   *
   * @param code exit code; 128 and the signal's number where a signal ended it
   * @param hung whether it was ended because it said nothing for too long
   * @param crash the signal and the native function, where the JVM could report its own crash
   * @param errors what it wrote on standard error, a line each
   */
  record End(int code, boolean hung, Optional<String> crash, List<String> errors) {
    /** In a few words. */
    String text() {
      if (hung) {
        return "it hung";
      }
      return crash.orElseGet(
          () -> errors.isEmpty() ? signal() : signal() + ": " + errors.get(errors.size() - 1));
    }

    private String signal() {
      return switch (code) {
        case 132 -> "illegal instruction";
        case 134 -> "abort";
        case 135 -> "bus error";
        case 137 -> "killed; memory may have run out";
        case 139 -> "segmentation fault";
        default -> "exit code " + code;
      };
    }
  }

  private final Class<?> main;
  private final Map<String, String> environment;
  private final Duration patience;

  /**
   * For one class.
   *
   * @param environment variables to set beside this process's
   * @param patience how long the child may print nothing
   */
  ChildJvm(Class<?> main, Map<String, String> environment, Duration patience) {
    this.main = main;
    this.environment = environment;
    this.patience = patience;
  }

  /** Runs it to its end and hands over each line that it prints. */
  End run(List<String> arguments, Consumer<String> lines) {
    try {
      Path folder = Files.createTempDirectory("maskwright-doctor");
      try {
        return run(folder, arguments, lines);
      } finally {
        delete(folder);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("doctor: cannot start another Java: " + e.getMessage(), e);
    }
  }

  private End run(Path folder, List<String> arguments, Consumer<String> lines) throws IOException {
    Path errors = folder.resolve("errors");
    ProcessBuilder builder =
        new ProcessBuilder(SameJava.command(main.getName(), crashOptions(folder), arguments))
            .redirectError(errors.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    Thread atExit = new Thread(process::destroyForcibly); // Ctrl-C ends the child too
    Runtime.getRuntime().addShutdownHook(atExit);
    boolean hung = false;
    try {
      process.getOutputStream().close();
      hung = !follow(process, lines);
      if (hung) {
        process.destroyForcibly();
      }
      int code = process.waitFor();
      return new End(code, hung, crashIn(folder), errorLines(errors));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IllegalStateException("doctor: interrupted", e);
    } finally {
      Runtime.getRuntime().removeShutdownHook(atExit);
    }
  }

  /** Hands over lines until the output ends; false where none came for too long. */
  private boolean follow(Process process, Consumer<String> lines) throws InterruptedException {
    BlockingQueue<Optional<String>> queue = new LinkedBlockingQueue<>();
    Thread reader = new Thread(() -> read(process, queue), "maskwright-doctor-reader");
    reader.setDaemon(true);
    reader.start();
    while (true) {
      Optional<String> line = queue.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (line == null) {
        return false;
      }
      if (line.isEmpty()) {
        return true;
      }
      lines.accept(line.get());
    }
  }

  private static void read(Process process, BlockingQueue<Optional<String>> queue) {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      in.lines().forEach(line -> queue.add(Optional.of(line)));
    } catch (IOException | UncheckedIOException e) {
      // The stream of a process that was ended by force; its end says so.
    } finally {
      queue.add(Optional.empty());
    }
  }

  private static List<String> crashOptions(Path folder) {
    return List.of("-XX:ErrorFile=" + folder.resolve(CRASH_FILE), "-XX:-CreateCoredumpOnCrash");
  }

  /**
   * From the head of the JVM's own report: the signal's line, and the one below the frame's title.
   */
  private static Optional<String> crashIn(Path folder) {
    String signal = "crash";
    List<String> lines =
        new SystemFiles(folder)
            .lines(CRASH_FILE).stream().map(l -> l.replaceFirst("^#\\s*", "").strip()).toList();
    for (int i = 0; i + 1 < lines.size(); i++) {
      if (lines.get(i).startsWith("SIG")) {
        signal = lines.get(i).replaceFirst(" .*", "");
      }
      if (lines.get(i).startsWith("Problematic frame")) {
        return Optional.of(signal + " in " + lines.get(i + 1).replaceAll("\\s+", " "));
      }
    }
    return Optional.empty();
  }

  private static List<String> errorLines(Path file) {
    return new SystemFiles(file.getParent())
        .lines(file.getFileName().toString()).stream()
            .map(String::strip)
            .filter(l -> !l.isEmpty() && !l.startsWith("#") && !l.startsWith("WARNING:"))
            .toList();
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }
}
