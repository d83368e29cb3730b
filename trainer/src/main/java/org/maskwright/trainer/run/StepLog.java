package org.maskwright.trainer.run;

import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.maskwright.engine.tensor.ParameterExchange.Overlap;
import org.maskwright.files.OutputFile;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Phases.Phase;
import org.maskwright.trainer.loop.StepReport;
import org.maskwright.trainer.loop.TrainListener;
import org.maskwright.trainer.track.Trackers;

/**
 * One line every N steps on the console, in metrics.jsonl and to the trackers; a bar in between.
 * Losses, gradient norm, the optimiser's measures and times of a line are means over the steps
 * since the last one. The file and the trackers hold each part of the loss by its official name,
 * such as {@code loss_ce_0}, besides the sums over all outputs that the line shows.
 */
final class StepLog implements TrainListener, Closeable {
  private static final double MIB = 1 << 20;

  /** What a line calls {@code loss_ce}. */
  private static final String CLASSES = "cls";

  /** Share of the time of exchanges of gradients that a backward pass covers. */
  private static final String HIDDEN = "hidden";

  private static final Overlap NO_EXCHANGE = new Overlap(0, 0);

  private final Console console;
  private final MetricsLog metrics;
  private final Trackers trackers;
  private final int every;
  private final long steps;
  private final Map<String, Double> sums; // of losses, norms and measures, since the last line
  private final Set<String> kinds = new LinkedHashSet<>(); // of the losses so far
  private List<String> labels = List.of(); // theirs
  private Phases times = new Phases(); // since the last line, but of this process only
  private Overlap exchange = NO_EXCHANGE; // likewise
  private int images;
  private int count;

  private StepLog(
      Session session, MetricsLog metrics, Trackers trackers, Map<String, Double> unlogged) {
    this.console = session.console();
    this.metrics = metrics;
    this.trackers = trackers;
    this.every = session.settings().train().logEvery();
    this.steps = session.settings().train().steps();
    this.sums = new LinkedHashMap<>(unlogged);
  }

  /**
   * Goes on with the log of a run; lines after the state's step are dropped.
   *
   * @param trackers are sent the same numbers; the caller's to close
   */
  static StepLog resume(Session session, TrainingState state, Trackers trackers)
      throws IOException {
    MetricsLog metrics = MetricsLog.resume(session.folder().metrics(), state.step());
    return new StepLog(session, metrics, trackers, state.unlogged());
  }

  @Override
  public Verdict afterStep(StepReport r) {
    add("loss", r.loss());
    r.kinds().forEach(kind -> add(label(kind), r.sumOf(kind)));
    kinds.addAll(r.kinds());
    labels = labels(kinds);
    add("gradNorm", r.gradientNorm());
    r.measures().forEach(this::add);
    r.parts().forEach(part -> add(part.name(), part.value()));
    times.add(r.phases());
    exchange = exchange.plus(r.exchange());
    images += r.images();
    count++;
    if (r.step() % every == 0 || r.step() == steps) {
      Map<String, Double> values = values(r);
      console.line(text(r.step(), values));
      write("train", r.step(), values);
      sums.clear();
      times = new Phases();
      exchange = NO_EXCHANGE;
      images = 0;
      count = 0;
    }
    console.progress(
        "training",
        r.step(),
        steps,
        String.format(Locale.ROOT, "loss=%.3f %s left", r.loss(), left(r)));
    return Verdict.CONTINUE;
  }

  private String left(StepReport r) {
    long seconds = Math.round((steps - r.step()) * r.phases().total() / 1000);
    return seconds < 3600
        ? String.format(Locale.ROOT, "%d:%02d", seconds / 60, seconds % 60)
        : String.format(Locale.ROOT, "%d:%02d h", seconds / 3600, seconds / 60 % 60);
  }

  /** Sums of the steps since the last line, which the line of a resumed run includes. */
  Map<String, Double> unlogged() {
    return Map.copyOf(sums);
  }

  /**
   * What kinds of losses are called in a line: {@code mask} for {@code loss_mask}; classes last.
   */
  static List<String> labels(Collection<String> kinds) {
    return kinds.stream()
        .map(StepLog::label)
        .sorted(Comparator.comparing(CLASSES::equals)) // else as they are
        .toList();
  }

  private static String label(String kind) {
    String name = kind.replaceFirst("^loss_", "");
    return name.equals("ce") ? CLASSES : name;
  }

  private void add(String name, double value) {
    sums.merge(name, value, Double::sum);
  }

  private Map<String, Double> values(StepReport r) {
    long since = (r.step() - 1) % every + 1;
    Map<String, Double> out = new LinkedHashMap<>();
    out.put("loss", sums.get("loss") / since);
    labels.forEach(label -> out.put(label, sums.getOrDefault(label, 0.0) / since));
    out.put("lr", r.learningRate());
    out.put("gradNorm", sums.get("gradNorm") / since);
    r.measures().keySet().forEach(name -> out.put(name, sums.get(name) / since));
    out.put("img/s", images / times.total() * 1000);
    out.put("dataMs", times.millis(Phase.DATA) / count);
    out.put("stepMs", times.total() / count);
    out.put("forwardMs", times.millis(Phase.FORWARD) / count);
    out.put("lossMs", times.millis(Phase.LOSS) / count);
    out.put("backwardMs", times.millis(Phase.BACKWARD) / count);
    out.put("optimizerMs", times.millis(Phase.OPTIMIZER) / count);
    if (exchange.millis() > 0) {
      out.put("waitMs", times.millis(Phase.EXCHANGE) / count);
      out.put("exchangeMs", exchange.millis() / count);
      out.put(HIDDEN, exchange.hiddenMillis() / exchange.millis());
    }
    out.put("memMiB", ResidentMemory.bytes().orElse(r.liveBytes()) / MIB);
    r.parts().forEach(part -> out.put(part.name(), sums.get(part.name()) / since));
    return out;
  }

  private String text(long step, Map<String, Double> v) {
    StringBuilder losses = new StringBuilder();
    labels.forEach(
        name -> losses.append(String.format(Locale.ROOT, " %s=%.4f", name, v.get(name))));
    String processes =
        v.containsKey(HIDDEN)
            ? String.format(Locale.ROOT, " waitMs=%.1f hidden=%.2f", v.get("waitMs"), v.get(HIDDEN))
            : "";
    return String.format(
        Locale.ROOT,
        "step=%d loss=%.4f%s lr=%.3g img/s=%.2f dataMs=%.1f stepMs=%.1f%s memMiB=%.0f",
        step,
        v.get("loss"),
        losses,
        v.get("lr"),
        v.get("img/s"),
        v.get("dataMs"),
        v.get("stepMs"),
        processes,
        v.get("memMiB"));
  }

  /** Numbers of one kind to metrics.jsonl and the trackers. */
  void write(String kind, long step, Map<String, Double> values) {
    try {
      metrics.write(kind, step, values);
      trackers.numbers(kind, step, values);
    } catch (IOException e) {
      throw OutputFile.failure(metrics.file(), e);
    }
  }

  @Override
  public void close() throws IOException {
    metrics.close();
  }
}
