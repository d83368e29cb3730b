package org.maskwright.trainer.eval;

import java.util.Set;
import org.maskwright.datasets.Task;

/**
 * How an image goes in and how outputs become results.
 *
 * @param shortEdge short edge of the input in pixels
 * @param maxSize largest long edge of the input in pixels
 * @param objectThreshold panoptic: a query counts if its class probability is above this
 * @param overlapThreshold panoptic: a segment counts if it keeps at least this share of its mask
 * @param maxInstances instance: at most so many instances of an image
 * @param tasks whose results are made of the same outputs: beside panoptic ones instances are
 *     things only, and only where semantic results are the only ones, classes are scored at the
 *     input's size
 * @param rules by Hugging Face's, maxInstances is the number of queries and tasks do not count
 * @param instanceThreshold by Hugging Face's rules, smallest score of an instance; the official
 *     ones keep all
 */
public record InferenceSettings(
    int shortEdge,
    int maxSize,
    double objectThreshold,
    double overlapThreshold,
    int maxInstances,
    Set<Task> tasks,
    Rules rules,
    double instanceThreshold) {
  /** What Hugging Face's post-processing of instances asks for by default. */
  private static final double HUGGING_FACE_THRESHOLD = 0.5;

  /** Keeps a copy. */
  public InferenceSettings {
    tasks = Set.copyOf(tasks);
  }

  /** With the threshold of instances that Hugging Face's rules have by default. */
  public InferenceSettings(
      int shortEdge,
      int maxSize,
      double objectThreshold,
      double overlapThreshold,
      int maxInstances,
      Set<Task> tasks,
      Rules rules) {
    this(
        shortEdge,
        maxSize,
        objectThreshold,
        overlapThreshold,
        maxInstances,
        tasks,
        rules,
        HUGGING_FACE_THRESHOLD);
  }

  /** By the official rules. */
  public InferenceSettings(
      int shortEdge,
      int maxSize,
      double objectThreshold,
      double overlapThreshold,
      int maxInstances,
      Set<Task> tasks) {
    this(
        shortEdge, maxSize, objectThreshold, overlapThreshold, maxInstances, tasks, Rules.OFFICIAL);
  }
}
