package org.maskwright.trainer.result;

import java.util.Set;
import org.maskwright.modelzoo.postprocess.SemanticMerge;

/**
 * How an image goes in and how outputs become results.
 *
 * @param shortEdge short edge of the input in pixels
 * @param maxSize largest long edge of the input in pixels
 * @param objectThreshold panoptic: a query counts if its class probability is above this
 * @param overlapThreshold panoptic: a segment counts if it keeps at least this share of its mask
 * @param maxInstances instance: at most so many instances of an image
 * @param kinds names of the kinds of result that are made of the same outputs: the official rules
 *     of one may depend on whether there are others
 * @param rules by Hugging Face's, maxInstances is the number of queries and kinds do not count
 * @param instanceThreshold by Hugging Face's rules, smallest score of an instance; the official
 *     ones keep all
 * @param windows of videos, for models that see several frames at once
 * @param shots of models that answer by examples: how many they are shown
 * @param semanticMerge semantic: how the masks of a class become its score
 */
public record InferenceSettings(
    int shortEdge,
    int maxSize,
    double objectThreshold,
    double overlapThreshold,
    int maxInstances,
    Set<String> kinds,
    Rules rules,
    double instanceThreshold,
    VideoWindows windows,
    int shots,
    SemanticMerge semanticMerge) {
  /** What Hugging Face's post-processing of instances asks for by default. */
  private static final double HUGGING_FACE_THRESHOLD = 0.5;

  /** Keeps a copy. */
  public InferenceSettings {
    kinds = Set.copyOf(kinds);
  }

  /** With the usual windows, and one example. */
  public InferenceSettings(
      int shortEdge,
      int maxSize,
      double objectThreshold,
      double overlapThreshold,
      int maxInstances,
      Set<String> kinds,
      Rules rules,
      double instanceThreshold) {
    this(
        shortEdge,
        maxSize,
        objectThreshold,
        overlapThreshold,
        maxInstances,
        kinds,
        rules,
        instanceThreshold,
        VideoWindows.DEFAULT,
        1,
        SemanticMerge.MARGINALISE);
  }

  /** The same with other windows. */
  public InferenceSettings withWindows(VideoWindows other) {
    return new InferenceSettings(
        shortEdge,
        maxSize,
        objectThreshold,
        overlapThreshold,
        maxInstances,
        kinds,
        rules,
        instanceThreshold,
        other,
        shots,
        semanticMerge);
  }

  /** The same with another number of examples. */
  public InferenceSettings withShots(int other) {
    return new InferenceSettings(
        shortEdge,
        maxSize,
        objectThreshold,
        overlapThreshold,
        maxInstances,
        kinds,
        rules,
        instanceThreshold,
        windows,
        other,
        semanticMerge);
  }

  /** The same with masks that are merged otherwise. */
  public InferenceSettings withSemanticMerge(SemanticMerge other) {
    return new InferenceSettings(
        shortEdge,
        maxSize,
        objectThreshold,
        overlapThreshold,
        maxInstances,
        kinds,
        rules,
        instanceThreshold,
        windows,
        shots,
        other);
  }

  /** With the threshold of instances that Hugging Face's rules have by default. */
  public InferenceSettings(
      int shortEdge,
      int maxSize,
      double objectThreshold,
      double overlapThreshold,
      int maxInstances,
      Set<String> kinds,
      Rules rules) {
    this(
        shortEdge,
        maxSize,
        objectThreshold,
        overlapThreshold,
        maxInstances,
        kinds,
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
      Set<String> kinds) {
    this(
        shortEdge, maxSize, objectThreshold, overlapThreshold, maxInstances, kinds, Rules.OFFICIAL);
  }
}
