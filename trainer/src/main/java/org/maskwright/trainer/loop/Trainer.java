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
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.NonFiniteCostException;
import org.maskwright.trainer.loss.StepNormalizers;
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
  private final TrainTask task;
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
   * @param accumulate batches that are computed one after the other for an update, which is that of
   *     one large batch
   * @param lastCheckpoint named where training diverges
   */
  public Trainer(
      TrainTask task,
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

  private StepReport step(Loader loader, long number) {
    Phases phases = new Phases();
    Step step = next(loader, number);
    phases.mark(Phases.Phase.DATA);
    StepNormalizers normalizers = task.normalizers(step);
    Map<String, Double> parts = new LinkedHashMap<>();
    double loss = 0;
    for (int i = 0; i < accumulate; i++) {
      loss += backward(step, i, normalizers, phases, parts);
    }
    double norm = optimizer.gradientNorm();
    if (!Double.isFinite(norm)) {
      task.model().zeroGrad();
      throw diverged(number, "the gradient's norm is " + norm, parts, step.imageIds());
    }
    double factor = schedule.factor(number - 1);
    optimizer.step(factor, norm);
    task.model().zeroGrad();
    ema.ifPresent(Ema::update);
    phases.mark(Phases.Phase.OPTIMIZER);
    return new StepReport(
        number,
        loss,
        lossParts(parts),
        norm,
        settings.learningRate() * factor,
        step.images(),
        phases,
        engine.memory().liveBytes());
  }

  /** All images of a step: what a loss is divided by depends on all of them. */
  private Step next(Loader loader, long number) {
    List<Batch> batches = new ArrayList<>();
    for (int i = 0; i < accumulate; i++) {
      batches.add(
          loader
              .next()
              .orElseThrow(() -> new IllegalStateException("loader: ended during training")));
    }
    return new Step(number, batches);
  }

  private double backward(
      Step step, int part, StepNormalizers normalizers, Phases phases, Map<String, Double> parts) {
    try (Scope scope = engine.scope()) {
      Losses losses = task.losses(new StepPart(step, part, normalizers, new Decisions(), phases));
      double total = 0;
      for (LossPart value : losses.values()) {
        parts.merge(value.name(), value.value(), Double::sum);
        total += value.value();
      }
      phases.mark(Phases.Phase.LOSS);
      if (!Double.isFinite(total)) {
        task.model().zeroGrad();
        throw diverged(step.number(), "the loss is " + total, parts, step.imageIds(part));
      }
      losses.total().backward();
      phases.mark(Phases.Phase.BACKWARD);
      return total;
    } catch (NonFiniteCostException e) {
      task.model().zeroGrad();
      throw diverged(step.number(), e.getMessage(), parts, step.imageIds(part));
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
