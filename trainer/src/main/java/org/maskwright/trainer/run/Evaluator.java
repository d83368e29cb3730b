package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.metrics.CocoEvaluator;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.settings.Names;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.ChosenClasses;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Evaluation;
import org.maskwright.trainer.eval.ModelNetwork;
import org.maskwright.trainer.eval.Network;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.eval.SamplePictures;
import org.maskwright.trainer.eval.ValidationLoss;
import org.maskwright.trainer.loss.ClassWeights;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.result.InferenceSettings;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.source.EvaluatedData;
import org.maskwright.trainer.source.TrainingData;

/** Evaluates a model on one data set as the settings say; {@link Evaluators} on all of a run. */
public final class Evaluator {
  private final EvaluatedData data;
  private final EvalSettings settings;
  private final Dataset dataset;
  private final Predictor predictor;
  private final Evaluation evaluation;
  private final RunSettings run;
  private final Console console;
  private final LoaderSettings loading;
  private final int modelClasses; // K of the model
  private final Optional<WordsOfDataset> words; // where the model is asked about them
  private final Optional<int[]> places; // of its classes in the model's, where it has its own

  /**
   * For a model and a data set.
   *
   * @param normalization what the model was trained with
   * @param threshold score from which a result counts where confusions and errors are counted;
   *     empty: that of the best F1 of each class
   * @throws ConfigException if the model or the data set's annotation cannot serve a kind of the
   *     settings, or they have no class in common
   */
  Evaluator(
      SegmentationModel model,
      Normalization normalization,
      RunSettings run,
      EvaluatedData data,
      Optional<Double> threshold,
      Console console) {
    this.data = data;
    this.dataset = data.dataset();
    requireChannels(normalization, dataset);
    this.settings = data.eval(run);
    this.run = run;
    this.console = console;
    // The data set says what is a thing and what stuff; an imported model may not know.
    ClassSpace classes = TrainingData.classSpace(dataset.categories());
    Network network = new ModelNetwork(model);
    boolean own =
        data.ofOwnClasses()
            && network.prompted().isEmpty()
            && !model.classSpace().names().equals(data.classNames());
    boolean words = own && model.config().classHead().speaksWords();
    this.modelClasses = model.classSpace().size();
    this.words =
        words ? Optional.of(WordsOfDataset.of(model, classes, data, run)) : Optional.empty();
    if (!data.kinds().isEmpty() && (words || network.prompted().isPresent())) {
      throw new ConfigException(
          "data.hierarchy.evaluated-level: expected a model that finds its own classes, to add those of a kind; leave it out");
    }
    this.places =
        own && !words && data.kinds().isEmpty()
            ? Optional.of(model.classSpace().places(data.classNames()))
            : Optional.empty();
    this.predictor =
        new Predictor(
            own && !words ? chosen(network, classes, data, console) : network,
            classes,
            normalization,
            inference(settings));
    this.loading = loading(run);
    this.evaluation = evaluation(predictor, run, data, threshold, console::line);
  }

  private static Network chosen(
      Network network, ClassSpace classes, EvaluatedData data, Console console) {
    if (!data.kinds().isEmpty()) {
      return new ChosenClasses(network, classes, data.kinds());
    }
    List<String> missing = network.classSpace().missing(data.classNames());
    if (!missing.isEmpty()) {
      if (missing.size() == classes.size()) {
        throw new ConfigException(
            "data.evaluations, %s: expected a class of the model, %s, got %s; give them the model's names with classes = { theirs = ours }"
                .formatted(
                    data.name(),
                    Names.some(network.classSpace().names()),
                    Names.some(data.classNames())));
      }
      console.line(
          "note: %s: the model does not have %d of %d classes, which are never found: %s",
          data.name(), missing.size(), classes.size(), Names.some(missing));
    }
    return new ChosenClasses(network, classes);
  }

  /**
   * An evaluation as a run's settings say, of whatever predicts.
   *
   * @param threshold as of the constructor
   * @param notes is told what else was opened, a line each
   * @throws ConfigException as the constructor
   */
  public static Evaluation evaluation(
      Predictor predictor,
      RunSettings run,
      EvaluatedData data,
      Optional<Double> threshold,
      Consumer<String> notes) {
    EvalSettings settings = data.eval(run);
    ScoringData scoring =
        new ScoringData(
            data.dataset(),
            // An official file beside the data has the names that these classes had.
            Optional.of(data.settings().dataset()).filter(d -> data.settings().classes().isEmpty()),
            settings.instances(),
            threshold,
            // In a picture of hundreds of objects the best 100 say how many there are, not more.
            settings.tiles().isOn() ? Integer.MAX_VALUE : CocoEvaluator.MAX_DETECTIONS,
            NovelClasses.of(settings),
            notes);
    return Evaluation.shared(
        predictor, scoring, settings.kinds(), loading(run), run.evaluatedTiles());
  }

