package org.maskwright.trainer.run;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetView;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.metrics.CocoEvaluator;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.engine.tensor.ParameterExchange;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Evaluation;
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
import org.maskwright.trainer.source.TrainingData;

/**
 * Evaluates a model on one data set as the settings say.
 *
 * <p>Where the model's engine has joined several processes they evaluate together: process 0 calls
 * {@link #run}, as often as it likes, and {@link #release} when it needs the others no more; the
 * others call {@link #help} until then.
 */
public final class Evaluator {
  private final EvalSettings settings;
  private final Dataset dataset;
  private final Predictor predictor;
  private final Evaluation evaluation;
  private final ProcessGroup processes;
  private final ParameterExchange weights;
  private final RunSettings run;
  private final Console console;
  private final LoaderSettings loading;

  /**
   * For a model and a data set with the same classes.
   *
   * @param normalization what the model was trained with
   * @param threshold score from which a result counts where confusions and errors are counted;
   *     empty: that of the best F1 of each class
   * @throws ConfigException if the model or the data set's annotation cannot serve a kind of the
   *     settings
   */
  public Evaluator(
      SegmentationModel model,
      Normalization normalization,
      RunSettings run,
      Dataset dataset,
      Optional<Double> threshold,
      Console console) {
    requireChannels(normalization, dataset);
    this.settings = run.eval();
    this.dataset = dataset;
    this.run = run;
    this.console = console;
    // The data set says what is a thing and what stuff; an imported model may not know.
    this.predictor =
        new Predictor(
            model,
            TrainingData.classSpace(dataset.categories()),
            normalization,
            inference(settings));
    this.loading = loading(run);
    this.evaluation = evaluation(predictor, run, dataset, threshold, console::line);
    this.processes = model.engine().processes();
    this.weights = new ParameterExchange(model.engine(), processes, model.state().values());
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
      Dataset dataset,
      Optional<Double> threshold,
      Consumer<String> notes) {
    EvalSettings settings = run.eval();
    ScoringData data =
        new ScoringData(
            dataset,
            Optional.of(run.data().val()),
            settings.instances(),
            threshold,
            // In a picture of hundreds of objects the best 100 say how many there are, not more.
            settings.tiles().isOn() ? Integer.MAX_VALUE : CocoEvaluator.MAX_DETECTIONS,
            notes);
    return Evaluation.shared(predictor, data, settings.kinds(), loading(run), run.evaluatedTiles());
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
        .withShots(s.shots());
  }

  /**
   * Evaluates.
   *
   * @param limit at most so many images; 0 = all
   * @param files receives the results in the official formats
   * @param picture receives a sheet of sample predictions
   */
  public EvalReport run(int limit, Optional<ResultFiles> files, Optional<Path> picture) {
    if (processes.size() > 1) {
      processes.gather(ByteBuffer.allocate(Integer.BYTES).putInt(limit).array());
      weights.take(0); // which need not be those of the last step
    }
    Optional<SamplePictures> samples =
        picture.map(
            p ->
                new SamplePictures(
                    settings.kinds().get(0),
                    ScoreThresholds.everywhere(InstanceKind.DEFAULT_THRESHOLD),
                    settings.samples()));
    EvalReport report = evaluation.run(limit, files, samples, loss(), this::progress);
    samples.ifPresent(s -> s.write(picture.get()));
    report.skipped().forEach(message -> console.line("skipped: " + message));
    return report;
  }

  /**
   * In another process than the first: waits for its next evaluation and computes a share of it,
   * with the first one's weights, which the model has then.
   *
   * @return false if there is none any more
   */
  boolean help() {
    byte[] request = processes.gather(new byte[0]).get(0);
    if (request.length == 0) {
      return false;
    }
    weights.take(0);
    evaluation.help(ByteBuffer.wrap(request).getInt(), loss());
    return true;
  }

  /** Helps until process 0 needs this one no more. */
  public void helpAll() {
    boolean asked;
    do {
      asked = help();
    } while (asked);
  }

  /** In the first process: lets the others go on. */
  public void release() {
    processes.meet();
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
      new Evaluation(predictor, ScoringData.of(some), List.of(kind), loading, run.evaluatedTiles())
          .run(0, Optional.empty(), Optional.of(pictures));
    }
    return pictures.rows();
  }

  private Optional<ValidationLoss> loss() {
    return settings.loss() && !predictor.isPrompted() && dataset.tasks().contains(run.task())
        ? Optional.of(new ValidationLoss(run.task(), criterion(), run.seed()))
        : Optional.empty();
  }

  /** Without weights of classes, so that losses of runs with other weights can be compared. */
  private Criterion criterion() {
    return Criterion.of(run.criterion().withClassWeights(ClassWeights.EQUAL));
  }

  private void progress(int images, int of) {
    console.progress("evaluating", images, of, "");
  }
}
