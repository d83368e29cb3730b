package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.Tiling;
import org.maskwright.datasets.loader.LoaderSettings;
import org.maskwright.datasets.tiles.TiledDataset;
import org.maskwright.engine.process.ProcessGroup;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.result.ImageScores;
import org.maskwright.trainer.result.KindScoring;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ScoreDetails;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;

/**
 * A model on a data set, for several kinds of result in one pass, by the official rules.
 *
 * <p>Several processes evaluate together where the model's engine has {@link
 * org.maskwright.engine.tensor.Engine#processes() joined} them and the evaluation is a {@link
 * #shared} one: process 0 calls {@link #run} and the others {@link #help}, and the report has the
 * digits of one process.
 *
 * <p><b>Memory</b> one image at a time; scorers keep what their metric needs, and the report what
 * was found, as far as it is small ({@link KeptResults}).
 */
public final class Evaluation {
  private final Predictor predictor;
  private final Dataset dataset;
  private final Task prepared;
  private final List<KindScoring<?>> kinds;
  private final LoaderSettings loading;
  private final Optional<TiledDataset> tiles;
  private final Consumer<String> notes;
  private final ProcessGroup group;

  /** An evaluation against the data set's own annotation. */
  public Evaluation(Predictor predictor, Dataset dataset, List<ResultKind<?>> kinds, int workers) {
    this(
        predictor,
        ScoringData.of(dataset),
        kinds,
        LoaderSettings.evaluation(1, workers),
        Optional.empty());
  }

  /**
   * An evaluation.
   *
   * @param data what results are compared with
   * @param kinds of result, at least one
   * @param loading one image at a time, each once
   * @param tiling how images larger than a tile are seen; empty: whole
   * @throws ConfigException if the model or the data set's annotation cannot serve a kind
   */
  public Evaluation(
      Predictor predictor,
      ScoringData data,
      List<ResultKind<?>> kinds,
      LoaderSettings loading,
      Optional<Tiling> tiling) {
    this(predictor, data, kinds, loading, tiling, ProcessGroup.alone());
  }

  /** As the other constructors, by all processes of the model's engine together. */
  public static Evaluation shared(
      Predictor predictor,
      ScoringData data,
      List<ResultKind<?>> kinds,
      LoaderSettings loading,
      Optional<Tiling> tiling) {
    return new Evaluation(predictor, data, kinds, loading, tiling, predictor.processes());
  }

  private Evaluation(
      Predictor predictor,
      ScoringData data,
      List<ResultKind<?>> kinds,
      LoaderSettings loading,
      Optional<Tiling> tiling,
      ProcessGroup group) {
    this.group = group;
    this.predictor = predictor;
    this.dataset = data.dataset();
    this.loading = loading;
    for (ResultKind<?> kind : kinds) {
      predictor.requireServes(kind);
      tiling.ifPresent(t -> Predictor.requireTiles(kind));
      requireAnnotation(kind);
    }
    this.prepared =
        Stream.concat(
                kinds.stream().flatMap(kind -> kind.annotation().stream()),
                dataset.tasks().stream().sorted())
            .findFirst()
            .orElseThrow();
    this.kinds = kinds.stream().<KindScoring<?>>map(kind -> KindScoring.of(kind, data)).toList();
    this.notes = data.notes();
    this.tiles = tiling.map(t -> TiledDataset.forPrediction(dataset, t));
  }

  private List<ResultKind<?>> kinds() {
    return kinds.stream().<ResultKind<?>>map(KindScoring::kind).toList();
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
   * @param samples receives pictures of images spread over all
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
    List<KindScoring<?>.Pass> passes = new ArrayList<>();
    kinds.forEach(kind -> passes.add(kind.start(files)));
    TruthCounts truths = new TruthCounts(dataset.categories());
    KeptResults kept = KeptResults.of(kinds.get(0).kind(), predictor.classes());
    int images = 0;
    int all = limit == 0 ? dataset.size() : Math.min(limit, dataset.size());
    List<String> skipped;
    try (SharedImages shown = images(loss)) {
      while (limit == 0 || images < limit) {
        Optional<EvaluatedImages.Evaluated> next = shown.next();
        if (next.isEmpty()) {
          break;
        }
        loss.ifPresent(l -> l.add(next.get().losses()));
        int i = next.get().index();
        List<Segment> truth = dataset.segments(i);
        ScoredImage image = new ScoredImage(dataset.info(i), next.get().size(), truth);
        passes.forEach(pass -> pass.add(image, next.get().results()));
        kept.add(image.info().imageId(), next.get().results());
        truths.add(truth);
        int place = images++;
        samples
            .filter(s -> s.wants(place, all))
            .ifPresent(s -> s.add(dataset, i, truth, next.get().results()));
        progress.done(images, all);
      }
      skipped = shown.skipped();
      shown.note().ifPresent(notes);
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
        metrics, perClass, truths.all(), details, ofImages(passes), images, skipped, seconds, kept);
  }

  /**
   * Computes this process's share of an evaluation that process 0 runs.
   *
   * @param limit as process 0's
   * @param loss as process 0's
   */
  public void help(int limit, Optional<ValidationLoss> loss) {
    try (SharedImages shown = images(loss)) {
      int images = 0;
      while ((limit == 0 || images < limit) && shown.next().isPresent()) {
        images++;
      }
      shown.skipped();
    }
  }

  private SharedImages images(Optional<ValidationLoss> loss) {
    Task targets = loss.map(ValidationLoss::task).orElse(prepared);
    EvaluatedImages own =
        new EvaluatedImages(
            predictor,
            dataset,
            tiles,
            i -> SharedImages.isOf(group, kinds(), i),
            kinds(),
            loss,
            targets,
            loading);
    return new SharedImages(group, own, kinds(), predictor.classes());
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
