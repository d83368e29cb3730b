package org.maskwright.trainer.eval;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;

/**
 * Compares the results of one task with the annotation, image by image, and keeps only what the
 * metric needs.
 */
interface Scorer {
  /** Takes in an image. */
  void add(SampleInfo image, Size size, List<Segment> truth, Predictor.Outputs outputs);

  /** Adds the metrics in percent. */
  void report(Map<String, Double> metrics, SortedMap<String, Map<String, Double>> perClass);
}
