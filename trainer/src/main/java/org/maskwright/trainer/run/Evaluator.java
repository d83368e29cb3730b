package org.maskwright.trainer.run;

import java.nio.file.Path;
import java.util.Optional;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.Task;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.trainer.config.EvalSettings;
import org.maskwright.trainer.eval.Drawing;
import org.maskwright.trainer.eval.EvalReport;
import org.maskwright.trainer.eval.Evaluation;
import org.maskwright.trainer.eval.InferenceSettings;
import org.maskwright.trainer.eval.Predictor;
import org.maskwright.trainer.eval.ResultFiles;
import org.maskwright.trainer.eval.SamplePictures;

/** Evaluates a model on one data set as the settings say. */
public final class Evaluator {
  /** Instances with a lower score are left out of pictures. */
  private static final double PICTURE_THRESHOLD = 0.5;

  private final EvalSettings settings;
  private final Dataset dataset;
  private final Predictor predictor;
  private final Drawing drawing;
  private final int workers;

  /** For a model and a data set with the same classes. */
  public Evaluator(SegmentationModel model, EvalSettings settings, Dataset dataset, int workers) {
    this.settings = settings;
    this.dataset = dataset;
    this.workers = workers;
    this.predictor = new Predictor(model, Normalization.IMAGENET, inference(settings));
    this.drawing = new Drawing(predictor, model.classSpace(), PICTURE_THRESHOLD);
  }

  /** How images go in and results come out under these settings. */
  public static InferenceSettings inference(EvalSettings s) {
    return new InferenceSettings(
        s.shortEdge(),
        s.maxSize(),
        s.objectThreshold(),
        s.overlapThreshold(),
        s.maxInstances(),
        s.tasks().contains(Task.PANOPTIC));
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
    EvalReport report =
        new Evaluation(predictor, dataset, settings.tasks(), workers).run(limit, files, samples);
    samples.ifPresent(s -> s.write(picture.get()));
    return report;
  }
}
