package org.maskwright.trainer.loop;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.settings.ExtensionException;
import org.maskwright.trainer.TrainingDivergedException;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.loss.Decisions;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.NamedSums;
import org.maskwright.trainer.loss.NonFiniteCostException;
import org.maskwright.trainer.loss.StepNormalizers;
import org.maskwright.trainer.optim.Closure;

/**
 * The losses and gradients of one step, part by part, as often as the optimiser asks for them. An
 * evaluation after the first one draws the same random numbers and takes the same decisions, and
 * leaves buffers and random streams as the first one left them.
 *
 * <p>Losses and gradients are those of all processes that share the step.
 */
final class StepEvaluation implements Closure {
  private static final String TOTAL = ""; // beside the names of the parts

  private final TrainTask task;
  private final Engine engine;
  private final ProcessGroup processes;
  private final ParameterExchange exchange;
  private final Step step;
  private final double scale;
  private final Phases phases;
  private final Supplier<Optional<Path>> lastCheckpoint;
  private final StepNormalizers normalizers;
  private final Map<String, Long> streams; // before the step
  private final List<Decisions> decisions; // of each part
  private int evaluations;
  private Map<String, Double> parts = new LinkedHashMap<>(); // of the latest evaluation
  private final Deque<PartLosses> unread = new ArrayDeque<>(); // of the latest evaluation
  private double loss; // of the latest evaluation, of the parts that are read
  private Map<String, Double> firstParts = parts;
  private double firstLoss;

  /** The losses of a part of the step. */
  private record PartLosses(int part, Losses.Unread losses) {}

  /**
   * @param exchange of what the task trains
   * @param scale factor on the loss in the backward pass; gradients are divided by it
   */
  StepEvaluation(
      TrainTask task,
      ParameterExchange exchange,
      Step step,
      double scale,
      Phases phases,
      Supplier<Optional<Path>> lastCheckpoint) {
    this.task = task;
    this.exchange = exchange;
    this.engine = task.model().engine();
    this.processes = engine.processes();
    this.step = step;
    this.scale = scale;
    this.phases = phases;
    this.lastCheckpoint = lastCheckpoint;
    this.normalizers = task.normalizers(step).over(processes);
    this.streams = engine.random().save();
    this.decisions = step.parts().stream().map(part -> new Decisions()).toList();
  }

  /**
   * @throws TrainingDivergedException at the first loss or matching cost that is not finite
   */
  @Override
  public double evaluate() {
    return evaluateAhead().getAsDouble();
  }

  @Override
  public DoubleSupplier evaluateAhead() {
    evaluations++;
    if (evaluations == 1) {
      compute();
      return () -> {
        firstLoss = read();
        firstParts = parts;
        return firstLoss;
      };
    }
    phases.mark(Phases.Phase.OPTIMIZER);
    engine.random().rewind(streams);
    try (Scope scope = engine.scope()) {
      Map<Parameter, Tensor> buffers = new LinkedHashMap<>();
      task.model().buffers().values().forEach(b -> buffers.put(b, b.tensor().copy()));
      try {
        compute();
        double again = read();
        return () -> again;
      } finally {
        buffers.forEach(Parameter::set);
      }
    }
  }

  /** The loss of the first evaluation: at the weights before the step. */
  double loss() {
    return firstLoss;
  }

  /** The parts of {@link #loss()}. */
  List<LossPart> parts() {
    return list(firstParts);
  }

  private void compute() {
    task.model().zeroGrad();
    parts = new LinkedHashMap<>();
    unread.clear();
    loss = 0;
    for (int part = 0; part < step.parts().size(); part++) {
      decisions.get(part).replay();
      backward(part);
    }
    if (scale != 1) {
      unscale();
    }
  }

  /** The loss of the latest evaluation with those of the other processes; asked once. */
  private double read() {
    while (!unread.isEmpty()) {
      add(unread.remove());
    }
    if (processes.size() == 1) {
      return loss;
    }
    parts.put(TOTAL, loss);
    parts = NamedSums.over(processes, parts);
    markExchange();
    return parts.remove(TOTAL);
  }

  /** Adds up what a part of the step came to. */
  private void add(PartLosses of) {
    double total = 0;
    for (LossPart value : of.losses().values()) {
      parts.merge(value.name(), value.value(), Double::sum);
      total += value.value();
    }
    if (!Double.isFinite(total)) {
      throw diverged("the loss is " + total, step.imageIds(of.part()));
    }
    loss += total;
  }

  /** Does not wait for losses on their way from a device; what is there has to be finite. */
  private void backward(int part) {
    try (Scope scope = engine.scope()) {
      Losses losses = losses(part);
      unread.add(new PartLosses(part, losses.readLater()));
      while (!unread.isEmpty() && unread.element().losses().isRead()) {
        add(unread.remove());
      }
      phases.mark(Phases.Phase.LOSS);
      if (part == step.parts().size() - 1) {
        exchange.whileAdded(() -> differentiate(losses));
        markExchange();
      } else {
        differentiate(losses);
      }
    } catch (NonFiniteCostException e) {
      unread.forEach(this::add);
      throw diverged(e.getMessage(), step.imageIds(part));
    }
  }

  private void unscale() {
    for (Parameter p : task.model().parameters().values()) {
      if (p.grad() != null) {
        p.scaleGrad(1 / scale);
      }
    }
  }

  private void differentiate(Losses losses) {
    (scale == 1 ? losses.total() : losses.total().mul(scale)).backward();
    phases.mark(Phases.Phase.BACKWARD);
  }

  private void markExchange() {
    if (processes.size() > 1) {
      phases.mark(Phases.Phase.EXCHANGE);
    }
  }

  /** What another's task throws is named; that a cost is not finite is for the caller to report. */
  private Losses losses(int part) {
    StepPart asked = new StepPart(step, part, normalizers, decisions.get(part), phases);
    AtomicReference<NonFiniteCostException> cost = new AtomicReference<>();
    Optional<Losses> losses =
        ExtensionException.naming(
            "train task",
            task.getClass(),
            () -> {
              try (Scope forward = engine.scope()) {
                return Optional.of(task.losses(asked).keptFrom(forward));
              } catch (NonFiniteCostException e) {
                cost.set(e);
                return Optional.empty();
              }
            });
    return losses.orElseThrow(cost::get);
  }

  /** That something of the whole step is not finite. */
  TrainingDivergedException diverged(String what) {
    return diverged(what, step.imageIds());
  }

  private TrainingDivergedException diverged(String what, List<String> imageIds) {
    String where = evaluations == 1 ? "" : " (evaluation %d of the step)".formatted(evaluations);
    return new TrainingDivergedException(
        step.number(), what + where, list(parts), imageIds, lastCheckpoint.get());
  }

  private static List<LossPart> list(Map<String, Double> parts) {
    return parts.entrySet().stream().map(e -> new LossPart(e.getKey(), e.getValue())).toList();
  }
}
