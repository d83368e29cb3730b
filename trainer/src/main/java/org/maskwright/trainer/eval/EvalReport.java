package org.maskwright.trainer.eval;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.metrics.ClassTruth;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.trainer.result.ImageScores;
import org.maskwright.trainer.result.InstanceKind;
import org.maskwright.trainer.result.ScoreDetails;

/**
 * The metrics of an evaluation.
 *
 * @param metrics by name, in percent: {@code panoptic.PQ}, {@code instance.AP}, {@code
 *     semantic.mIoU}, ...; NaN where there was nothing to measure
 * @param perClass by metric ({@code panoptic.PQ}, {@code instance.AP}, {@code semantic.IoU}), then
 *     class name, in percent
 * @param classes how often each occurs in the annotation of the evaluated images, in the order of
 *     the data set
 * @param details by the name of the kind of result
 * @param ofImages how well each image went, by the name of the kind of result
 * @param images evaluated
 * @param skipped a message for each image that could not be loaded and was left out
 * @param seconds it took
 * @param kept what was found in the images, of the first kind of result
 */
public record EvalReport(
    Map<String, Double> metrics,
    Map<String, Map<String, Double>> perClass,
    List<ClassTruth> classes,
    Map<String, ScoreDetails> details,
    Map<String, ImageScores> ofImages,
    int images,
    List<String> skipped,
    double seconds,
    KeptResults kept) {
  /** Keeps copies in order. */
  public EvalReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    perClass = Collections.unmodifiableMap(new LinkedHashMap<>(perClass));
    classes = List.copyOf(classes);
    details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    ofImages = Collections.unmodifiableMap(new LinkedHashMap<>(ofImages));
    skipped = List.copyOf(skipped);
  }

  /**
   * A metric by name.
   *
   * @throws IllegalArgumentException if it was not measured
   */
  public double get(String name) {
    Double value = metrics.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "metric: expected one of " + metrics.keySet() + ", got " + name);
    }
    return value;
  }

  /** The score thresholds of the best F1, of each kind of result with scores that found one. */
  public Map<String, ScoreThresholds> bestThresholds() {
    Map<String, ScoreThresholds> out = new LinkedHashMap<>();
    details.forEach(
        (kind, of) -> {
          ScoreThresholds best = of.bestThresholds(InstanceKind.DEFAULT_THRESHOLD);
          if (!best.byClass().isEmpty()) {
            out.put(kind, best);
          }
        });
    return out;
  }
}
