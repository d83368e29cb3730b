package org.maskwright.trainer.run;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.files.OutputFile;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.checkpoint.EncoderFile;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.checkpoint.ParameterState;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.Trainer;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.optim.Ema;
import org.maskwright.trainer.optim.Optimizer;
import org.maskwright.trainer.optim.OptimizerSettings;

/**
 * All that learning changes: the model, the optimiser's state and the moving average; written to
 * and read from checkpoints together. The model stays the caller's to close; what the task trains
 * besides is closed here.
 *
 * <p>{@code model.safetensors} of a checkpoint holds the weights that evaluation used: with a
 * moving average those, and the raw ones beside them.
 */
final class Learner implements AutoCloseable {
  private static final String OPTIMIZER = "optimizer.safetensors";
  private static final String RAW = "raw.safetensors";
  private static final String TASK = "task.safetensors";
  private static final String STATE = "state.conf";

  private final SegmentationModel model;
  private final TrainTask task;
  private final Map<String, Parameter> besides; // that the task trains, by its module's names
  private final ModelFile description;
  private final Optional<TrainedLoss> loss;
  private final Optimizer optimizer;
  private final Optional<ShardedState> sharded; // the optimiser's, where processes divide it
  private final Optional<Ema> ema;
  private final Optional<FrozenEncoding> frozen;
  private final Map<String, Parameter> learnt; // of the model: all, or the head
  private Optional<StateDict> toHandOut = Optional.empty(); // of the sharded state, in process 0

  /**
   * @param criterion named in the weights' files, for whoever trains further elsewhere
   * @param sharing processes that divide the optimiser's state
   * @param frozen the encoder that does not learn, where there is one; closed with this
   */
  Learner(
      SegmentationModel model,
      TrainTask task,
      ModelFile description,
      OptimizerSettings settings,
      CriterionSettings criterion,
      ProcessGroup sharing,
      Optional<FrozenEncoding> frozen) {
    this.model = model;
    this.frozen = frozen;
    this.learnt = frozen.map(FrozenEncoding::head).orElseGet(model::state);
    this.task = task;
    this.besides = new LinkedHashMap<>(task.model().state());
    this.besides.values().removeAll(model.state().values());
    this.description = description;
    this.loss = criterion.trained();
    try {
      this.optimizer = settings.over(task.model(), sharing);
    } catch (RuntimeException e) {
      besides.values().forEach(Parameter::close);
      throw e;
    }
    try {
      this.sharded =
          sharing.size() > 1
              ? Optional.of(new ShardedState(sharing, optimizer.state()))
              : Optional.empty();
      this.ema =
          settings.emaDecay() > 0
              ? Optional.of(new Ema(model.engine(), learnt, settings.emaDecay()))
              : Optional.empty();
    } catch (RuntimeException e) {
      optimizer.close();
      besides.values().forEach(Parameter::close);
      throw e;
    }
  }

  SegmentationModel model() {
    return model;
  }

  TrainTask task() {
    return task;
  }

  Optimizer optimizer() {
    return optimizer;
  }

  Optional<Ema> ema() {
    return ema;
  }

  /**
   * What changes all this, as a run's settings say.
   *
   * @param state where it goes on
   * @param lastCheckpoint named where the loss is no number
   */
  Trainer trainer(
      RunSettings settings, TrainingState state, Supplier<Optional<Path>> lastCheckpoint) {
    Trainer trainer =
        new Trainer(
            task,
            optimizer,
            ema,
            settings.optimizer(),
            settings.schedule().over(settings.train().steps()),
            settings.train().accumulate(),
            lastCheckpoint);
    state.lossScale().ifPresent(trainer::resume);
    return trainer;
  }

  /** The processes that learn together. */
  ProcessGroup processes() {
    return engine().processes();
  }

  /**
   * Makes running statistics one: each process has those of its own images, and a checkpoint holds
   * the means.
   */
  void averageBuffers() {
    new ParameterExchange(engine(), processes(), task.model().buffers().values()).average();
  }

  /**
   * Makes all processes stand where process 0 does, with its weights, moments and averages.
   *
   * @param own where this process stands
   * @return where process 0 stands
   */
  TrainingState shared(TrainingState own) {
    ProcessGroup group = processes();
    if (group.size() == 1) {
      return own;
    }
    byte[] text =
        group.rank() == 0
            ? SettingsWriter.render(own).getBytes(StandardCharsets.UTF_8)
            : new byte[0];
    String first = new String(group.gather(text).get(0), StandardCharsets.UTF_8);
    List<Parameter> all = new ArrayList<>(task.model().state().values());
    if (sharded.isEmpty()) {
      all.addAll(optimizer.state().values());
    }
    ema.ifPresent(e -> all.addAll(e.state().values()));
    new ParameterExchange(engine(), group, all).take(0);
    sharded.ifPresent(s -> s.handOut(toHandOut));
    toHandOut = Optional.empty();
    TrainingState state =
        group.rank() == 0
            ? own
            : ConfigFile.data("state of process 0", first).bind(TrainingState.class);
    if (group.rank() != 0 && state.step() > 0) {
      optimizer.resume(state.step());
      engine().random().rewind(state.randomStreams());
    }
    return state;
  }

