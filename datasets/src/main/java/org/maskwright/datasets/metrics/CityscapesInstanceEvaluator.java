package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;

/**
 * Cityscapes' average precision of instances. Differs from {@link CocoEvaluator}: overlaps must
 * exceed the threshold, every prediction above it claims a ground truth and all but the surest are
 * false positives, predictions mostly on void, groups or small instances count neither way, and the
 * precision-recall curve is integrated without interpolation.
 *
 * <p><b>Source</b> cityscapesScripts evalInstanceLevelSemanticLabeling.py. <b>Threads</b> {@link
 * #add} may be called from several threads in any order.
 */
public final class CityscapesInstanceEvaluator {
  private static final int THRESHOLDS = 10;
  private static final int INSTANCE_BASE = 1000;
  private static final int MIN_PIXELS = 100;

  /** Label ids that are not evaluated. */
  private static final Set<Integer> VOID =
      Set.of(-1, 0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30);

  private final Map<CityscapesClass, Curve[]> curves = new EnumMap<>(CityscapesClass.class);

  public CityscapesInstanceEvaluator() {
    for (CityscapesClass label : CityscapesClass.values()) {
      Curve[] ofClass = new Curve[THRESHOLDS];
      Arrays.setAll(ofClass, t -> new Curve());
      curves.put(label, ofClass);
    }
  }

  /** numpy.arange(0.5, 1, 0.05)[i]: the step is the difference of the first two values. */
  private static double threshold(int i) {
    return 0.5 + i * (0.5 + 0.05 - 0.5);
  }

  /**
   * A predicted instance.
   *
   * @param labelId Cityscapes' label id; others than the eight classes are left out
   */
  public record Prediction(int labelId, double score, Rle mask) {}

  /** What is counted of one class at one threshold. */
  private static final class Curve {
    private final List<double[]> examples = new ArrayList<>(); // score, 1 = true positive
    private long missed;
    private boolean truths;
    private boolean predictions;
  }

  private record Truth(int id, long pixels) {
    boolean counts() {
      return id >= INSTANCE_BASE && pixels >= MIN_PIXELS;
    }
  }

  private record Found(double score, long pixels, long onVoid, Map<Integer, Long> shared) {}

  /**
   * Adds an image.
   *
   * @param instanceIds the ground truth's instanceIds
   * @throws IllegalArgumentException if a mask has another size
   */
  public void add(LabelMap instanceIds, List<Prediction> predictions) {
    Map<Integer, Long> pixels = new TreeMap<>();
    for (int id : instanceIds.labels()) {
      pixels.merge(id, 1L, Long::sum);
    }
    for (CityscapesClass label : CityscapesClass.values()) {
      List<Truth> truths = new ArrayList<>();
      pixels.forEach(
          (id, count) -> {
            if ((id < INSTANCE_BASE ? id : id / INSTANCE_BASE) == label.labelId()) {
              truths.add(new Truth(id, count));
            }
          });
      List<Found> found = new ArrayList<>();
      for (Prediction prediction : predictions) {
        if (prediction.labelId() == label.labelId() && prediction.mask().area() > 0) {
          found.add(found(prediction, instanceIds));
        }
      }
      for (int t = 0; t < THRESHOLDS; t++) {
        match(truths, found, threshold(t), curves.get(label)[t]);
      }
    }
  }

  private static Found found(Prediction prediction, LabelMap ids) {
    Rle mask = prediction.mask();
    if (mask.height() != ids.height() || mask.width() != ids.width()) {
      throw new IllegalArgumentException(
          "mask of "
              + mask.width()
              + " x "
              + mask.height()
              + " pixels, expected the image's "
              + ids.width()
              + " x "
              + ids.height());
    }
    Map<Integer, Long> shared = new TreeMap<>();
    mask.forEachRun(
        (x, y0, y1) -> {
          for (int y = y0; y < y1; y++) {
            shared.merge(ids.at(x, y), 1L, Long::sum);
          }
        });
    long onVoid = 0;
    for (var entry : shared.entrySet()) {
      onVoid += VOID.contains(entry.getKey()) ? entry.getValue() : 0;
    }
    return new Found(prediction.score(), mask.area(), onVoid, shared);
  }

