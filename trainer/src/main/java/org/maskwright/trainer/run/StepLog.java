package org.maskwright.trainer.run;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.maskwright.trainer.loop.Phases;
import org.maskwright.trainer.loop.Phases.Phase;
import org.maskwright.trainer.loop.StepReport;
import org.maskwright.trainer.loop.TrainListener;

/**
 * One line every N steps on the console, in metrics.jsonl and as TensorBoard scalars; a bar in
 * between.
 */
final class StepLog implements TrainListener, Closeable {
  private static final double MIB = 1 << 20;

  private final Console console;
  private final MetricsLog metrics;
  private final EventWriter events;
  private final int every;
  private final long steps;
  private Phases times = new Phases(); // of the steps since the last line
  private int images;
  private int count;

  StepLog(Console console, MetricsLog metrics, Path tensorboard, int every, long steps)
      throws IOException {
    this.console = console;
    this.metrics = metrics;
    this.events = new EventWriter(tensorboard);
    this.every = every;
    this.steps = steps;
  }

  @Override
  public Verdict afterStep(StepReport r) {
    times.add(r.phases());
    images += r.images();
    count++;
    if (r.step() % every == 0 || r.step() == steps) {
      Map<String, Double> values = values(r);
      console.line(text(r.step(), values));
      write("train", r.step(), values);
      times = new Phases();
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

  private Map<String, Double> values(StepReport r) {
    Map<String, Double> out = new LinkedHashMap<>();
    out.put("loss", r.loss());
    out.put("mask", r.sumOf("loss_mask"));
    out.put("dice", r.sumOf("loss_dice"));
    out.put("cls", r.sumOf("loss_ce"));
    out.put("lr", r.learningRate());
    out.put("gradNorm", r.gradientNorm());
    out.put("img/s", images / times.total() * 1000);
    out.put("dataMs", times.millis(Phase.DATA) / count);
    out.put("stepMs", times.total() / count);
    out.put("forwardMs", times.millis(Phase.FORWARD) / count);
    out.put("lossMs", times.millis(Phase.LOSS) / count);
    out.put("backwardMs", times.millis(Phase.BACKWARD) / count);
    out.put("optimizerMs", times.millis(Phase.OPTIMIZER) / count);
    out.put("memMiB", ResidentMemory.bytes().orElse(r.liveBytes()) / MIB);
    return out;
  }

  private static String text(long step, Map<String, Double> v) {
    return String.format(
        Locale.ROOT,
        "step=%d loss=%.4f mask=%.4f dice=%.4f cls=%.4f lr=%.3g img/s=%.2f dataMs=%.1f stepMs=%.1f memMiB=%.0f",
        step,
        v.get("loss"),
        v.get("mask"),
        v.get("dice"),
        v.get("cls"),
        v.get("lr"),
        v.get("img/s"),
        v.get("dataMs"),
        v.get("stepMs"),
        v.get("memMiB"));
  }

  /** Numbers of one kind to metrics.jsonl and TensorBoard. */
  void write(String kind, long step, Map<String, Double> values) {
    try {
      metrics.write(kind, step, values);
      Map<String, Double> tagged = new LinkedHashMap<>();
      values.forEach((name, value) -> tagged.put(kind + "/" + name, value));
      events.scalars(step, tagged);
      events.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("metrics cannot be written: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    metrics.close();
    events.close();
  }
}
