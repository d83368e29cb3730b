package org.maskwright.trainer.loop;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.engine.process.PeerException;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.optim.Ema;
import org.maskwright.trainer.optim.NonFiniteGradientException;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;
import org.maskwright.trainer.schedule.Schedule;

/**
 * The loop: batch, losses, gradients, update; and again. All else listens.
 *
 * <p>Of several {@link Engine#processes} each runs this loop over its share of the batches, and all
 * take the same step.
 *
 * <p><b>Threads</b> one; the loader's threads work ahead.
 */
public final class Trainer {
  private final TrainTask task;
  private final Engine engine;
  private final Optimizer optimizer;
  private final Optional<Ema> ema;
  private final OptimizerSettings settings;
  private final Schedule schedule;
  private final int accumulate;
  private final Supplier<Optional<Path>> lastCheckpoint;
  private final ParameterExchange exchange;
  private final Optional<LossScale> scale;

  /**
   * A loop over a task.
   *
   * @param accumulate batches that are computed one after the other for an update, which is that of
   *     one large batch
   * @param lastCheckpoint named where training diverges
   */
  public Trainer(
      TrainTask task,
      Optimizer optimizer,
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
    this.exchange =
        new ParameterExchange(
            engine,
            engine.processes(),
            task.model().parameters().values().stream().filter(Parameter::isTrainable).toList());
    this.scale = LossScale.of(engine.precision());
  }

  /** Goes on with the loss scale of a checkpoint; without float16 there is none. */
  public void resume(LossScale.State state) {
    scale.ifPresent(s -> s.resume(state));
  }

  /**
   * Takes the steps {@code done + 1} to {@code steps}, or fewer if a listener says stop.
   *
   * @return the number of the last step taken
   * @throws TrainingDivergedException at the first loss, gradient or matching cost that is not
   *     finite; parameters are then those before the step. In float16 a step whose gradient is not
   *     finite is left out as long as the {@link LossScale} can be lowered
   */
  public long run(Loader loader, long done, long steps, List<TrainListener> listeners) {
    task.model().setTraining(true);
    long step = done;
    boolean stop = false;
    task.trainedTo((double) done / Math.max(1, steps));
    while (step < steps && !stop) {
      StepReport report = step(loader, ++step);
      task.trainedTo((double) step / steps);
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
    double lossFactor = scale.map(LossScale::factor).orElse(1.0);
    StepEvaluation evaluation =
        new StepEvaluation(task, exchange, step, lossFactor, phases, lastCheckpoint);
    double factor = schedule.factor(number - 1);
    Optional<Optimizer.Outcome> taken =
        update(evaluation, factor, schedule.backboneFactor(number - 1));
    taken.ifPresent(
        outcome -> {
          requireOneStep(number, outcome.gradientNorm());
          ema.ifPresent(Ema::update);
          scale.ifPresent(LossScale::taken);
        });
    Optimizer.Outcome outcome = taken.orElse(new Optimizer.Outcome(0, Map.of()));
    phases.mark(Phases.Phase.OPTIMIZER);
    return new StepReport(
        number,
        evaluation.loss(),
        evaluation.parts(),
        outcome.gradientNorm(),
        settings.learningRate() * factor,
        scale.isPresent()
            ? LossScale.with(outcome.measures(), lossFactor, taken.isEmpty())
            : outcome.measures(),
        step.images(),
        phases,
        exchange.takeOverlap(),
        engine.memory().liveBytes(),
        scale.map(LossScale::state));
  }

  /** The optimiser's step; none where the loss was scaled too much for it, and nothing changed. */
  private Optional<Optimizer.Outcome> update(
      StepEvaluation evaluation, double factor, double backboneFactor) {
    try {
      return Optional.of(optimizer.step(evaluation, factor, backboneFactor));
    } catch (NonFiniteGradientException e) {
      if (scale.isPresent() && scale.get().lowered()) {
        return Optional.empty();
      }
      throw evaluation.diverged(e.getMessage());
    } finally {
      task.model().zeroGrad();
    }
  }

  /** Processes that have the same weights and images get the same gradient, to the last bit. */
  private void requireOneStep(long number, double norm) {
    ProcessGroup group = engine.processes();
    if (group.size() == 1) {
      return;
    }
    double[] norms = new double[group.size()];
    norms[group.rank()] = norm;
    double[] all = group.sum(norms);
    for (int rank = 1; rank < all.length; rank++) {
      if (all[rank] != all[0]) {
        throw new PeerException(
            "step %d: expected one gradient in all processes, got one of norm %s in %s and %s in %s; they compute differently, on processors or libraries of different kinds say"
                .formatted(number, all[0], group.name(0), all[rank], group.name(rank)));
      }
    }
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
    int[] largest =
        engine
            .processes()
            .max(Step.largest(batches, Batch::height), Step.largest(batches, Batch::width));
    return new Step(number, batches, largest[0], largest[1]);
  }
}
