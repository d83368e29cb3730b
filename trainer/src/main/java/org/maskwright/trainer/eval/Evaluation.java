package org.maskwright.trainer.eval;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
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

/**
 * A model on a data set, for several tasks in one pass, by the official rules.
 *
 * <p><b>Memory</b> one image at a time; scorers keep what their metric needs.
 */
public final class Evaluation {
  private final Predictor predictor;
  private final Dataset dataset;
  private final List<Task> tasks;
  private final LoaderSettings loading;
  private final Optional<OfficialInstances> instances;

  /** An evaluation against the data set's own annotation. */
  public Evaluation(Predictor predictor, Dataset dataset, List<Task> tasks, int workers) {
    this(predictor, dataset, tasks, LoaderSettings.evaluation(1, workers), Optional.empty());
  }

  /**
   * An evaluation.
   *
   * @param loading one image at a time, each once
   * @param instances ground truth of the instance task, in place of the data set's
   * @throws ConfigException if the model or the data set's annotation cannot serve a task
   */
  public Evaluation(
      Predictor predictor,
      Dataset dataset,
      List<Task> tasks,
      LoaderSettings loading,
      Optional<OfficialInstances> instances) {
    for (Task task : tasks) {
      predictor.requireServes(task);
      if (!dataset.tasks().contains(task)) {
        throw new ConfigException(
            "eval.tasks: "
                + dataset.name()
                + " can serve "
                + dataset.tasks().stream().sorted().map(Task::key).toList()
                + ", asked for "
                + task.key()
                + "; set eval.tasks to what it can serve, and eval.best to a metric of that");
      }
    }
    this.predictor = predictor;
    this.dataset = dataset;
    this.tasks = List.copyOf(tasks);
    this.loading = loading;
    this.instances = instances;
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
    List<Scorer> scorers = tasks.stream().map(t -> scorer(t, files)).toList();
    Map<ImageId, Integer> index = new HashMap<>();
    for (int i = 0; i < dataset.size(); i++) {
      index.put(dataset.info(i).imageId(), i);
    }
    int images = 0;
    int all = limit == 0 ? dataset.size() : Math.min(limit, dataset.size());
    Task prepared = loss.map(ValidationLoss::task).orElse(tasks.get(0));
    List<String> skipped;
    try (Loader loader = new Loader(dataset, predictor.preparation(prepared), loading)) {
      while (limit == 0 || images < limit) {
        Optional<Batch> batch = loader.next();
        if (batch.isEmpty()) {
          break;
        }
        TrainingExample example = batch.get().examples().get(0);
        Predictor.Outputs outputs = predictor.run(example, loss);
        int i = index.get(example.info().imageId());
        List<Segment> truth = dataset.segments(i);
        Size size = new Size(example.originalWidth(), example.originalHeight());
        for (Scorer scorer : scorers) {
          scorer.add(example.info(), size, truth, outputs);
        }
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
    SortedMap<String, Map<String, Double>> perClass = new TreeMap<>();
    scorers.forEach(s -> s.report(metrics, perClass));
    loss.ifPresent(l -> l.report(metrics));
    return new EvalReport(metrics, perClass, images, skipped, (System.nanoTime() - start) / 1e9);
  }

  /** Told how far an evaluation is. */
  @FunctionalInterface
  public interface Progress {
    /** After an image. */
    void done(int images, int of);
  }

  private Scorer scorer(Task task, Optional<ResultFiles> files) {
    return switch (task) {
      case PANOPTIC -> new PanopticScorer(predictor, dataset.categories(), files);
      case INSTANCE -> new InstanceScorer(predictor, dataset.categories(), files, instances);
      case SEMANTIC -> new SemanticScorer(predictor, dataset.categories(), files);
    };
  }
}
