package org.maskwright.trainer.loop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.NonFiniteCostException;
import org.maskwright.trainer.optim.AdamW;
import org.maskwright.trainer.optim.Ema;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.schedule.Schedule;

/**
 * The loop: batch, losses, gradients, update; and again. All else listens.
 *
 * <p><b>Threads</b> one; the loader's threads work ahead.
 */
public final class Trainer {
  private final TrainingTask task;
  private final Engine engine;
  private final AdamW optimizer;
  private final Optional<Ema> ema;
  private final OptimizerSettings settings;
  private final Schedule schedule;
  private final int accumulate;
  private final Supplier<Optional<Path>> lastCheckpoint;

  /**
   * A loop over a task.
   *
   * @param accumulate batches whose gradients are added before an update
   * @param lastCheckpoint named where training diverges
   */
  public Trainer(
      TrainingTask task,
      AdamW optimizer,
      Optional<Ema> ema,
      OptimizerSettings settings,
      Schedule schedule,
      int accumulate,
      Supplier<Optional<Path>> lastCheckpoint) {
    this.task = task;
    this.engine = task.model().engine();
    this.optimizer = optimizer;
    this.ema = ema;
    this.settings = settings;
    this.schedule = schedule;
    this.accumulate = accumulate;
    this.lastCheckpoint = lastCheckpoint;
  }

  /**
   * Takes the steps {@code done + 1} to {@code steps}, or fewer if a listener says stop.
   *
   * @return the number of the last step taken
   * @throws TrainingDivergedException at the first loss, gradient or matching cost that is not
   *     finite; parameters are then those before the step
   */
  public long run(Loader loader, long done, long steps, List<TrainListener> listeners) {
    task.model().setTraining(true);
    long step = done;
    boolean stop = false;
    while (step < steps && !stop) {
      StepReport report = step(loader, ++step);
      for (TrainListener listener : listeners) {
        stop |= listener.afterStep(report) == TrainListener.Verdict.STOP;
      }
    }
    return step;
  }

  private StepReport step(Loader loader, long step) {
    Phases phases = new Phases();
    Map<String, Double> parts = new LinkedHashMap<>();
    List<String> imageIds = new ArrayList<>();
    double loss = 0;
    int images = 0;
    for (int i = 0; i < accumulate; i++) {
      Batch batch =
          loader
              .next()
              .orElseThrow(() -> new IllegalStateException("loader: ended during training"));
      phases.mark(Phases.Phase.DATA);
      images += batch.size();
      batch.examples().forEach(e -> imageIds.add(e.info().imageId().toString()));
      loss += backward(batch, phases, step, parts, imageIds) / accumulate;
    }
    double norm = optimizer.gradientNorm();
    if (!Double.isFinite(norm)) {
      task.model().zeroGrad();
      throw diverged(step, "the gradient's norm is " + norm, parts, imageIds);
    }
    double factor = schedule.factor(step - 1);
    optimizer.step(factor, 1.0 / accumulate, norm);
    task.model().zeroGrad();
    ema.ifPresent(Ema::update);
    phases.mark(Phases.Phase.OPTIMIZER);
    return new StepReport(
        step,
        loss,
        lossParts(parts),
        norm / accumulate,
        settings.learningRate() * factor,
        images,
        phases,
        engine.memory().liveBytes());
  }

  private double backward(
      Batch batch, Phases phases, long step, Map<String, Double> parts, List<String> imageIds) {
    try (Scope scope = engine.scope()) {
      Losses losses = task.losses(batch, phases);
      double total = 0;
      for (LossPart part : losses.values()) {
        parts.merge(part.name(), part.value() / accumulate, Double::sum);
        total += part.value();
      }
      phases.mark(Phases.Phase.LOSS);
      if (!Double.isFinite(total)) {
        task.model().zeroGrad();
        throw diverged(step, "the loss is " + total, parts, imageIds);
      }
      losses.total().backward();
      phases.mark(Phases.Phase.BACKWARD);
      return total;
    } catch (NonFiniteCostException e) {
      task.model().zeroGrad();
      throw diverged(step, e.getMessage(), parts, imageIds);
    }
  }

  private TrainingDivergedException diverged(
      long step, String what, Map<String, Double> parts, List<String> imageIds) {
    return new TrainingDivergedException(
        step, what, lossParts(parts), imageIds, lastCheckpoint.get());
  }

  private static List<LossPart> lossParts(Map<String, Double> parts) {
    return parts.entrySet().stream().map(e -> new LossPart(e.getKey(), e.getValue())).toList();
  }
}
