package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.maskwright.modelzoo.postprocess.SemanticMerge;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.result.BaseAndNovel;
import org.maskwright.trainer.result.Metric.Better;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultKinds;
import org.maskwright.trainer.result.Rules;
import org.maskwright.trainer.result.VideoWindows;

/** Evaluation. */
@Doc("Evaluation during and after training.")
public record EvalSettings(
    @Doc(
            "Kinds of result to evaluate, of the same model: panoptic, instance, semantic, of videos track, of a model of prompts prompts or auto-masks, of a model of examples few-shot, or one of an extension; docs/evaluation.md.")
        List<String> tasks,
    @Doc("Steps between two evaluations; 0 = only at the end.") int every,
    @Doc(
            "Evaluate at most so many images during training; 0 = all. At the end the last and the best checkpoint are evaluated on all.")
        int limit,
    @Doc("Short edge of the input in pixels.") int shortEdge,
    @Doc("Largest long edge of the input in pixels.") int maxSize,
    @Doc("Large pictures in tiles.") TileSettings tiles,
    @Doc("Videos.") VideoWindows video,
    @Doc("Panoptic: a query counts if its class score is above this.") double objectThreshold,
    @Doc("Panoptic: a segment counts if it keeps at least this share of its mask.")
        double overlapThreshold,
    @Doc("Instance: at most so many instances of an image.") int maxInstances,
    @Doc(
            "few-shot: examples of the class that the model is shown at once, 1 to 64, their attention averaged: 1-shot and 5-shot in the field.")
        int shots,
    @Doc(
            "semantic, of a model that classifies masks: how the masks of a class become its score; marginalise = the sum over queries of class probability times mask, union-max = the largest mask of the queries whose likeliest class it is; docs/evaluation.md.")
        SemanticMerge semanticMerge,
    @Doc(
            "Classes that were not trained on, by name, or files of names (*.txt): instance.AP, panoptic.PQ and semantic.mIoU then also as -base (of all other classes), -novel and -harmonic, the harmonic mean of both.")
        List<String> novel,
    @Doc(
            "The metric that decides which checkpoint is best, such as panoptic.PQ, instance.AP, semantic.mIoU, or loss.total, loss.ce and"
                + " so on, of which less is better; with data.evaluations of several the data set's name stands before it.")
        String best,
    @Doc("Stop after so many evaluations without a better one; 0 = never.") int patience,
    @Doc("Sample pictures of predictions at each evaluation.") int samples,
    @Doc(
            "Whether the loss is computed on the evaluated images too: loss.total and each term, such as loss.ce, loss.mask, loss.dice.")
        boolean loss,
    @Doc(
            "Official instances JSON that instance metrics compare with, crowd regions and areas as it states them; default: that of the data"
                + " set, annotations/instances_SPLIT.json of a COCO layout, if it is there.")
        Optional<Path> instances,
    @Doc(
            "Whose rules take images to the input and outputs to results: official, or hf (Hugging Face Transformers: images resized to"
                + " multiples instead of padded, 384x384 masks or none, one map of instances; max-instances is the number of queries).")
        Rules rules) {
  private static final String LOSS = "loss.";
  private static final int MOST_SHOTS = 64;

  /** Checks the ranges. */
  public EvalSettings {
    tasks = List.copyOf(tasks);
    novel = List.copyOf(novel);
    requireTasks(tasks);
    Ranges.require(every >= 0, "every", "at least 0", every);
    Ranges.require(limit >= 0, "limit", "at least 0", limit);
    Ranges.require(shortEdge >= 1, "shortEdge", "at least 1", shortEdge);
    Ranges.require(maxSize >= shortEdge, "maxSize", "at least the short edge", maxSize);
    Ranges.require(
        objectThreshold >= 0 && objectThreshold < 1,
        "objectThreshold",
        "a value in [0,1)",
        objectThreshold);
    Ranges.require(
        overlapThreshold >= 0 && overlapThreshold <= 1,
        "overlapThreshold",
        "a value in [0,1]",
        overlapThreshold);
    Ranges.require(maxInstances >= 1, "maxInstances", "at least 1", maxInstances);
    Ranges.require(shots >= 1 && shots <= MOST_SHOTS, "shots", "1 to " + MOST_SHOTS, shots);
    Ranges.require(patience >= 0, "patience", "at least 0", patience);
    Ranges.require(samples >= 0, "samples", "at least 0", samples);
    // What is measured on which data set, whose tasks may be others, RunSettings checks.
    String metric = metricIn(best);
    boolean measured =
        metric.startsWith(LOSS) ? loss : metrics(ResultKinds.names(), novel).containsKey(metric);
    String losses = loss ? ", loss.total, or loss. and a term of the criterion" : "";
    Ranges.require(
        measured,
        "best",
        "one of " + String.join(", ", metrics(tasks, novel).keySet()) + losses,
        best);
  }

  /** Checks names of kinds of result. */
  static void requireTasks(List<String> tasks) {
    Ranges.require(!tasks.isEmpty(), "tasks", "at least one task", tasks);
    Ranges.require(
        tasks.stream().distinct().count() == tasks.size(), "tasks", "each task once", tasks);
    for (String task : tasks) {
      try {
        ResultKinds.get(task);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("tasks: " + e.getMessage(), e);
      }
    }
  }

  /** The name of a data set before a metric, KIND.METRIC; empty if there is none. */
  private static Optional<String> nameIn(String metric) {
    String first = metric.substring(0, Math.max(0, metric.indexOf('.')));
    boolean kind = first.isEmpty() || first.equals("loss") || ResultKinds.names().contains(first);
    return kind ? Optional.empty() : Optional.of(first);
  }

  private static String metricIn(String metric) {
    return nameIn(metric).map(name -> metric.substring(name.length() + 1)).orElse(metric);
  }

  /** The data set whose metric decides; empty: of the only one. */
  public Optional<String> bestOf() {
    return nameIn(best);
  }

  /** The metric that decides, without the name of a data set. */
  public String bestMetric() {
    return metricIn(best);
  }

  /** The same of other kinds of result. */
  public EvalSettings withTasks(List<String> other) {
    Map<String, Better> measured = metrics(other, novel);
    return new EvalSettings(
        other,
        every,
        limit,
        shortEdge,
        maxSize,
        tiles,
        video,
        objectThreshold,
        overlapThreshold,
        maxInstances,
        shots,
        semanticMerge,
        novel,
        measured.containsKey(best) || decidedByLoss() ? best : measured.keySet().iterator().next(),
        patience,
        samples,
        loss,
        instances,
        rules);
  }

  /** The kinds of result to evaluate. */
  public List<ResultKind<?>> kinds() {
    return tasks.stream().<ResultKind<?>>map(ResultKinds::get).toList();
  }

  /** What an evaluation measures besides losses. */
  public Map<String, Better> metrics() {
    return metrics(tasks, novel);
  }

  private static Map<String, Better> metrics(List<String> tasks, List<String> novel) {
    Map<String, Better> out = new LinkedHashMap<>();
    for (String task : tasks) {
      ResultKind<?> kind = ResultKinds.get(task);
      kind.metrics().forEach(metric -> out.put(task + "." + metric.name(), metric.better()));
      if (!novel.isEmpty()) {
        BaseAndNovel.metrics(kind).forEach(name -> out.put(task + "." + name, Better.LARGER));
      }
    }
    return out;
  }

  /** Whether a loss decides. */
  boolean decidedByLoss() {
    return bestMetric().startsWith(LOSS);
  }

  /** The term whose loss decides, such as ce; empty if it is their total, or a metric. */
  Optional<String> lossTerm() {
    return Optional.of(bestMetric())
        .filter(metric -> decidedByLoss())
        .map(metric -> metric.substring(LOSS.length()))
        .filter(term -> !term.equals("total"));
  }

  /** Whether a value of the deciding metric is better than another. */
  public boolean isBetter(double value, double than) {
    Better better =
        decidedByLoss() ? Better.SMALLER : metrics(ResultKinds.names(), novel).get(bestMetric());
    return better.isBetter(value, than);
  }
}
