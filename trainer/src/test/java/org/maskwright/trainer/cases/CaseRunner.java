package org.maskwright.trainer.cases;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.maskwright.trainer.cli.Maskwright;

/** Runs cases. */
final class CaseRunner {
  private static final int PATIENCE_SECONDS = 60;

  /** Exit code of a run that did not end. */
  static final int HUNG = -1;

  /** What a run did. */
  record Result(int code, String output) {
    /** What is not as the table says, or empty. */
    Optional<String> wrongFor(CaseTable.Case expected) {
      if (!expected.ends().contains(code)) {
        return Optional.of(
            code == HUNG
                ? "did not end"
                : "expected exit code " + expected.ends() + ", got " + code);
      }
      for (CaseTable.Says says : expected.says()) {
        if ((says.code() < 0 || says.code() == code) && !says.pattern().matcher(output).find()) {
          return Optional.of("does not say " + says.pattern());
        }
      }
      return expected.never().stream()
          .filter(p -> p.matcher(output).find())
          .findFirst()
          .map(p -> "says " + p);
    }

    /** What a reader looks at first: the error, else a warning, else the first line. */
    String firstLine() {
      List<String> lines = output.lines().filter(l -> !l.isBlank()).toList();
      return lines.stream()
          .filter(l -> l.startsWith("maskwright:"))
          .findFirst()
          .or(() -> lines.stream().filter(l -> l.matches("(warning|problem|note).*")).findFirst())
          .or(() -> lines.stream().findFirst())
          .orElse("");
    }
  }

  private final Path root;

  CaseRunner(Path root) {
    this.root = root;
  }

  /** The inputs, or empty where they are absent. */
  static Optional<Path> root() {
    Path cases = Path.of(System.getProperty("maskwright.shared", "../shared"), "cases");
    return Optional.of(cases.toAbsolutePath().normalize()).filter(Files::isDirectory);
  }

  /** Runs a case with an empty folder to write into. */
  Result run(CaseTable.Case c, Path scratch) throws Exception {
    Path folder = root.resolve(c.folder());
    Path work = Files.createDirectories(scratch.resolve("work"));
    Path tmp = Files.createDirectories(scratch.resolve("tmp"));
    try (Preparation preparation = new Preparation(folder, work)) {
      for (String given : c.given()) {
        preparation.make(given);
      }
      List<String> words = new ArrayList<>();
      for (String word : c.run()) {
        words.add(
            word.replace("{case}", folder.toString())
                .replace("{cases}", root.toString())
                .replace("{work}", work.toString())
                .replace("{tmp}", tmp.toString()));
      }
      Result result = c.apart() ? apart(words, scratch.resolve("output")) : here(words);
      // Names of folders say what is wrong with them; the command has to say it itself.
      return new Result(
          result.code(),
          result
              .output()
              .replace(folder.toString(), "{case}")
              .replace(scratch.toString(), "{scratch}"));
    }
  }

  private static Result here(List<String> words) throws InterruptedException, ExecutionException {
    StringWriter both = new StringWriter();
    FutureTask<Integer> task =
        new FutureTask<>(
            () -> {
              PrintWriter writer = new PrintWriter(both, true);
              return Maskwright.run(writer, writer, words.toArray(String[]::new));
            });
    Thread thread = new Thread(task, "case");
    thread.setDaemon(true); // one that waits for ever must not keep the process
    thread.start();
    try {
      return new Result(task.get(PATIENCE_SECONDS, TimeUnit.SECONDS), both.toString());
    } catch (TimeoutException e) {
      return new Result(HUNG, both.toString());
    }
  }

  private static Result apart(List<String> words, Path output)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx512m", "-XX:+UseSerialGC", "-cp"));
    command.add(System.getProperty("java.class.path"));
    command.add(Maskwright.class.getName());
    command.addAll(words);
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!ended) {
      process.destroyForcibly().waitFor();
    }
    return new Result(
        ended ? process.exitValue() : HUNG, Files.readString(output, StandardCharsets.UTF_8));
  }
}
