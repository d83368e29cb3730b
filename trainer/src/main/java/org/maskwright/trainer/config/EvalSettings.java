package org.maskwright.trainer.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.maskwright.datasets.Task;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.eval.Rules;

/** Evaluation. */
@Doc("Evaluation during and after training.")
public record EvalSettings(
    @Doc("Tasks to evaluate, of the same model: panoptic, instance, semantic.") List<Task> tasks,
    @Doc("Steps between two evaluations; 0 = only at the end.") int every,
    @Doc(
            "Evaluate at most so many images during training; 0 = all. At the end the last and the best checkpoint are evaluated on all.")
        int limit,
    @Doc("Short edge of the input in pixels.") int shortEdge,
    @Doc("Largest long edge of the input in pixels.") int maxSize,
    @Doc("Panoptic: a query counts if its class score is above this.") double objectThreshold,
    @Doc("Panoptic: a segment counts if it keeps at least this share of its mask.")
        double overlapThreshold,
    @Doc("Instance: at most so many instances of an image.") int maxInstances,
    @Doc(
            "The metric that decides which checkpoint is best, such as panoptic.PQ, instance.AP, semantic.mIoU, or loss.total, of which"
                + " less is better.")
        String best,
    @Doc("Stop after so many evaluations without a better one; 0 = never.") int patience,
    @Doc("Sample pictures of predictions at each evaluation.") int samples,
    @Doc(
            "Whether the loss is computed on the evaluated images too: loss.total, loss.ce, loss.mask and loss.dice.")
        boolean loss,
    @Doc(
            "Official instances JSON that instance metrics compare with, crowd regions and areas as it states them; default: that of the data"
                + " set, annotations/instances_SPLIT.json of a COCO layout, if it is there.")
        Optional<Path> instances,
    @Doc(
            "Whose rules take images to the input and outputs to results: official, or hf (Hugging Face Transformers: images resized to"
                + " multiples instead of padded, 384x384 masks or none, one map of instances; max-instances is the number of queries).")
        Rules rules) {
  /** Checks the ranges. */
  public EvalSettings {
    tasks = List.copyOf(tasks);
    Ranges.require(!tasks.isEmpty(), "tasks", "at least one task", tasks);
    Ranges.require(
        tasks.stream().distinct().count() == tasks.size(),
        "tasks",
        "each task once",
        tasks.stream().map(Task::key).toList());
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
    Ranges.require(patience >= 0, "patience", "at least 0", patience);
    Ranges.require(samples >= 0, "samples", "at least 0", samples);
    List<String> measured = metrics(tasks, loss);
    Ranges.require(measured.contains(best), "best", "one of " + measured, best);
  }

  /** What an evaluation of tasks measures, with or without the loss. */
  public static List<String> metrics(List<Task> tasks, boolean loss) {
    List<String> out = new ArrayList<>();
    for (Task task : tasks) {
      out.addAll(
          switch (task) {
            case PANOPTIC -> names(task.key(), "PQ", "SQ", "RQ", "PQ-things", "PQ-stuff");
            case INSTANCE -> names(task.key(), "AP", "AP50", "AP75", "APs", "APm", "APl", "box-AP");
            case SEMANTIC -> names(task.key(), "mIoU", "fwIoU", "mACC", "pACC");
          });
    }
    if (loss) {
      out.addAll(names("loss", "total", "ce", "mask", "dice"));
    }
    return out;
  }

  private static List<String> names(String prefix, String... names) {
    return Arrays.stream(names).map(n -> prefix + "." + n).toList();
  }

  /** Metrics of which less is better start with this. */
  private static final String LOSS = "loss.";

  /** Whether a value of the deciding metric is better than another. */
  public boolean isBetter(double value, double than) {
    return best.startsWith(LOSS) ? value < than : value > than;
  }
}
