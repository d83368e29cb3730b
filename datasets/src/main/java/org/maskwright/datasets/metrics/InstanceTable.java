package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.MaskOverlaps;
import org.maskwright.datasets.mask.Rle;

/**
 * What COCO's and LVIS' evaluators share: categories in id order, images in any order, matched
 * cells in, precision and recall out.
 *
 * <p><b>Threads</b> {@link #add} may be called from several threads; matching happens outside the
 * lock.
 */
final class InstanceTable {
  private static final Comparator<Detection> BY_FALLING_SCORE =
      Comparator.comparingDouble(d -> -(d.score() + 0.0));

  private final int[] categories;
  private final Map<Integer, Integer> categoryIndex = new HashMap<>();
  private final CategoryScores[] scores;
  private final List<ImageId> images = new ArrayList<>();
  private final Set<ImageId> known = new HashSet<>();
  private final IouType iouType;

  InstanceTable(Collection<Integer> categoryIds, IouType iouType) {
    this.categories = new TreeSet<>(categoryIds).stream().mapToInt(i -> i).toArray();
    this.iouType = iouType;
    this.scores = new CategoryScores[categories.length];
    for (int k = 0; k < categories.length; k++) {
      categoryIndex.put(categories[k], k);
      scores[k] = new CategoryScores();
    }
  }

  /** The ground truths and detections of one category in one image. */
  static final class Cell {
    final List<GroundTruth> truths = new ArrayList<>();
    final List<Detection> detections = new ArrayList<>();
    boolean[] ignore;
    boolean ignoreUnmatched;
    CellMatcher matches;
  }

  static List<Detection> best(List<Detection> detections, int most) {
    List<Detection> sorted = new ArrayList<>(detections);
    sorted.sort(BY_FALLING_SCORE);
    return sorted.size() > most ? sorted.subList(0, most) : sorted;
  }

  /** The cells of an image, by index of the category; unlisted categories are left out. */
  SortedMap<Integer, Cell> cells(List<GroundTruth> truths, List<Detection> detections) {
    TreeMap<Integer, Cell> cells = new TreeMap<>();
    for (GroundTruth truth : truths) {
      Integer k = categoryIndex.get(truth.categoryId());
      if (k != null) {
        cells.computeIfAbsent(k, i -> new Cell()).truths.add(truth);
      }
    }
    for (Detection detection : detections) {
      Integer k = categoryIndex.get(detection.categoryId());
      if (k != null) {
        cells.computeIfAbsent(k, i -> new Cell()).detections.add(detection);
      }
    }
    return cells;
  }

  int categoryId(int index) {
    return categories[index];
  }

  /**
   * Matches and stores an image's cells.
   *
   * @throws IllegalArgumentException if the image was added before
   */
  void add(ImageId image, Map<Integer, Cell> cells, int maxDetections) {
    for (Cell cell : cells.values()) {
      List<Detection> kept = best(cell.detections, maxDetections);
      cell.matches = new CellMatcher(cell.truths, cell.ignore, kept, ious(cell.truths, kept));
      cell.matches.ignoreUnmatched(kept, cell.ignoreUnmatched);
      cell.detections.clear();
      cell.detections.addAll(kept);
    }
    synchronized (this) {
      if (!known.add(image)) {
        throw new IllegalArgumentException("image " + image + " was added before");
      }
      int number = images.size();
      images.add(image);
      cells.forEach((k, cell) -> store(scores[k], cell, number));
    }
  }

  private static void store(CategoryScores target, Cell cell, int image) {
    for (int area = 0; area < AreaRange.COUNT; area++) {
      target.addPositives(area, cell.matches.positives[area]);
    }
    for (int rank = 0; rank < cell.detections.size(); rank++) {
      double score = cell.detections.get(rank).score();
      target.add(score, image, rank, cell.matches.matched[rank], cell.matches.ignored[rank]);
    }
  }

