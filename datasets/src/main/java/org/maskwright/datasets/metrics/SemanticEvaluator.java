package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Semantic IoU and accuracy over the pixels of all images.
 *
 * <p><b>Shapes</b> ground truth and prediction [H, W] of one size, class indices 0 to K-1; ground
 * truth of the ignore label is not counted. The memory is one (K+1) x (K+1) table.
 *
 * <p><b>Source</b> detectron2 SemSegEvaluator, CSAILVision/sceneparsing evaluationCode,
 * cityscapesScripts evalPixelLevelSemanticLabeling; what differs between them is in {@link
 * SemanticProtocol}.
 *
 * <p><b>Threads</b> Not thread-safe: one evaluator a thread, then {@link #merge}.
 */
public final class SemanticEvaluator {
  /** The largest K: its table takes 3.2 GB. */
  public static final int MAX_CLASSES = 20_000;

  private static final int MOST_NAMED = 10;

  private static final double EPSILON = Math.ulp(1.0);

  /** The number of Cityscapes' own label ids, 0 to 33. */
  static final int CITYSCAPES_IDS = 34;

  static final Set<Integer> CITYSCAPES_EVALUATED =
      Set.of(7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33);

  private final int classes;
  private final int ignoreLabel;
  private final SemanticProtocol protocol;
  private long ignored;
  private final long[] confusion; // [ground truth, prediction]; index K: of no class

  /**
   * @param classes K, 1 to {@link #MAX_CLASSES}
   * @param ignoreLabel the ground-truth label that is not counted; must not be a class unless K
   *     classes plus it are meant (65 of 65)
   */
  public SemanticEvaluator(int classes, int ignoreLabel, SemanticProtocol protocol) {
    if (classes < 1 || classes > MAX_CLASSES) {
      throw new IllegalArgumentException(
          "classes: expected 1 to " + MAX_CLASSES + ", got " + classes);
    }
    this.classes = classes;
    this.ignoreLabel = ignoreLabel;
    this.protocol = protocol;
    this.confusion = new long[(classes + 1) * (classes + 1)];
  }

  /** As {@link #add(int[], int[])}, with the sizes checked. */
  public void add(LabelMap groundTruth, LabelMap prediction) {
    PixelRuns.requireOneSize(groundTruth, prediction);
    if (groundTruth.isBytes() && prediction.isBytes()) {
      int pixels = groundTruth.height() * groundTruth.width();
      add(groundTruth.bytes(), prediction.bytes(), pixels);
    } else {
      add(groundTruth.labels(), prediction.labels());
    }
  }

  private void add(byte[] groundTruth, byte[] prediction, int length) {
    int start = 0;
    while (start < length) {
      int end = PixelRuns.end(groundTruth, prediction, start, length, 1);
      add(groundTruth[start] & 0xff, prediction[start] & 0xff, end - start);
      start = end;
    }
  }

  /**
   * Adds an image's pixels.
   *
   * @throws DatasetException if a label is neither a class nor the ignore label; predictions of the
   *     ignore label are allowed but for {@link SemanticProtocol#DETECTRON2}, and are of no class
   * @throws IllegalArgumentException if the lengths differ
   */
  public void add(int[] groundTruth, int[] prediction) {
    if (groundTruth.length != prediction.length) {
      throw new IllegalArgumentException(
          "prediction of " + prediction.length + " pixels, expected " + groundTruth.length);
    }
    int start = 0;
    while (start < groundTruth.length) {
      int end = PixelRuns.end(groundTruth, prediction, start, groundTruth.length);
      add(groundTruth[start], prediction[start], end - start);
      start = end;
    }
  }

  private void add(int g, int p, int pixels) {
    if (g != ignoreLabel) {
      confusion[index(g, p)] += pixels;
    } else {
      ignored += pixels;
    }
  }

  private int index(int g, int p) {
    int column = p;
    if (g < 0 || g >= classes) {
      throw outside("ground truth", g, true);
    }
    if (p < 0 || p >= classes) {
      boolean mayIgnore = protocol != SemanticProtocol.DETECTRON2;
      if (p != ignoreLabel || !mayIgnore) {
        throw outside("prediction", p, mayIgnore);
      }
      column = classes;
    }
    return g * (classes + 1) + column;
  }

  private DatasetException outside(String what, int label, boolean mayIgnore) {
    return new DatasetException(
        "%s: label %d, expected 0 to %d%s"
            .formatted(
                what, label, classes - 1, mayIgnore ? " or the ignore label " + ignoreLabel : ""));
  }

  /** Adds what another evaluator of the same kind has counted. */
  public void merge(SemanticEvaluator other) {
    if (other.classes != classes || other.protocol != protocol) {
      throw new IllegalArgumentException("evaluators of different classes or protocols");
    }
    ignored += other.ignored;
    Arrays.setAll(confusion, i -> confusion[i] + other.confusion[i]);
  }

  /** Pixels with ground truth g that were predicted as p. */
  public long count(int g, int p) {
    return confusion[g * (classes + 1) + p];
  }

  /**
   * The pixels of the images added so far by true and predicted class; predictions of the ignore
   * label are of no class.
   *
   * @param names of the K classes
   */
  public ConfusionMatrix confusion(List<String> names) {
    if (names.size() != classes) {
      throw new IllegalArgumentException(
          "names: expected " + classes + ", one of each class, got " + names.size());
    }
    List<ConfusionMatrix.Cell> cells = new ArrayList<>();
    for (int g = 0; g < classes; g++) {
      for (int p = 0; p <= classes; p++) {
        if (count(g, p) > 0) {
          cells.add(new ConfusionMatrix.Cell(g, p, count(g, p)));
        }
      }
    }
    return new ConfusionMatrix(names, ConfusionMatrix.Counted.PIXELS, cells);
  }

  /** What a user may not have meant, of the ground truth so far. */
  List<String> warnings() {
    List<String> warnings = new ArrayList<>();
    int[] absent =
        IntStream.range(0, classes).filter(c -> evaluated(c) && truths(c) == 0).toArray();
    long all = ignored + IntStream.range(0, classes).mapToLong(this::truths).sum();
    String share =
        String.format(
            Locale.ROOT,
            "the ignored label %d covers %.1f %% of the pixels of the ground truth",
            ignoreLabel,
            all == 0 ? 0 : 100.0 * ignored / all);
    if (absent.length > 0) {
      warnings.add(
          "%d of %d classes have no pixel in the ground truth: %s%s"
                  .formatted(
                      absent.length,
                      classes,
                      Arrays.stream(absent)
                          .limit(MOST_NAMED)
                          .mapToObj(Integer::toString)
                          .collect(Collectors.joining(", ")),
                      absent.length > MOST_NAMED ? ", ..." : "")
              + (ignored > 0 ? ", and " + share + "; is it one of them?" : ""));
    } else if (2 * ignored >= all) {
      warnings.add(share);
    }
    return warnings;
  }

  /** The metrics of the images added so far. */
  public SemanticMetrics result() {
    List<Double> ious = new ArrayList<>();
    List<Double> accuracies = new ArrayList<>();
    double iouSum = 0;
    double accuracySum = 0;
    double weightedIou = 0;
    int iouClasses = 0;
    int accuracyClasses = 0;
    long right = 0;
    long total = 0;
    for (int c = 0; c < classes; c++) {
      total += evaluated(c) ? truths(c) : 0;
    }
    for (int c = 0; c < classes; c++) {
      long truths = evaluated(c) ? truths(c) : 0;
      double iou = evaluated(c) ? iou(c) : Double.NaN;
      double accuracy = truths == 0 ? Double.NaN : (double) count(c, c) / truths;
      ious.add(iou);
      accuracies.add(accuracy);
      if (!Double.isNaN(iou)) {
        iouSum += iou;
        iouClasses++;
      }
      if (truths > 0) {
        accuracySum += accuracy;
        accuracyClasses++;
        right += count(c, c);
        weightedIou += iou * ((double) truths / total);
      }
    }
    return new SemanticMetrics(
        iouSum / iouClasses,
        total == 0 ? Double.NaN : weightedIou,
        accuracySum / accuracyClasses,
        (double) right / total,
        ious,
        accuracies);
  }

  private double iou(int c) {
    long truths = truths(c);
    long predictions = 0;
    for (int g = 0; g < classes; g++) {
      predictions += evaluated(g) ? count(g, c) : 0;
    }
    long union = truths + predictions - count(c, c);
    return switch (protocol) {
      case DETECTRON2 -> truths == 0 ? Double.NaN : (double) count(c, c) / union;
      case ADE20K -> count(c, c) / (union + EPSILON);
      case CITYSCAPES -> union == 0 ? Double.NaN : (double) count(c, c) / union;
    };
  }

  private long truths(int c) {
    long truths = 0;
    for (int p = 0; p <= classes; p++) {
      truths += count(c, p);
    }
    return truths;
  }

  private boolean evaluated(int c) {
    return protocol != SemanticProtocol.CITYSCAPES
        || classes != CITYSCAPES_IDS
        || CITYSCAPES_EVALUATED.contains(c);
  }
}
