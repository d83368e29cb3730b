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
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.MaskOverlaps;
import org.maskwright.datasets.mask.Rle;

/**
 * What COCO's, LVIS' and YouTube-VIS' evaluators share: categories in id order, images (or videos)
 * in any order, ground truth and detections in, precision and recall out.
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
  private final SizeBounds sizes;

  InstanceTable(Collection<Integer> categoryIds, SizeBounds sizes) {
    this.categories = new TreeSet<>(categoryIds).stream().mapToInt(i -> i).toArray();
    this.sizes = sizes;
    this.scores = new CategoryScores[categories.length];
    for (int k = 0; k < categories.length; k++) {
      categoryIndex.put(categories[k], k);
      scores[k] = new CategoryScores();
    }
  }

  /** In what the evaluators differ. */
  interface Rules {
    /** The overlaps of one category, [detection][ground truth]. */
    double[][] ious(List<GroundTruth> truths, List<Detection> detections);

    /** Whether a true object counts neither way whatever its area. */
    boolean ignores(GroundTruth truth);

    /** Whether unmatched detections of a category in this image count neither way. */
    boolean ignoresUnmatched(int categoryId);
  }

  static List<Detection> best(List<Detection> detections, int most) {
    if (detections.size() < 2 && most > 0) {
      return detections;
    }
    List<Detection> sorted = new ArrayList<>(detections);
    sorted.sort(BY_FALLING_SCORE);
    return sorted.size() > most ? sorted.subList(0, most) : sorted;
  }

  int categoryId(int index) {
    return categories[index];
  }

  /**
   * Matches an image's detections and stores them; unlisted categories are left out.
   *
   * @param maxDetections of a category that count
   * @throws IllegalArgumentException if the image was added before
   */
  void add(
      ImageId image,
      List<GroundTruth> truths,
      List<Detection> detections,
      Rules rules,
      int maxDetections) {
    long[] wanted = byCategory(truths.size(), i -> truths.get(i).categoryId());
    long[] found = byCategory(detections.size(), i -> detections.get(i).categoryId());
    ImageMatches matches = new ImageMatches(sizes, found.length);
    int t = 0;
    int d = 0;
    while (t < wanted.length || d < found.length) {
      int k = Math.min(category(wanted, t), category(found, d));
      int truthsEnd = end(wanted, t, k);
      int detectionsEnd = end(found, d, k);
      List<Detection> best = best(picked(detections, found, d, detectionsEnd), maxDetections);
      boolean all = rules.ignoresUnmatched(categories[k]);
      if (t == truthsEnd) {
        matches.unmatched(k, best, all);
      } else {
        matches.matched(k, best, matcher(picked(truths, wanted, t, truthsEnd), best, rules), all);
      }
      t = truthsEnd;
      d = detectionsEnd;
    }
    synchronized (this) {
      if (!known.add(image)) {
        throw new IllegalArgumentException("image " + image + " was added before");
      }
      matches.addTo(scores, images.size());
      images.add(image);
    }
  }

  /** Places by the index of their category and then by place: the index in the upper half. */
  private long[] byCategory(int size, IntUnaryOperator categoryId) {
    long[] order = new long[size];
    int listed = 0;
    for (int i = 0; i < size; i++) {
      Integer k = categoryIndex.get(categoryId.applyAsInt(i));
      if (k != null) {
        order[listed++] = (long) k << 32 | i;
      }
    }
    order = listed == size ? order : Arrays.copyOf(order, listed);
    Arrays.sort(order);
    return order;
  }

  private static int category(long[] order, int at) {
    return at < order.length ? (int) (order[at] >>> 32) : Integer.MAX_VALUE;
  }

  private static int end(long[] order, int from, int category) {
    int end = from;
    while (category(order, end) == category) {
      end++;
    }
    return end;
  }

  private static <T> List<T> picked(List<T> all, long[] order, int from, int to) {
    List<T> picked = new ArrayList<>(to - from);
    for (int i = from; i < to; i++) {
      picked.add(all.get((int) order[i]));
    }
    return picked;
  }

  private CellMatcher matcher(List<GroundTruth> truths, List<Detection> detections, Rules rules) {
    boolean[] ignore = new boolean[truths.size()];
    for (int g = 0; g < ignore.length; g++) {
      ignore[g] = rules.ignores(truths.get(g));
    }
    return new CellMatcher(sizes, truths, ignore, detections, rules.ious(truths, detections));
  }

  /** The overlaps of objects of an image. */
  static double[][] ious(IouType iouType, List<GroundTruth> truths, List<Detection> detections) {
    if (detections.isEmpty()) {
      return new double[0][];
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
    for (int m = 0; m < limits.length; m++) {
      double[] recalls = scores[k].recalls(limits[m]);
      for (int i = 0; i < recalls.length; i++) {
        curves.recall[m][i / Thresholds.IOUS][(i % Thresholds.IOUS) * n + k] = recalls[i];
      }
    }
    int[] order = scores[k].order(imageOrder);
    scores[k].precision(order, limits[limits.length - 1], curves.precision, k, n);
  }
}
