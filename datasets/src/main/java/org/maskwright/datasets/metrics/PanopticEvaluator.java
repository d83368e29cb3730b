package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.LabelMap;

/**
 * Panoptic quality: PQ, segmentation quality and recognition quality, by whole segments or by the
 * smaller of segment and boundary IoU.
 *
 * <p><b>Maths</b> a prediction and a ground truth of one category match if IoU &gt; 0.5, void left
 * out of the union; PQ = sum of IoU / (TP + FP/2 + FN/2). A ground truth's area is the JSON's, a
 * prediction's its pixel count.
 *
 * <p><b>Source</b> Panoptic Segmentation (arXiv 1801.00868), panopticapi evaluation.py;
 * boundary-iou-api for boundaries. <b>Differs:</b> no class of a kind at all gives NaN with n = 0
 * instead of a division by zero.
 *
 * <p><b>Threads</b> {@link #add} may be called from several threads; sums are taken in image order,
 * so the result does not depend on them.
 */
public final class PanopticEvaluator {
  /** What must overlap by more than half. */
  public enum Overlap {
    SEGMENT,
    /** The smaller of segment IoU and boundary IoU. */
    BOUNDARY
  }

  private static final double MATCH = 0.5;

  private final Map<Integer, CocoCategory> categories = new TreeMap<>();
  private final Overlap overlap;
  private final int interior;
  private final TreeMap<ImageId, List<Outcome>> outcomes = new TreeMap<>();

  /**
   * @param categories the table of the ground truth; {@code thing} decides where a class counts
   */
  public PanopticEvaluator(Collection<CocoCategory> categories, Overlap overlap) {
    categories.forEach(c -> this.categories.put(c.id(), c));
    this.overlap = overlap;
    // boundary-iou-api paints the inside of segments with this id, which may be a segment's own.
    this.interior = this.categories.keySet().stream().mapToInt(id -> id).max().orElse(0) + 1;
  }

  private long wrongAreas;
  private ImageId firstWrong;
  private String firstWrongArea;

  /** A true positive (iou > 0), false positive or false negative of a category. */
  private record Outcome(int categoryId, Kind kind, double iou) {}

  private enum Kind {
    TRUE_POSITIVE,
    FALSE_POSITIVE,
    FALSE_NEGATIVE
  }

  /**
   * Adds an image.
   *
   * <p><b>Shapes</b> both maps [height, width] of one size, ids as in the segments, 0 = void.
   *
   * @param truths the true segments; their areas count
   * @param predictions the predicted segments; their areas are counted from the map
   * @throws DatasetException if the sizes differ, the predicted map and its segments do not hold
   *     the same ids, a category is unknown, or a true segment has no area
   * @throws IllegalArgumentException if the image was added before
   */
  public void add(
      ImageId image,
      LabelMap truthIds,
      List<PanopticSegment> truths,
      LabelMap predictedIds,
      List<PanopticSegment> predictions) {
    List<Outcome> found;
    try {
      check(truthIds, truths, predictedIds, predictions);
      // The official table is walked in ascending ids; sums of IoU depend on it in the last digit.
      List<PanopticSegment> sorted = new ArrayList<>(truths);
      sorted.sort(Comparator.comparingInt(PanopticSegment::id));
      List<PanopticSegment> sortedPredictions = new ArrayList<>(predictions);
      sortedPredictions.sort(Comparator.comparingInt(PanopticSegment::id));
      PanopticCounts counts = new PanopticCounts(truthIds, sorted, predictedIds, sortedPredictions);
      BoundaryCounts bands =
          overlap == Overlap.BOUNDARY
              ? new BoundaryCounts(truthIds, truths, predictedIds, predictions, interior)
              : null;
      found = match(counts, bands, truths);
      compareAreas(image, counts);
    } catch (DatasetException e) {
      throw e.forImage(image);
    }
    synchronized (this) {
      if (outcomes.putIfAbsent(image, found) != null) {
        throw new IllegalArgumentException("image " + image + " was added before");
      }
    }
  }

  /** The official tool takes the JSON's areas on trust; with wrong ones PQ can exceed 1. */
  private void compareAreas(ImageId image, PanopticCounts counts) {
    for (int g = 1; g <= counts.truths.size(); g++) {
      PanopticSegment truth = counts.truths.get(g - 1);
      long pixels = counts.trueArea(g);
      if (truth.area() != pixels) {
        synchronized (this) {
          wrongAreas++;
          if (firstWrong == null || image.compareTo(firstWrong) < 0) {
            firstWrong = image;
            firstWrongArea =
                "image %s, segment %d: area is %d, the PNG has %d pixels"
                    .formatted(image, truth.id(), truth.area(), pixels);
          }
        }
      }
    }
  }

  /** How many true segments have an area that is not their pixels, with the first of them. */
  public synchronized Optional<String> wrongAreas() {
    return wrongAreas == 0
        ? Optional.empty()
        : Optional.of(
            "%d segments whose \"area\" is not their number of pixels, by which the official rule divides, so that quality may even exceed 100; %s"
                .formatted(wrongAreas, firstWrongArea));
  }

  private void check(
      LabelMap truthIds,
      List<PanopticSegment> truths,
      LabelMap predictedIds,
      List<PanopticSegment> predictions) {
    PixelRuns.requireOneSize(truthIds, predictedIds);
    checkTruths(truths);
    checkCategories(predictions);
  }

  void checkTruths(List<PanopticSegment> truths) {
    checkCategories(truths);
    for (PanopticSegment truth : truths) {
      if (truth.area() < 0) {
        throw new DatasetException("a true segment without \"area\"")
            .forAnnotation("segment " + truth.id());
      }
    }
  }

