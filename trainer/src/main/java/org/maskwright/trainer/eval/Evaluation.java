package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.TrainingExample;
import org.maskwright.datasets.loader.Batch;
import org.maskwright.datasets.loader.Loader;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.ImageScores;
import org.maskwright.trainer.result.KindScoring;
import org.maskwright.trainer.result.ResultContext;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ScoreDetails;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;

/**
 * A model on a data set, for several kinds of result in one pass, by the official rules.
 *
 * <p><b>Memory</b> one image at a time; scorers keep what their metric needs.
 */
public final class Evaluation {
  private final Predictor predictor;
  private final Dataset dataset;
  private final Task prepared;
  private final List<KindScoring<?>> kinds;
  private final LoaderSettings loading;

  /** An evaluation against the data set's own annotation. */
  public Evaluation(Predictor predictor, Dataset dataset, List<ResultKind<?>> kinds, int workers) {
    this(predictor, ScoringData.of(dataset), kinds, LoaderSettings.evaluation(1, workers));
  }

  /**
   * An evaluation.
   *
   * @param data what results are compared with
   * @param kinds of result, at least one
   * @param loading one image at a time, each once
   * @throws ConfigException if the model or the data set's annotation cannot serve a kind
   */
  public Evaluation(
      Predictor predictor, ScoringData data, List<ResultKind<?>> kinds, LoaderSettings loading) {
    this.predictor = predictor;
    this.dataset = data.dataset();
    this.loading = loading;
    for (ResultKind<?> kind : kinds) {
      predictor.requireServes(kind);
      requireAnnotation(kind);
    }
    this.prepared =
        Stream.concat(
                kinds.stream().flatMap(kind -> kind.annotation().stream()),
                dataset.tasks().stream().sorted())
            .findFirst()
            .orElseThrow();
    this.kinds = kinds.stream().<KindScoring<?>>map(kind -> KindScoring.of(kind, data)).toList();
  }

  private void requireAnnotation(ResultKind<?> kind) {
    if (kind.annotation().isPresent() && !dataset.tasks().contains(kind.annotation().get())) {
      throw new ConfigException(
          "eval.tasks: "
              + dataset.name()
              + " can serve "
              + dataset.tasks().stream().sorted().map(Task::key).toList()
              + ", asked for "
              + kind.name()
              + "; set eval.tasks to what it can serve, and eval.best to a metric of that");
    }
  }

  /**
   * Evaluates the first {@code limit} images (0: all).
   *
   * @param files receives the results in the official formats
   * @param samples receives pictures of the first images
   */
  public EvalReport run(int limit, Optional<ResultFiles> files, Optional<SamplePictures> samples) {
    return run(limit, files, samples, Optional.empty(), (done, total) -> {});
  }

  /**
   * Evaluates the first {@code limit} images (0: all).
   *
   * @param loss adds the loss to the metrics
   * @param progress told of the images done and of all
   * @throws IllegalArgumentException if limit is negative
   * @throws DatasetException if an image cannot be loaded, or none where they may be skipped
   */
  public EvalReport run(
      int limit,
      Optional<ResultFiles> files,
      Optional<SamplePictures> samples,
      Optional<ValidationLoss> loss,
      Progress progress) {
    if (limit < 0) {
      throw new IllegalArgumentException("limit: expected at least 0, got " + limit);
    }
    long start = System.nanoTime();
    ResultContext context = predictor.context();
    List<KindScoring<?>.Pass> passes = new ArrayList<>();
    kinds.forEach(kind -> passes.add(kind.start(files)));
    Map<ImageId, Integer> index = new HashMap<>();
    for (int i = 0; i < dataset.size(); i++) {
      index.put(dataset.info(i).imageId(), i);
    }
    TruthCounts truths = new TruthCounts(dataset.categories());
    int images = 0;
    int all = limit == 0 ? dataset.size() : Math.min(limit, dataset.size());
    Task targets = loss.map(ValidationLoss::task).orElse(prepared);
    List<String> skipped;
    try (Loader loader = new Loader(dataset, predictor.preparation(targets), loading)) {
      while (limit == 0 || images < limit) {
        Optional<Batch> batch = loader.next();
        if (batch.isEmpty()) {
          break;
        }
        TrainingExample example = batch.get().examples().get(0);
        ImageOutputs outputs = predictor.run(example, loss);
        int i = index.get(example.info().imageId());
        List<Segment> truth = dataset.segments(i);
        Size size = new Size(example.originalWidth(), example.originalHeight());
        ScoredImage image = new ScoredImage(example.info(), size, truth);
        passes.forEach(pass -> pass.add(image, outputs, context));
        truths.add(truth);
        samples.ifPresent(s -> s.add(dataset, i, truth, outputs));
        images++;
        progress.done(images, all);
      }
      skipped = loader.skipped();
    }
    if (images == 0) {
      throw new DatasetException(
          dataset.name() + ": none of its images could be loaded: " + skipped.get(0));
    }
    Map<String, Double> metrics = new LinkedHashMap<>();
    Map<String, Map<String, Double>> perClass = new LinkedHashMap<>();
    Map<String, ScoreDetails> details = new LinkedHashMap<>();
    for (KindScoring<?>.Pass pass : passes) {
      Scores scores = pass.report();
      metrics.putAll(scores.metrics());
      perClass.putAll(scores.perClass());
      details.put(pass.kind(), scores.details());
    }
    loss.ifPresent(l -> l.report(metrics));
    double seconds = (System.nanoTime() - start) / 1e9;
    return new EvalReport(
        metrics, perClass, truths.all(), details, ofImages(passes), images, skipped, seconds);
  }

  private Map<String, ImageScores> ofImages(List<KindScoring<?>.Pass> passes) {
    Map<String, ImageScores> out = new LinkedHashMap<>();
    passes.forEach(pass -> pass.imageScores().ifPresent(scores -> out.put(pass.kind(), scores)));
    return out;
  }

  /** Told how far an evaluation is. */
  @FunctionalInterface
  public interface Progress {
    /** After an image. */
    void done(int images, int of);
  }
}