  private double[][] ious(List<GroundTruth> truths, List<Detection> detections) {
    if (truths.isEmpty() || detections.isEmpty()) {
      return new double[detections.size()][truths.size()];
    }
    boolean[] crowd = new boolean[truths.size()];
    for (int g = 0; g < crowd.length; g++) {
      crowd[g] = truths.get(g).crowd();
    }
    if (iouType == IouType.BBOX) {
      double[][] ious = new double[detections.size()][crowd.length];
      for (int d = 0; d < ious.length; d++) {
        for (int g = 0; g < crowd.length; g++) {
          ious[d][g] =
              crowd[g]
                  ? detections.get(d).box().iouWithCrowd(truths.get(g).box())
                  : detections.get(d).box().iou(truths.get(g).box());
        }
      }
      return ious;
    }
    List<Rle> found = detections.stream().map(Detection::mask).toList();
    List<Rle> wanted = truths.stream().map(GroundTruth::mask).toList();
    return iouType == IouType.SEGM
        ? MaskOverlaps.iou(found, wanted, crowd)
        : MaskOverlaps.boundaryIou(found, wanted, crowd);
  }

  /**
   * Precision [area][T, R, K] at the largest number of detections and recall [count of
   * detections][area][T, K].
   */
  static final class Curves {
    final int categories;
    final double[][] precision;
    final double[][][] recall;

    Curves(int categories, int detectionLimits) {
      this.categories = categories;
      precision = new double[AreaRange.COUNT][Thresholds.IOUS * Thresholds.RECALLS * categories];
      recall = new double[detectionLimits][AreaRange.COUNT][Thresholds.IOUS * categories];
    }

    /** The mean precision over thresholds [from, to) and the given categories. */
    double ap(AreaRange area, int from, int to, int[] selected) {
      PairwiseMean mean = new PairwiseMean((to - from) * Thresholds.RECALLS * selected.length);
      double[] values = precision[area.index()];
      for (int tr = from * Thresholds.RECALLS; tr < to * Thresholds.RECALLS; tr++) {
        for (int k : selected) {
          mean.add(values[tr * categories + k]);
        }
      }
      return mean.mean();
    }

    double ar(int limit, AreaRange area, int[] selected) {
      PairwiseMean mean = new PairwiseMean(Thresholds.IOUS * selected.length);
      double[] values = recall[limit][area.index()];
      for (int t = 0; t < Thresholds.IOUS; t++) {
        for (int k : selected) {
          mean.add(values[t * categories + k]);
        }
      }
      return mean.mean();
    }
  }

  int[] allCategories() {
    return IntStream.range(0, categories.length).toArray();
  }

  /** Accumulates; {@code limits} rises and its last value is used for precision. */
  synchronized Curves curves(int... limits) {
    int[] imageOrder = new int[images.size()];
    Integer[] sorted = new Integer[images.size()];
    Arrays.setAll(sorted, i -> i);
    Arrays.sort(sorted, Comparator.comparing(images::get));
    for (int i = 0; i < sorted.length; i++) {
      imageOrder[sorted[i]] = i;
    }
    Curves curves = new Curves(categories.length, limits.length);
    IntStream.range(0, categories.length)
        .parallel()
        .forEach(k -> accumulate(k, imageOrder, limits, curves));
    return curves;
  }

  private void accumulate(int k, int[] imageOrder, int[] limits, Curves curves) {
    int n = categories.length;
    scores[k].sort(imageOrder);
    for (int m = 0; m < limits.length; m++) {
      double[] recalls = scores[k].recalls(limits[m]);
      for (int i = 0; i < recalls.length; i++) {
        curves.recall[m][i / Thresholds.IOUS][(i % Thresholds.IOUS) * n + k] = recalls[i];
      }
    }
    for (int area = 0; area < AreaRange.COUNT; area++) {
      for (int t = 0; t < Thresholds.IOUS; t++) {
        int first = t * Thresholds.RECALLS * n + k;
        int most = limits[limits.length - 1];
        scores[k].precision(area, t, most, curves.precision[area], first, n);
      }
    }
  }
}