  void checkCategories(List<PanopticSegment> segments) {
    for (PanopticSegment segment : segments) {
      if (!categories.containsKey(segment.categoryId())) {
        throw new DatasetException(
                "category %d: expected one of the ground truth's \"categories\""
                    .formatted(segment.categoryId()))
            .forAnnotation("segment " + segment.id());
      }
    }
  }

  private static List<Outcome> match(
      PanopticCounts counts, BoundaryCounts bands, List<PanopticSegment> truthsInFileOrder) {
    List<Outcome> found = new ArrayList<>();
    boolean[] truthMatched = new boolean[counts.truths.size() + 1];
    boolean[] predictionMatched = new boolean[counts.predictions.size() + 1];
    for (int g = 1; g < truthMatched.length; g++) {
      PanopticSegment truth = counts.truths.get(g - 1);
      for (int p = 1; p < predictionMatched.length; p++) {
        long shared = counts.at(g, p);
        if (shared == 0
            || truth.crowd()
            || truth.categoryId() != counts.predictions.get(p - 1).categoryId()) {
          continue;
        }
        long union = counts.predictedArea[p] + truth.area() - shared - counts.at(0, p);
        double iou = (double) shared / union;
        if (bands != null) {
          iou = Math.min(iou, bands.iou(truth.id(), counts.predictions.get(p - 1).id()));
        }
        if (iou > MATCH) {
          found.add(new Outcome(truth.categoryId(), Kind.TRUE_POSITIVE, iou));
          truthMatched[g] = true;
          predictionMatched[p] = true;
        }
      }
    }
    addUnmatched(counts, truthsInFileOrder, truthMatched, predictionMatched, found);
    return found;
  }

  private static void addUnmatched(
      PanopticCounts counts,
      List<PanopticSegment> truthsInFileOrder,
      boolean[] truthMatched,
      boolean[] predictionMatched,
      List<Outcome> found) {
    Map<Integer, Integer> idToRow = new HashMap<>();
    for (int g = 1; g < truthMatched.length; g++) {
      idToRow.put(counts.truths.get(g - 1).id(), g);
    }
    Map<Integer, Integer> crowds =
        new HashMap<>(); // category to row; the last crowd in the file counts
    for (PanopticSegment truth : truthsInFileOrder) {
      int g = idToRow.get(truth.id());
      if (truth.crowd()) {
        crowds.put(truth.categoryId(), g);
      } else if (!truthMatched[g]) {
        found.add(new Outcome(truth.categoryId(), Kind.FALSE_NEGATIVE, 0));
      }
    }
    for (int p = 1; p < predictionMatched.length; p++) {
      if (predictionMatched[p]) {
        continue;
      }
      int category = counts.predictions.get(p - 1).categoryId();
      long excused = counts.at(0, p);
      Integer crowd = crowds.get(category);
      if (crowd != null) {
        excused += counts.at(crowd, p);
      }
      if (!((double) excused / counts.predictedArea[p] > MATCH)) {
        found.add(new Outcome(category, Kind.FALSE_POSITIVE, 0));
      }
    }
  }

  private static final class Sums {
    private long tp;
    private long fp;
    private long fn;
    private double iou;
  }

  /** The metrics of the images added so far. */
  public synchronized PanopticMetrics result() {
    TreeMap<Integer, Sums> sums = new TreeMap<>();
    categories.keySet().forEach(id -> sums.put(id, new Sums()));
    for (List<Outcome> ofImage : outcomes.values()) {
      for (Outcome outcome : ofImage) {
        Sums target = sums.get(outcome.categoryId());
        switch (outcome.kind()) {
          case TRUE_POSITIVE -> {
            target.tp++;
            target.iou += outcome.iou();
          }
          case FALSE_POSITIVE -> target.fp++;
          case FALSE_NEGATIVE -> target.fn++;
        }
      }
    }
    TreeMap<Integer, PanopticMetrics.ClassQuality> perClass = new TreeMap<>();
    sums.forEach((id, s) -> perClass.put(id, quality(s)));
    return new PanopticMetrics(
        mean(perClass, c -> true),
        mean(perClass, CocoCategory::thing),
        mean(perClass, c -> !c.thing()),
        perClass);
  }

  private static PanopticMetrics.ClassQuality quality(Sums s) {
    double pq = 0;
    double sq = 0;
    double rq = 0;
    if (s.tp + s.fp + s.fn > 0) {
      double denominator = s.tp + 0.5 * s.fp + 0.5 * s.fn;
      pq = s.iou / denominator;
      sq = s.tp == 0 ? 0 : s.iou / s.tp;
      rq = s.tp / denominator;
    }
    return new PanopticMetrics.ClassQuality(pq, sq, rq, s.tp, s.fp, s.fn, s.iou);
  }

  private PanopticMetrics.Quality mean(
      Map<Integer, PanopticMetrics.ClassQuality> perClass, Predicate<CocoCategory> kind) {
    double pq = 0;
    double sq = 0;
    double rq = 0;
    int n = 0;
    for (var entry : perClass.entrySet()) {
      PanopticMetrics.ClassQuality q = entry.getValue();
      if (kind.test(categories.get(entry.getKey())) && q.tp() + q.fp() + q.fn() > 0) {
        pq += q.pq();
        sq += q.sq();
        rq += q.rq();
        n++;
      }
    }
    return new PanopticMetrics.Quality(pq / n, sq / n, rq / n, n);
  }
}
