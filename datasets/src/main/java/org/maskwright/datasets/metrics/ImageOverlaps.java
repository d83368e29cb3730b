package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntUnaryOperator;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

/**
 * What is kept of an image to compare its objects at any threshold: classes, areas, and the pixels
 * that a detection and a true object share, where that is a good part of the smaller one. 12 bytes
 * a pair, 30 an object.
 */
final class ImageOverlaps {
  /**
   * An IoU of 0.3 means at least 0.3 / 1.3 of both areas' sum, so 0.46 of the smaller; half of
   * either one is half of the smaller at least.
   */
  private static final double LEAST_SHARE = 0.4;

  private static final Comparator<Detection> BY_FALLING_SCORE =
      Comparator.comparingDouble(d -> -(d.score() + 0.0));

  final int[] truthClass;
  final long[] truthPixels;
  final ObjectSize[] truthSize; // by the area of the file
  final boolean[] crowd;

  /** Of the detections, by falling score. */
  final double[] score;

  final int[] detectedClass;
  final long[] detectedPixels;
  final ObjectSize[] detectedSize;

  /** The pairs of detection d are {@code firstPair[d]} to {@code firstPair[d + 1] - 1}. */
  final int[] firstPair;

  /** The true object of a pair, rising within a detection. */
  final int[] truth;

  private final int[] shared;

  /**
   * @param index of a category's id; below 0 for one that does not count
   * @param truths in file order, which decides ties
   * @param detections in file order, which decides ties
   */
  ImageOverlaps(IntUnaryOperator index, List<GroundTruth> truths, List<Detection> detections) {
    List<GroundTruth> wanted =
        truths.stream().filter(t -> index.applyAsInt(t.categoryId()) >= 0).toList();
    List<Detection> found = new ArrayList<>(detections);
    found.removeIf(d -> index.applyAsInt(d.categoryId()) < 0);
    found.sort(BY_FALLING_SCORE);
    truthClass = wanted.stream().mapToInt(t -> index.applyAsInt(t.categoryId())).toArray();
    truthPixels = wanted.stream().mapToLong(t -> t.mask().area()).toArray();
    truthSize = wanted.stream().map(t -> ObjectSize.of(t.area())).toArray(ObjectSize[]::new);
    crowd = new boolean[wanted.size()];
    for (int g = 0; g < crowd.length; g++) {
      crowd[g] = wanted.get(g).crowd();
    }
    score = found.stream().mapToDouble(d -> d.score() + 0.0).toArray();
    detectedClass = found.stream().mapToInt(d -> index.applyAsInt(d.categoryId())).toArray();
    detectedPixels = found.stream().mapToLong(d -> d.mask().area()).toArray();
    detectedSize = found.stream().map(d -> ObjectSize.of(d.area())).toArray(ObjectSize[]::new);
    firstPair = new int[score.length + 1];
    Pairs pairs = new Pairs();
    Rle[] masks = wanted.stream().map(GroundTruth::mask).toArray(Rle[]::new);
    Box[] boxes = Arrays.stream(masks).map(Rle::box).toArray(Box[]::new);
    for (int d = 0; d < score.length; d++) {
      pairs.add(found.get(d).mask(), detectedPixels[d], masks, boxes, truthPixels);
      firstPair[d + 1] = pairs.size;
    }
    truth = Arrays.copyOf(pairs.truth, pairs.size);
    shared = Arrays.copyOf(pairs.shared, pairs.size);
  }

  /** Pairs as they are found. */
  private static final class Pairs {
    private int[] truth = new int[16];
    private int[] shared = new int[16];
    private int size;

    void add(Rle mask, long pixels, Rle[] truths, Box[] boxes, long[] truthPixels) {
      Box box = mask.box();
      for (int g = 0; g < truths.length; g++) {
        boolean ofOneSize =
            mask.height() == truths[g].height() && mask.width() == truths[g].width();
        if (ofOneSize && box.iou(boxes[g]) > 0) {
          long both = mask.intersectionArea(truths[g]);
          if (both > 0 && both >= LEAST_SHARE * Math.min(pixels, truthPixels[g])) {
            add(g, Math.toIntExact(both));
          }
        }
      }
    }

    private void add(int g, int pixels) {
      if (size == truth.length) {
        truth = Arrays.copyOf(truth, 2 * size);
        shared = Arrays.copyOf(shared, 2 * size);
      }
      truth[size] = g;
      shared[size++] = pixels;
    }
  }

  int truths() {
    return truthClass.length;
  }

  int detections() {
    return score.length;
  }

  /** The IoU of detection d and the true object of its pair p. */
  double iou(int d, int p) {
    return (double) shared[p] / (detectedPixels[d] + truthPixels[truth[p]] - shared[p]);
  }

  /** The pixels of a pair. */
  long shared(int p) {
    return shared[p];
  }

  boolean isSameClass(int d, int g) {
    return detectedClass[d] == truthClass[g];
  }

  /** Whether half of detection d or more lies in the true object of its pair p. */
  boolean liesIn(int d, int p) {
    return 2L * shared[p] >= detectedPixels[d];
  }

  /** Whether a detection holds half or more of the true object of its pair p. */
  boolean holds(int p) {
    return 2L * shared[p] >= truthPixels[truth[p]];
  }
}