  private static LoaderSettings loading(RunSettings run) {
    return LoaderSettings.evaluation(1, run.data().workers()).with(run.data().brokenFiles());
  }

  /**
   * Checks that a data set's pictures have the channels that a model takes.
   *
   * @param normalization the model's
   * @throws ConfigException if they have others
   */
  public static void requireChannels(Normalization normalization, Dataset dataset) {
    int taken = normalization.channels().count();
    if (dataset.channels().count() != taken) {
      throw new ConfigException(
          "data.channels: expected %d, as the model takes, got %d"
              .formatted(taken, dataset.channels().count()));
    }
  }

  /** How many images the data set has. */
  int images() {
    return dataset.size();
  }

  /** How images go in and results come out under these settings. */
  public static InferenceSettings inference(EvalSettings s) {
    return new InferenceSettings(
            s.shortEdge(),
            s.maxSize(),
            s.objectThreshold(),
            s.overlapThreshold(),
            s.maxInstances(),
            Set.copyOf(s.tasks()),
            s.rules())
        .withWindows(s.video())
        .withShots(s.shots())
        .withSemanticMerge(s.semanticMerge());
  }

  /**
   * Evaluates.
   *
   * @param limit at most so many images; 0 = all
   * @param files receives the results in the official formats
   * @param picture receives a sheet of sample predictions
   */
  EvalReport run(int limit, Optional<ResultFiles> files, Optional<Path> picture) {
    Optional<SamplePictures> samples =
        picture.map(
            p ->
                new SamplePictures(
                    settings.kinds().get(0),
                    ScoreThresholds.everywhere(InstanceKind.DEFAULT_THRESHOLD),
                    settings.samples()));
    EvalReport report = spoken(() -> evaluation.run(limit, files, samples, loss(), this::progress));
    samples.ifPresent(s -> s.write(picture.get()));
    report.skipped().forEach(message -> console.line("skipped: " + message));
    return report;
  }

  /** Computes this process's share of an evaluation that process 0 runs. */
  void help(int limit) {
    spoken(
        () -> {
          evaluation.help(limit, loss());
          return limit;
        });
  }

  /** While the model speaks the data set's classes. */
  private <T> T spoken(Supplier<T> evaluated) {
    if (words.isEmpty()) {
      return evaluated.get();
    }
    try (ClassHead.Speaking speaking = words.get().speak()) {
      return evaluated.get();
    }
  }

  /** What is evaluated on. */
  EvaluatedData data() {
    return data;
  }

  /** The kind of result that pictures show. */
  String drawnKind() {
    return settings.kinds().get(0).name();
  }

  /**
   * Draws what was found in some images; those of which that was not kept are evaluated again.
   *
   * @param report of an evaluation by this, with the weights of now
   * @param thresholds what has a score below is left out
   * @return a row for each image, of the first kind of the settings
   */
  List<SamplePictures.Row> drawn(
      EvalReport report, Set<ImageId> images, ScoreThresholds thresholds) {
    ResultKind<?> kind = settings.kinds().get(0);
    SamplePictures pictures = new SamplePictures(kind, thresholds, images.size());
    Set<ImageId> again = new HashSet<>();
    for (int i = 0; i < dataset.size(); i++) {
      ImageId id = dataset.info(i).imageId();
      if (images.contains(id) && !pictures.add(dataset, i, report.kept())) {
        again.add(id);
      }
    }
    Dataset some = DatasetView.where(dataset, i -> again.contains(dataset.info(i).imageId()));
    if (some.size() > 0) {
      Evaluation shown =
          new Evaluation(
              predictor, ScoringData.of(some), List.of(kind), loading, run.evaluatedTiles());
      spoken(() -> shown.run(0, Optional.empty(), Optional.of(pictures)));
    }
    return pictures.rows();
  }

  private Optional<ValidationLoss> loss() {
    boolean computed =
        settings.loss()
            && !predictor.isPrompted()
            && dataset.tasks().contains(run.task())
            && data.kinds().isEmpty()
            && places.stream().flatMapToInt(Arrays::stream).allMatch(k -> k >= 0);
    return computed
        ? Optional.of(new ValidationLoss(run.task(), criterion(), run.seed(), classes()))
        : Optional.empty();
  }

  private Optional<ValidationLoss.Classes> classes() {
    return places.map(
        to -> new ValidationLoss.Classes(Arrays.stream(to).boxed().toList(), modelClasses));
  }

  /** Without weights of classes, so that losses of runs with other weights can be compared. */
  private Criterion criterion() {
    return Criterion.of(run.criterion().withClassWeights(ClassWeights.EQUAL));
  }

  private void progress(int images, int of) {
    console.progress("evaluating", images, of, "");
  }
}
