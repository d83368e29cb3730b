package org.maskwright.trainer.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.Drawing;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Evaluation;
import org.maskwright.trainer.eval.InferenceSettings;
import org.maskwright.trainer.eval.OfficialInstances;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.eval.ResultFiles;
import org.maskwright.trainer.eval.SamplePictures;
import org.maskwright.trainer.eval.ValidationLoss;
import org.maskwright.trainer.loss.Criterion;

/** Evaluates a model on one data set as the settings say. */
public final class Evaluator {
  /** Instances with a lower score are left out of pictures. */
  private static final double PICTURE_THRESHOLD = 0.5;

  private final EvalSettings settings;
  private final Dataset dataset;
  private final Evaluation evaluation;
  private final Drawing drawing;
  private final RunSettings run;
  private final Console console;

  /**
   * For a model and a data set with the same classes.
   *
   * @param normalization what the model was trained with
   * @throws ConfigException if the model or the data set's annotation cannot serve a task of the
   *     settings
   */
  public Evaluator(
      SegmentationModel model,
      Normalization normalization,
      RunSettings run,
      Dataset dataset,
      Console console) {
    this.settings = run.eval();
    this.dataset = dataset;
    this.run = run;
    this.console = console;
    // The data set says what is a thing and what stuff; an imported model may not know.
    Predictor predictor =
        new Predictor(
            model,
            TrainingRun.classSpace(dataset.categories()),
            normalization,
            inference(settings));
    LoaderSettings loading =
        LoaderSettings.evaluation(1, run.data().workers()).with(run.data().brokenFiles());
    this.evaluation = new Evaluation(predictor, dataset, settings.tasks(), loading, instances());
    this.drawing = new Drawing(predictor, PICTURE_THRESHOLD);
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
        EnumSet.copyOf(s.tasks()),
        s.rules());
  }

  /**
   * Evaluates.
   *
   * @param limit at most so many images; 0 = all
   * @param files receives the results in the official formats
   * @param picture receives a sheet of sample predictions
   */
  public EvalReport run(int limit, Optional<ResultFiles> files, Optional<Path> picture) {
    Optional<SamplePictures> samples =
        picture.map(p -> new SamplePictures(drawing, settings.tasks().get(0), settings.samples()));
    EvalReport report = evaluation.run(limit, files, samples, loss(), this::progress);
    samples.ifPresent(s -> s.write(picture.get()));
    report.skipped().forEach(message -> console.line("skipped: " + message));
    return report;
  }

  private Optional<OfficialInstances> instances() {
    if (!settings.tasks().contains(Task.INSTANCE)) {
      return Optional.empty();
    }
    Optional<OfficialInstances> out =
        settings
            .instances()
            .or(this::instancesOfTheDataSet)
            .map(file -> OfficialInstances.read(file, dataset.categories()));
    out.ifPresent(o -> console.line("instance metrics against " + o.file()));
    return out;
  }

  private Optional<Path> instancesOfTheDataSet() {
    DatasetSettings val = run.data().val();
    if (!dataset.name().startsWith("coco")) {
      return Optional.empty();
    }
    String own =
        dataset.name().startsWith("coco-instance") && !val.annotations().isEmpty()
            ? val.annotations()
            : "annotations/instances_" + val.split() + ".json";
    return Optional.of(val.root().resolve(own)).filter(Files::isRegularFile);
  }

  private Optional<ValidationLoss> loss() {
    return settings.loss() && dataset.tasks().contains(run.task())
        ? Optional.of(new ValidationLoss(run.task(), Criterion.of(run.criterion()), run.seed()))
        : Optional.empty();
  }

  private void progress(int images, int of) {
    console.progress("evaluating", images, of, "");
  }
}
