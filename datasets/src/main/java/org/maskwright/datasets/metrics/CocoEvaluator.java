package org.maskwright.datasets.metrics;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.maskwright.datasets.ImageId;

/**
 * COCO's average precision and recall of instances by mask, box or boundary.
 *
 * <p>Fed image by image, also images without ground truth or without detections; keeps 32 bytes a
 * detection. Categories that are not listed are left out. Of each image and category the 100 best
 * detections count, if not more are asked for.
 *
 * <p><b>Source</b> pycocotools COCOeval; boundary-iou-api for {@link IouType#BOUNDARY}.
 * <b>Differs:</b> nothing on valid data.
 *
 * <p><b>Threads</b> {@link #add} may be called from several threads in any order; ties are broken
 * by the order of the image ids.
 */
public final class CocoEvaluator {
  /** Detections of an image and category that count by COCO's rule. */
  public static final int MAX_DETECTIONS = 100;

  private final InstanceTable table;
  private final InstanceTable.Rules rules;
  private final int limit;

  /**
   * @param categoryIds the ids that count, in any order
   */
  public CocoEvaluator(Collection<Integer> categoryIds, IouType iouType) {
    this(categoryIds, iouType, MAX_DETECTIONS);
  }

  /**
   * With another number of detections than COCO's, for pictures with hundreds of objects.
   *
   * @param categoryIds the ids that count, in any order
   * @param detections of an image and category that count, at least 10
   */
  public CocoEvaluator(Collection<Integer> categoryIds, IouType iouType, int detections) {
    this.limit = detections;
    this.table = new InstanceTable(categoryIds, SizeBounds.COCO);
    this.rules = new CocoRules(iouType);
  }

  private record CocoRules(IouType iouType) implements InstanceTable.Rules {
    @Override
    public double[][] ious(List<GroundTruth> truths, List<Detection> detections) {
      return InstanceTable.ious(iouType, truths, detections);
    }

    /** COCO's evaluator overwrites the file's ignore flag, the boundary evaluator does not. */
    @Override
    public boolean ignores(GroundTruth truth) {
      return truth.crowd() || (iouType == IouType.BOUNDARY && truth.ignore());
    }

    @Override
    public boolean ignoresUnmatched(int categoryId) {
      return false;
    }
  }

  /**
   * Adds an image.
   *
   * @param groundTruths in file order, which decides ties
   * @param detections in file order, which decides ties
   * @throws IllegalArgumentException if the image was added before
   */
  public void add(ImageId image, List<GroundTruth> groundTruths, List<Detection> detections) {
    table.add(image, groundTruths, detections, rules, limit);
  }

  /** The metrics of the images added so far. */
  public CocoMetrics result() {
    return metrics(table, limit);
  }

  /** COCO's numbers of a table. */
  static CocoMetrics metrics(InstanceTable table, int limit) {
    InstanceTable.Curves curves = table.curves(1, 10, limit);
    int[] all = table.allCategories();
    TreeMap<Integer, CocoSummary> perCategory = new TreeMap<>();
    for (int k : all) {
      perCategory.put(table.categoryId(k), summary(curves, new int[] {k}));
    }
    List<Double> byThreshold = new ArrayList<>();
    for (int t = 0; t < Thresholds.IOUS; t++) {
      byThreshold.add(curves.ap(AreaRange.ALL, t, t + 1, all));
    }
    return new CocoMetrics(summary(curves, all), byThreshold, perCategory);
  }

  private static CocoSummary summary(InstanceTable.Curves curves, int[] categories) {
    return new CocoSummary(
        curves.ap(AreaRange.ALL, 0, Thresholds.IOUS, categories),
        curves.ap(AreaRange.ALL, Thresholds.IOU_50, Thresholds.IOU_50 + 1, categories),
        curves.ap(AreaRange.ALL, Thresholds.IOU_75, Thresholds.IOU_75 + 1, categories),
        curves.ap(AreaRange.SMALL, 0, Thresholds.IOUS, categories),
        curves.ap(AreaRange.MEDIUM, 0, Thresholds.IOUS, categories),
        curves.ap(AreaRange.LARGE, 0, Thresholds.IOUS, categories),
        curves.ar(0, AreaRange.ALL, categories),
        curves.ar(1, AreaRange.ALL, categories),
        curves.ar(2, AreaRange.ALL, categories),
        curves.ar(2, AreaRange.SMALL, categories),
        curves.ar(2, AreaRange.MEDIUM, categories),
        curves.ar(2, AreaRange.LARGE, categories));
  }
}
