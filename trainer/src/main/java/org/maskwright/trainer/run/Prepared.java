package org.maskwright.trainer.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.Share;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.loop.TrainTask;
import org.maskwright.trainer.loop.TrainTaskSettings;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.SupervisionSettings;
import org.maskwright.trainer.source.EvaluatedData;
import org.maskwright.trainer.source.TrainingData;

/**
 * Data, engine, model and what learns, put together as the settings say and found to be in order;
 * nothing is trained or written yet.
 *
 * @param data to train on
 * @param val to evaluate on, at least one
 * @param warnings what is rarely meant
 */
record Prepared(
    TrainingData data,
    List<EvaluatedData> val,
    Engine engine,
    SegmentationModel model,
    Learner learner,
    Evaluators evaluators,
    List<String> warnings)
    implements AutoCloseable {
  /**
   * Puts a run together.
   *
   * @param console told what there is, and what is rarely meant
   * @param warnings told of what is wrong with single images while training
   * @param processes that train together
   */
  static Prepared of(
      RunSettings settings, Console console, Consumer<String> warnings, ProcessGroup processes) {
    BatchMemory.require(settings);
    PixelSettings.require(settings);
    FrozenEncoding.require(settings.init());
    boolean made = settings.data().scenes().isPresent();
    if (made && processes.rank() > 0) {
      processes.meet(); // the first one writes the data set
    }
    TrainingData data = TrainingData.open(settings, console::line);
    List<EvaluatedData> val = EvaluatedData.all(settings);
    if (made && processes.rank() == 0) {
      processes.meet();
    }
    if (!settings.model().decoder().isAsked()) { // what is asked has no classes of its own
      val.forEach(each -> requireSameClasses(data.categories(), each));
    }
    data.requireShared(new Share(processes.rank(), processes.size()));
    data.lines().forEach(console::line);
    for (EvaluatedData each : val) {
      console.line(
          "val:   %s%s, %d images",
          val.size() == 1 ? "" : each.name() + " = ", each.dataset().name(), each.dataset().size());
    }
    PixelSettings.line(settings).ifPresent(console::line);
    Stream.concat(data.notes(), val.stream().flatMap(v -> v.dataset().notes().stream()))
        .distinct()
        .forEach(note -> console.line("note: " + note));
    List<String> cautions = new ArrayList<>();
    data.learnable(val.stream().map(EvaluatedData::dataset).toList())
        .forEach(warning -> cautions.add("warning: " + warning));
    data.starved().forEach(warning -> cautions.add("warning: " + warning));
    cautions.addAll(Cautions.of(settings, data, val));
    cautions.addAll(PixelSettings.cautions(settings, data));
    cautions.forEach(console::line);
    CriterionSettings criterion = WeightedClasses.of(settings, data, console);
    Engine engine = open(settings, console, processes);
    try {
      return of(settings, criterion, console, warnings, data, val, engine, cautions);
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  private static Engine open(RunSettings settings, Console console, ProcessGroup processes) {
    boolean together = settings.train().processes().syncBatchNorm();
    Engine engine =
        GroupMember.open(
            settings.engine().options(settings.seed()),
            processes,
            together ? processes : ProcessGroup.alone());
    console.line("engine: " + engine.description());
    if (processes.size() == 1) { // else they are the others' of this run
      SharedCores.notice(settings.engine().threads()).ifPresent(console::line);
    }
    return engine;
  }

  private static Prepared of(
      RunSettings settings,
      CriterionSettings criterion,
      Console console,
      Consumer<String> warnings,
      TrainingData data,
      List<EvaluatedData> val,
      Engine engine,
      List<String> cautions) {
    ClassSpace classes = TrainingData.classSpace(data.categories());
    SegmentationModel model = built(engine, settings, classes);
    try {
      data.sources().forEach(source -> requireLearnable(source.settings().supervision(), model));
      Initialisation.Origin origin =
          Initialisation.apply(
              model, settings.init(), settings.data().normalization().given(), console);
      Initialisation.freeze(model, settings.init().freeze());
      Initialisation.trainOnly(model, settings.init().trainOnly());
      Optional<FrozenEncoding> frozen = FrozenEncoding.of(settings.init(), model, console::line);
      Learner learner =
          new Learner(
              model,
              task(settings, criterion, warnings, model, data, origin.normalization()),
              describe(settings, model, origin),
              settings.optimizer(),
              criterion,
              settings.train().shardOptimizer() ? engine.processes() : ProcessGroup.alone(),
              frozen);
      try {
        console.line(
            settings.model().decoder().isPretext()
                ? "model: %.2f million parameters"
                : "model: %.2f million parameters, %d classes, %d queries",
            model.parameterCount() / 1e6,
            classes.size(),
            model.queries());
        List<String> ofModel = Cautions.ofModel(settings, model);
        ofModel.forEach(console::line);
        cautions.addAll(ofModel);
        Evaluators evaluators =
            new Evaluators(model, origin.normalization(), settings, val, Optional.empty(), console);
        return new Prepared(data, val, engine, model, learner, evaluators, List.copyOf(cautions));
      } catch (RuntimeException e) {
        learner.close();
        throw e;
      }
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
  }

  /**
   * Reads this process's share of the training data, from where the state is; the caller's to
   * close.
   */
  Loader loader(TrainingState state) {
    ProcessGroup group = learner.processes();
    return data.loader(
        state.loader().orElseGet(data::start), new Share(group.rank(), group.size()));
  }

  private static SegmentationModel built(Engine engine, RunSettings settings, ClassSpace classes) {
    try {
      return SegmentationModels.build(
          engine, settings.model(), settings.data().channels(), classes);
    } catch (IllegalArgumentException e) { // settings of parts that do not fit each other
      throw new ConfigException(e.getMessage(), e);
    }
  }

  private static void requireLearnable(SupervisionSettings supervision, SegmentationModel model) {
    try {
      supervision.requireModel(model);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("data.source.supervision: " + e.getMessage(), e);
    }
  }

  private static TrainTask task(
      RunSettings settings,
      CriterionSettings criterion,
      Consumer<String> warnings,
      SegmentationModel model,
      TrainingData data,
      Normalization normalization) {
    return TrainTaskSettings.built(
        settings.train().task(),
        new TrainTaskSettings.Context(
            model,
            criterion,
            data.sources().stream().map(source -> source.settings().annotation()).toList(),
            normalization,
            warnings));
  }

  private static ModelFile describe(
      RunSettings settings, SegmentationModel model, Initialisation.Origin origin) {
    return ModelFile.of(
        model.config(),
        model.classSpace(),
        settings.eval().shortEdge(),
        settings.eval().maxSize(),
        origin.normalization(),
        origin.licence());
  }

  private static void requireSameClasses(Categories train, EvaluatedData val) {
    if (!val.ofOwnClasses() && !train.names().equals(val.classNames())) {
      throw new ConfigException(
          "data.val: expected the classes of data.train, in the same order: "
              + train.names()
              + ", got "
              + val.classNames()
              + "; data.evaluation.label-space = own judges it in its own");
    }
  }

  @Override
  public void close() {
    try {
      learner.close();
    } finally {
      try {
        model.close();
      } finally {
        engine.close();
      }
    }
  }
}