  private Engine engine() {
    return model.engine();
  }

  /** Runs with the weights that evaluation is to use. */
  void withEvaluationWeights(Runnable body) {
    ema.ifPresentOrElse(e -> e.with(body), body);
    model.setTraining(true);
  }

  CheckpointStore.Checkpoint write(CheckpointStore store, TrainingState state) {
    return store.write(state.step(), folder -> writeInto(folder, state));
  }

  /** In another process than the first, which writes a checkpoint: gives it what it lacks. */
  void helpWrite() {
    sharded.ifPresent(ShardedState::help);
  }

  private void writeOptimizer(Path file) {
    if (sharded.isPresent()) {
      Safetensors.write(file, sharded.get().view());
      sharded.get().end();
    } else {
      Safetensors.write(file, ParameterState.view(optimizer.state()));
    }
  }

  private void writeInto(Path folder, TrainingState state) {
    if (ema.isPresent()) {
      Safetensors.write(folder.resolve(RAW), ParameterState.view(learnt));
    }
    Optional<EncoderFile> encoder = frozen.map(FrozenEncoding::file);
    withEvaluationWeights(() -> ModelFolder.write(folder, description, model, loss, encoder));
    if (!besides.isEmpty()) {
      Safetensors.write(folder.resolve(TASK), ParameterState.view(besides));
    }
    writeOptimizer(folder.resolve(OPTIMIZER));
    OutputFile.writeDurably(folder.resolve(STATE), SettingsWriter.render(state));
  }

  /**
   * Loads the newest checkpoint, or the newest that is whole: those after it are set aside, not
   * deleted.
   *
   * @return where the run stands; at its start if there is no checkpoint
   * @throws CheckpointException if there are checkpoints and none can be read; all are left as they
   *     are then
   */
  TrainingState readLatest(CheckpointStore store, Console console) {
    List<CheckpointStore.Checkpoint> all = store.all();
    Map<CheckpointStore.Checkpoint, CheckpointException> broken = new LinkedHashMap<>();
    for (int i = all.size() - 1; i >= 0; i--) {
      CheckpointStore.Checkpoint checkpoint = all.get(i);
      try {
        TrainingState state = read(checkpoint.folder());
        broken.forEach(
            (other, why) ->
                console.line(
                    "warning: checkpoint %s cannot be read and is kept as %s; going on from the one before, %s. The reason: %s",
                    other.folder(), store.setAside(other), checkpoint.folder(), why.getMessage()));
        return state;
      } catch (CheckpointException e) {
        broken.put(checkpoint, e);
      }
    }
    if (broken.isEmpty()) {
      return TrainingState.START;
    }
    CheckpointException newest = broken.values().iterator().next();
    throw new CheckpointException(
        newest.getMessage()
            + "\n  none of the %d checkpoints in %s can be read; start again with another --run-dir"
                .formatted(broken.size(), store.folder()),
        newest);
  }

  /** Loads a checkpoint of the same run and moves the random streams. */
  TrainingState read(Path folder) {
    CheckpointStore.verify(folder);
    frozen.ifPresent(encoding -> encoding.requireSame(folder));
    TrainingState state;
    try {
      state = ConfigFile.loadData(folder.resolve(STATE), List.of()).bind(TrainingState.class);
    } catch (ConfigException e) {
      throw new CheckpointException(folder + ": not a training checkpoint: " + e.getMessage());
    }
    Path weights = folder.resolve(ModelFolder.WEIGHTS);
    if (ema.isPresent()) {
      ParameterState.load(ema.get().state(), Safetensors.read(weights), weights.toString());
      weights = folder.resolve(RAW);
    }
    ParameterState.load(learnt, Safetensors.read(weights), weights.toString());
    if (!besides.isEmpty()) {
      Path file = folder.resolve(TASK);
      ParameterState.load(besides, Safetensors.read(file), file.toString());
    }
    readOptimizer(folder.resolve(OPTIMIZER));
    optimizer.resume(state.step());
    engine().random().rewind(state.randomStreams());
    return state;
  }

  private void readOptimizer(Path file) {
    StateDict whole = Safetensors.read(file);
    if (sharded.isPresent()) {
      sharded.get().require(whole, file.toString());
      toHandOut = Optional.of(whole);
    } else {
      ParameterState.load(optimizer.state(), whole, file.toString());
    }
  }

  /** Overwrites the model's weights with a checkpoint's for evaluation; training is over then. */
  void takeWeights(Path folder) {
    ModelFolder.load(model, folder);
  }

  @Override
  public void close() {
    ema.ifPresent(Ema::close);
    optimizer.close();
    besides.values().forEach(Parameter::close);
    frozen.ifPresent(FrozenEncoding::close);
  }
}