  private static double overlap(Truth truth, Found found) {
    long shared = found.shared().getOrDefault(truth.id(), 0L);
    return (double) shared / (truth.pixels() + found.pixels() - shared);
  }

  private static void match(List<Truth> truths, List<Found> found, double threshold, Curve curve) {
    List<double[]> examples = new ArrayList<>();
    long missed = 0;
    boolean any = false;
    for (Truth truth : truths) {
      if (!truth.counts()) {
        continue;
      }
      any = true;
      double[] best = null;
      for (Found prediction : found) {
        if (overlap(truth, prediction) > threshold) {
          double[] example = {prediction.score(), 0};
          examples.add(example);
          best = best == null || example[0] > best[0] ? example : best;
        }
      }
      if (best == null) {
        missed++;
      } else {
        best[1] = 1;
      }
    }
    for (Found prediction : found) {
      if (truths.stream().noneMatch(truth -> overlap(truth, prediction) > threshold)
          && !(excused(truths, prediction) > threshold)) {
        examples.add(new double[] {prediction.score(), 0});
      }
    }
    synchronized (curve) {
      curve.examples.addAll(examples);
      curve.missed += missed;
      curve.truths |= any;
      curve.predictions |= !found.isEmpty();
    }
  }

  /**
   * The share of a prediction on void, groups and small instances of its class; a small group
   * counts twice, as officially.
   */
  private static double excused(List<Truth> truths, Found prediction) {
    long pixels = prediction.onVoid();
    for (Truth truth : truths) {
      long shared = prediction.shared().getOrDefault(truth.id(), 0L);
      pixels += truth.id() < INSTANCE_BASE ? shared : 0;
      pixels += truth.pixels() < MIN_PIXELS ? shared : 0;
    }
    return (double) pixels / prediction.pixels();
  }

  private static double averagePrecision(Curve curve) {
    if (!curve.truths) {
      return Double.NaN;
    }
    if (!curve.predictions || curve.examples.isEmpty()) {
      return 0;
    }
    double[][] sorted = curve.examples.toArray(double[][]::new);
    Arrays.sort(sorted, (a, b) -> Double.compare(a[0], b[0]));
    long all = 0;
    for (double[] example : sorted) {
      all += (long) example[1];
    }
    // One point for every distinct score, rising, then (recall 0, precision 1).
    double[] precision = new double[sorted.length + 1];
    double[] recall = new double[sorted.length + 2];
    int points = 0;
    long below = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i][0] != sorted[i - 1][0]) {
        double tp = all - below;
        precision[points] = tp / (sorted.length - i);
        recall[points++] = tp / (all + curve.missed);
      }
      below += (long) sorted[i][1];
    }
    precision[points] = 1;
    double ap = 0;
    for (int i = 0; i <= points; i++) {
      ap += precision[i] * (recall[Math.max(0, i - 1)] - recall[i + 1]) / 2;
    }
    return ap;
  }

  /** The metrics of the images added so far. */
  public CityscapesMetrics result() {
    Map<CityscapesClass, CityscapesMetrics.ClassAp> perClass = new EnumMap<>(CityscapesClass.class);
    double sum = 0;
    double sum50 = 0;
    int classes = 0;
    for (CityscapesClass label : CityscapesClass.values()) {
      double ofClass = 0;
      for (Curve curve : curves.get(label)) {
        ofClass += averagePrecision(curve);
      }
      double ap = ofClass / THRESHOLDS;
      double ap50 = averagePrecision(curves.get(label)[0]);
      perClass.put(label, new CityscapesMetrics.ClassAp(ap, ap50));
      if (!Double.isNaN(ap)) {
        sum += ap;
        sum50 += ap50;
        classes++;
      }
    }
    return new CityscapesMetrics(sum / classes, sum50 / classes, perClass);
  }
}
