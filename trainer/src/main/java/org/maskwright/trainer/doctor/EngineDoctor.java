package org.maskwright.trainer.doctor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Examines one engine from outside: each check runs in a process that may end. */
final class EngineDoctor {
  /** Each check takes seconds at most, a process some to start. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Makes the libraries say, when they are loaded, what they are and which kernels they take. */
  private static final Map<String, String> TALKATIVE =
      Map.of("ONEDNN_VERBOSE", "1", "OPENBLAS_VERBOSE", "2");

  private static final Pattern ONEDNN_VERSION = Pattern.compile("info,oneDNN (v[^ ,]+)");
  private static final Pattern ONEDNN_KERNELS = Pattern.compile("info,cpu,isa:(.+)");
  private static final Pattern OPENBLAS_CORE = Pattern.compile("^Core: (.+)");

  private final String engine;
  private final int threads;
  private final Consumer<Fact> facts;
  private final Consumer<Finding> findings;
  private final Class<?> main;
  private final List<String> checks;
  private final Duration patience;

  /**
   * Ready to examine.
   *
   * @param engine name as in {@code engine.backend}
   * @param threads inside one operation; 0 = all physical cores
   */
  EngineDoctor(String engine, int threads, Consumer<Fact> facts, Consumer<Finding> findings) {
    this(
        engine,
        threads,
        facts,
        findings,
        CheckMain.class,
        CheckMain.list().stream().map(Check::name).toList(),
        PATIENCE);
  }

  /**
   * With another program for the process that computes, which makes these checks and may be silent
   * so long.
   */
  EngineDoctor(
      String engine,
      int threads,
      Consumer<Fact> facts,
      Consumer<Finding> findings,
      Class<?> main,
      List<String> checks,
      Duration patience) {
    this.engine = engine;
    this.threads = threads;
    this.main = main;
    this.checks = checks;
    this.patience = patience;
    this.facts = facts;
    this.findings = findings;
  }

  /** Tells all facts, then each finding as it is made. */
  void examine() {
    if (starts()) {
      int next = 0;
      while (next < checks.size()) {
        next = checkFrom(next);
      }
    }
  }

  private List<String> arguments(String what) {
    return List.of(engine, Integer.toString(threads), what);
  }

  /** What the libraries are, and whether the engine can be opened at all. */
  private boolean starts() {
    long start = System.nanoTime();
    List<String> lines = new ArrayList<>();
    ChildJvm.End end =
        new ChildJvm(main, TALKATIVE, patience).run(arguments(CheckMain.PROBE), lines::add);
    List<Report.Line> told = lines.stream().flatMap(l -> Report.parse(l).stream()).toList();
    lines.addAll(end.errors());
    for (Report.Line line : told) {
      if (line.kind() == Report.Kind.ENGINE) {
        tellFacts(line, lines);
        findings.accept(
            Finding.ok(engine, "starts", "and computes a convolution").after(since(start)));
        return true;
      }
    }
    String why =
        told.stream()
            .filter(l -> l.kind() == Report.Kind.REFUSED)
            .map(l -> l.words().get(0))
            .findFirst()
            .orElse("the JVM ended: " + end.text());
    findings.accept(
        Finding.wrong(engine, "starts", why, "compute with the other engine: " + otherEngine())
            .after(since(start)));
    return false;
  }

  private void tellFacts(Report.Line line, List<String> lines) {
    facts.accept(new Fact("engines", engine, line.words().get(0)));
    if (!line.words().get(1).equals("cpu")) {
      facts.accept(
          new Fact(
              "engines",
              engine + " device",
              line.words().get(1) + "; doctor checks the processor"));
    }
    first(ONEDNN_KERNELS, lines)
        .ifPresent(
            isa ->
                facts.accept(
                    new Fact(
                        "engines",
                        engine + " onednn",
                        first(ONEDNN_VERSION, lines).orElse("") + ", kernels for " + isa)));
    first(OPENBLAS_CORE, lines)
        .ifPresent(
            core -> facts.accept(new Fact("engines", engine + " openblas", "kernels for " + core)));
  }

  private static Optional<String> first(Pattern pattern, List<String> lines) {
    for (String line : lines) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        return Optional.of(matcher.group(1).strip());
      }
    }
    return Optional.empty();
  }

  /** What a checking process has told so far. */
  private final class Progress implements Consumer<String> {
    private int begun;
    private int ended;
    private String part = "";
    private String refusal = "";
    private long since = System.nanoTime();

    Progress(int from) {
      begun = from;
      ended = from;
    }

    @Override
    public void accept(String text) {
      Report.parse(text).ifPresent(this::take);
    }

    private void take(Report.Line line) {
      switch (line.kind()) {
        case BEGINS -> {
          begun = ended;
          part = "";
          since = System.nanoTime();
        }
        case NEXT -> part = line.words().get(0);
        case ENDED -> {
          boolean right = Boolean.parseBoolean(line.words().get(1));
          String name = line.words().get(0);
          String message = line.words().get(2);
          findings.accept(
              (right
                      ? Finding.ok(engine, name, message)
                      : Finding.wrong(engine, name, message, advice()))
                  .after(since(since)));
          ended++;
        }
        case REFUSED -> refusal = line.words().get(0);
        case ENGINE -> {} // told by the probe
      }
    }
  }

  /** Runs the checks from one on; the index of the one to go on with. */
  private int checkFrom(int from) {
    Progress progress = new Progress(from);
    ChildJvm.End end =
        new ChildJvm(main, Map.of(), patience).run(arguments(Integer.toString(from)), progress);
    if (progress.ended == checks.size()) {
      return progress.ended;
    }
    String name = checks.get(progress.begun);
    String where = progress.part.isEmpty() ? "" : " at " + progress.part;
    String message =
        progress.refusal.isEmpty()
            ? "the JVM died" + where + " (" + end.text() + ")"
            : progress.refusal;
    findings.accept(Finding.wrong(engine, name, message, advice()).after(since(progress.since)));
    return progress.ended + 1;
  }

  private String advice() {
    String limit = engine.equals("torch") ? "ONEDNN_MAX_CPU_ISA=AVX" : "OPENBLAS_CORETYPE=Nehalem";
    return "set " + limit + " and run doctor again; until it is right: " + otherEngine();
  }

  private String otherEngine() {
    return "--backend " + (engine.equals("torch") ? "nd4j" : "torch");
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
