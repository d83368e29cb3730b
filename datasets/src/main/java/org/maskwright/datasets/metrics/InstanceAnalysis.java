package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.metrics.ConfusionMatrix.Cell;
import org.maskwright.datasets.metrics.ConfusionMatrix.Counted;

/**
 * What lies behind the AP of instances: precision and recall of each class over all scores, which
 * classes are taken for which, and what became of the objects that were not found. Differs from
 * {@link CocoEvaluator}: all detections of an image count, not the best 100 of each class, and
 * detections of one score count together.
 *
 * <p><b>Memory</b> of each image what {@link ImageOverlaps} says, no masks.
 *
 * <p><b>Threads</b> {@link #add} may be called from several threads in any order; results do not
 * depend on it.
 */
public final class InstanceAnalysis {
  private static final double MATCH = 0.5;

  private final List<String> names;
  private final Map<Integer, Integer> index = new HashMap<>();
  private final TreeMap<ImageId, ImageOverlaps> images = new TreeMap<>();

  /**
   * @param categories the classes that count, in the order of the results
   */
  public InstanceAnalysis(List<Category> categories) {
    names = categories.stream().map(Category::name).toList();
    for (int k = 0; k < categories.size(); k++) {
      index.put(categories.get(k).id(), k);
    }
  }

  /**
   * Adds an image.
   *
   * @param groundTruths with masks, in file order, which decides ties
   * @param detections with masks, in file order, which decides ties
   * @throws IllegalArgumentException if the image was added before
   */
  public void add(ImageId image, List<GroundTruth> groundTruths, List<Detection> detections) {
    ImageOverlaps overlaps =
        new ImageOverlaps(id -> index.getOrDefault(id, -1), groundTruths, detections);
    synchronized (this) {
      if (images.putIfAbsent(image, overlaps) != null) {
        throw new IllegalArgumentException("image " + image + " was added before");
      }
    }
  }

  /** A detection that counts. */
  private record Scored(double score, boolean right) {}

  /**
   * Precision and recall by the name of the class, of the classes that are true or detected
   * somewhere. Detections are matched with objects of their class by COCO's rules at IoU 0.5.
   */
  public synchronized Map<String, PrecisionRecall> curves() {
    List<List<Scored>> scored = new ArrayList<>();
    names.forEach(name -> scored.add(new ArrayList<>()));
    long[] truths = new long[names.size()];
    for (ImageOverlaps image : images.values()) {
      for (int g = 0; g < image.truths(); g++) {
        truths[image.truthClass[g]] += image.crowd[g] ? 0 : 1;
      }
      boolean[] taken = new boolean[image.truths()];
      for (int d = 0; d < image.detections(); d++) {
        int g = match(image, d, taken);
        if (g < 0 || !image.crowd[g]) {
          scored.get(image.detectedClass[d]).add(new Scored(image.score[d], g >= 0));
        }
      }
    }
    Map<String, PrecisionRecall> curves = new LinkedHashMap<>();
    for (int k = 0; k < truths.length; k++) {
      if (truths[k] > 0 || !scored.get(k).isEmpty()) {
        curves.put(names.get(k), new PrecisionRecall(truths[k], points(scored.get(k))));
      }
    }
    return curves;
  }

  /**
   * The free object of the class with the highest IoU, the later one of equals, which is taken; a
   * crowd as a last resort, as often as one likes; -1 if there is none.
   */
  private static int match(ImageOverlaps image, int d, boolean[] taken) {
    int match = -1;
    double best = MATCH;
    int crowd = -1;
    for (int p = image.firstPair[d]; p < image.firstPair[d + 1]; p++) {
      int g = image.truth[p];
      if (!image.isSameClass(d, g) || taken[g]) {
        continue;
      }
      if (image.crowd[g]) {
        crowd = image.liesIn(d, p) ? g : crowd;
      } else if (image.iou(d, p) >= best) {
        best = image.iou(d, p);
        match = g;
      }
    }
    if (match >= 0) {
      taken[match] = true;
    }
    return match >= 0 ? match : crowd;
  }

  /** One point for each score. */
  private static List<PrecisionRecall.Point> points(List<Scored> scored) {
    scored.sort(Comparator.comparingDouble(Scored::score).reversed());
    List<PrecisionRecall.Point> points = new ArrayList<>();
    long right = 0;
    for (int i = 0; i < scored.size(); i++) {
      right += scored.get(i).right() ? 1 : 0;
      double score = scored.get(i).score();
      if (i + 1 == scored.size() || scored.get(i + 1).score() < score) {
        points.add(new PrecisionRecall.Point(score, right, i + 1 - right));
      }
    }
    return points;
  }

  private double[] byClass(ScoreThresholds thresholds) {
    return names.stream().mapToDouble(thresholds::of).toArray();
  }

  /**
   * Which classes are taken for which: detections and objects matched one to one at mask IoU 0.5,
   * the highest score first, whatever their classes.
   */
  public synchronized ConfusionMatrix confusion(ScoreThresholds thresholds) {
    double[] least = byClass(thresholds);
    TreeMap<Long, Long> counts = new TreeMap<>();
    int nothing = names.size();
    long columns = nothing + 1L;
    for (ImageOverlaps image : images.values()) {
      ObjectMatching matching = new ObjectMatching(image, least);
      for (int g = 0; g < image.truths(); g++) {
        if (!image.crowd[g]) {
          int d = matching.detectionOf[g];
          int predicted = d < 0 ? nothing : image.detectedClass[d];
          counts.merge(image.truthClass[g] * columns + predicted, 1L, Long::sum);
        }
      }
      for (int d = 0; d < image.detections(); d++) {
        if (matching.counts[d] && matching.truthOf[d] < 0) {
          counts.merge(nothing * columns + image.detectedClass[d], 1L, Long::sum);
        }
      }
    }
    List<Cell> cells = new ArrayList<>();
    counts.forEach(
        (at, count) -> cells.add(new Cell((int) (at / columns), (int) (at % columns), count)));
    return new ConfusionMatrix(names, Counted.OBJECTS, cells);
  }

  /** What became of the objects, and what the detections are. */
  public synchronized InstanceErrors errors(ScoreThresholds thresholds) {
    double[] least = byClass(thresholds);
    InstanceErrors errors = new InstanceErrors(names);
    for (ImageOverlaps image : images.values()) {
      ObjectMatching matching = new ObjectMatching(image, least);
      for (int g = 0; g < image.truths(); g++) {
        if (!image.crowd[g]) {
          errors.add(image.truthClass[g], image.truthSize[g], matching.truths[g]);
        }
      }
      for (int d = 0; d < image.detections(); d++) {
        if (matching.counts[d]) {
          errors.add(image.detectedClass[d], image.detectedSize[d], matching.detections[d]);
        }
      }
    }
    return errors;
  }
}
