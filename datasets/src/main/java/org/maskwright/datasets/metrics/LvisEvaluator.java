package org.maskwright.datasets.metrics;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.maskwright.datasets.ImageId;

/**
 * LVIS' federated average precision. Differs from {@link CocoEvaluator}: the 300 best detections of
 * an image count whatever their category; detections of a category that is neither annotated in the
 * image nor known to be absent are dropped; unmatched ones of a category that is not exhaustively
 * annotated count neither way; the ignore flag counts, crowds do not exist; areas of 0 are dropped.
 *
 * <p><b>Source</b> lvis-api LVISEval, LVISResults. <b>Threads</b> as {@link CocoEvaluator}.
 */
public final class LvisEvaluator {
  private static final int MAX_DETECTIONS = 300;

  private final InstanceTable table;
  private final IouType iouType;
  private final Map<Integer, String> frequencies;

  /**
   * @param frequencies "r", "c" or "f" for each category id
   * @throws IllegalArgumentException for {@link IouType#BOUNDARY} or an unknown frequency
   */
  public LvisEvaluator(Map<Integer, String> frequencies, IouType iouType) {
    if (iouType == IouType.BOUNDARY) {
      throw new IllegalArgumentException("LVIS is scored by masks or boxes, not by boundaries");
    }
    this.frequencies = new HashMap<>(frequencies);
    frequencies.forEach(
        (id, frequency) -> {
          if (!Set.of("r", "c", "f").contains(frequency)) {
            throw new IllegalArgumentException(
                "category " + id + ": expected frequency r, c or f, got \"" + frequency + "\"");
          }
        });
    this.iouType = iouType;
    this.table = new InstanceTable(frequencies.keySet(), SizeBounds.COCO);
  }

  /**
   * Adds an image.
   *
   * @param negative categories verified to be absent
   * @param notExhaustive categories of which not every instance is annotated
   * @throws IllegalArgumentException if the image was added before
   */
  public void add(
      ImageId image,
      List<GroundTruth> groundTruths,
      List<Detection> detections,
      Collection<Integer> negative,
      Collection<Integer> notExhaustive) {
    List<GroundTruth> truths =
        groundTruths.stream().filter(t -> t.area() > 0).map(LvisEvaluator::withoutCrowd).toList();
    Set<Integer> judged = new HashSet<>(negative);
    truths.forEach(t -> judged.add(t.categoryId()));
    List<Detection> limited =
        detections.size() > MAX_DETECTIONS
            ? InstanceTable.best(detections, MAX_DETECTIONS)
            : detections;
    List<Detection> kept =
        limited.stream()
            .filter(d -> d.area() > 0)
            .filter(d -> judged.contains(d.categoryId()))
            .toList();
    table.add(
        image, truths, kept, new LvisRules(iouType, new HashSet<>(notExhaustive)), MAX_DETECTIONS);
  }

  /**
   * @param open categories of which not every instance is annotated
   */
  private record LvisRules(IouType iouType, Set<Integer> open) implements InstanceTable.Rules {
    @Override
    public double[][] ious(List<GroundTruth> truths, List<Detection> detections) {
      return InstanceTable.ious(iouType, truths, detections);
    }

    @Override
    public boolean ignores(GroundTruth truth) {
      return truth.ignore();
    }

    @Override
    public boolean ignoresUnmatched(int categoryId) {
      return open.contains(categoryId);
    }
  }

  private static GroundTruth withoutCrowd(GroundTruth t) {
    return t.crowd()
        ? new GroundTruth(t.id(), t.categoryId(), t.mask(), t.box(), t.area(), false, t.ignore())
        : t;
  }

  /** The metrics of the images added so far. */
  public LvisMetrics result() {
    InstanceTable.Curves curves = table.curves(MAX_DETECTIONS);
    int[] all = table.allCategories();
    TreeMap<Integer, Double> perCategory = new TreeMap<>();
    for (int k : all) {
      double ap = curves.ap(AreaRange.ALL, 0, Thresholds.IOUS, new int[] {k});
      perCategory.put(table.categoryId(k), ap);
    }
    LvisSummary summary =
        new LvisSummary(
            curves.ap(AreaRange.ALL, 0, Thresholds.IOUS, all),
            curves.ap(AreaRange.ALL, Thresholds.IOU_50, Thresholds.IOU_50 + 1, all),
            curves.ap(AreaRange.ALL, Thresholds.IOU_75, Thresholds.IOU_75 + 1, all),
            curves.ap(AreaRange.SMALL, 0, Thresholds.IOUS, all),
            curves.ap(AreaRange.MEDIUM, 0, Thresholds.IOUS, all),
            curves.ap(AreaRange.LARGE, 0, Thresholds.IOUS, all),
            curves.ap(AreaRange.ALL, 0, Thresholds.IOUS, ofFrequency("r")),
            curves.ap(AreaRange.ALL, 0, Thresholds.IOUS, ofFrequency("c")),
            curves.ap(AreaRange.ALL, 0, Thresholds.IOUS, ofFrequency("f")),
            curves.ar(0, AreaRange.ALL, all),
            curves.ar(0, AreaRange.SMALL, all),
            curves.ar(0, AreaRange.MEDIUM, all),
            curves.ar(0, AreaRange.LARGE, all));
    return new LvisMetrics(summary, perCategory);
  }

  private int[] ofFrequency(String frequency) {
    return Arrays.stream(table.allCategories())
        .filter(k -> frequency.equals(frequencies.get(table.categoryId(k))))
        .toArray();
  }
}
