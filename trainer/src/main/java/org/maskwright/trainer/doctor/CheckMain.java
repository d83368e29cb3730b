package org.maskwright.trainer.doctor;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.check.ConvolutionCase;
import org.maskwright.engine.check.ConvolutionResult;
import org.maskwright.engine.check.ConvolutionSweep;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;

/**
 * The process that computes: the arguments are an engine's name, its threads, and the index of the
 * first check, or {@link #PROBE}. Tells each step on standard output, in {@link Report}'s lines,
 * before it is taken.
 */
public final class CheckMain {
  /** Computes one convolution and tells what the engine is. */
  static final String PROBE = "probe";

  private static final int FAILED = 1;

  private CheckMain() {}

  /** Entry point of the child process. */
  public static void main(String[] args) {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    int code = 0;
    try {
      EngineOptions options =
          EngineOptions.DEFAULT.withBackend(args[0]).withThreads(Integer.parseInt(args[1]));
      if (args[2].equals(PROBE)) {
        probe(options, new Report(out));
      } else {
        checks(options.withDevice("cpu"), Integer.parseInt(args[2]), new Report(out));
      }
    } catch (RuntimeException | LinkageError e) {
      new Report(out).refused(String.valueOf(e.getMessage()));
      code = FAILED;
    }
    System.exit(code);
  }

  /** All checks of an engine, in order. */
  static List<Check> list() {
    List<Check> out = new ArrayList<>();
    out.add(new Check("convolutions", CheckMain::convolutions));
    out.addAll(Twins.all());
    out.add(StoredStep.check());
    return out;
  }

  private static Check.Outcome convolutions(Engine engine, Consumer<String> now) {
    List<ConvolutionCase> cases = ConvolutionSweep.shortCases();
    List<ConvolutionResult> wrong =
        ConvolutionSweep.wrong(
            ConvolutionSweep.run(engine, cases, shape -> now.accept(shape.toString())));
    return wrong.isEmpty()
        ? new Check.Outcome(true, cases.size() + " shapes")
        : new Check.Outcome(
            false,
            "%d of %d shapes are wrong, first %s"
                .formatted(wrong.size(), cases.size(), wrong.get(0)));
  }

  private static void probe(EngineOptions options, Report report) {
    try (Engine engine = Engine.open(options);
        Scope scope = engine.scope()) {
      engine
          .uniform(RandomStream.of(0, "doctor"), -1, 1, 2, 16, 16, 16)
          .conv2d(
              engine.uniform(RandomStream.of(1, "doctor"), -1, 1, 16, 16, 3, 3),
              null,
              Conv2dSpec.of(1, 1))
          .toFloats();
      report.engine(engine.description(), engine.device().toString());
    }
  }

  private static void checks(EngineOptions options, int from, Report report) {
    try (Engine engine = Engine.open(options)) {
      List<Check> checks = list();
      for (int i = from; i < checks.size(); i++) {
        Check check = checks.get(i);
        report.begins(check.name());
        report.ended(check.name(), run(check, engine, report));
      }
    }
  }

  private static Check.Outcome run(Check check, Engine engine, Report report) {
    try {
      return check.body().run(engine, report::next);
    } catch (RuntimeException | LinkageError | OutOfMemoryError e) {
      return new Check.Outcome(false, e.toString());
    }
  }
}
