package org.maskwright.trainer.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.CocoEvaluator;
import org.maskwright.datasets.metrics.CocoMetrics;
import org.maskwright.datasets.metrics.CocoSummary;
import org.maskwright.datasets.metrics.Detection;
import org.maskwright.datasets.metrics.GroundTruth;
import org.maskwright.datasets.metrics.IouType;
import org.maskwright.modelzoo.postprocess.InstanceSet;

/** COCO AP of masks and of the boxes around them. */
final class InstanceScorer implements Scorer {
  private final Predictor predictor;
  private final Categories categories;
  private final CocoEvaluator masks;
  private final CocoEvaluator boxes;
  private final Optional<ResultFiles> files;
  private final Optional<OfficialInstances> official;

  InstanceScorer(
      Predictor predictor,
      Categories categories,
      Optional<ResultFiles> files,
      Optional<OfficialInstances> official) {
    this.predictor = predictor;
    this.categories = categories;
    this.files = files;
    this.official = official;
    List<Integer> ids =
        categories.asList().stream().filter(Category::thing).map(Category::id).toList();
    this.masks = new CocoEvaluator(ids, IouType.SEGM);
    this.boxes = new CocoEvaluator(ids, IouType.BBOX);
  }

  @Override
  public void add(SampleInfo image, Size size, List<Segment> truth, Predictor.Outputs outputs) {
    List<Detection> detections = new ArrayList<>();
    for (InstanceSet.Instance instance : predictor.instances(outputs).instances()) {
      if (categories.isThing(instance.classIndex())) {
        Rle rle = Rle.ofCounts(size.height(), size.width(), instance.mask().counts());
        detections.add(
            Detection.ofMask(categories.get(instance.classIndex()).id(), instance.score(), rle));
      }
    }
    List<GroundTruth> truths =
        official
            .map(o -> o.of(image.imageId(), size.height(), size.width()))
            .orElseGet(() -> Truth.instances(truth, categories, size));
    masks.add(image.imageId(), truths, detections);
    boxes.add(image.imageId(), truths, detections);
    files.ifPresent(f -> f.instances(image, detections));
  }

  @Override
  public void report(Map<String, Double> metrics, SortedMap<String, Map<String, Double>> perClass) {
    CocoMetrics result = masks.result();
    CocoSummary all = result.all();
    metrics.put("instance.AP", percent(all.ap()));
    metrics.put("instance.AP50", percent(all.ap50()));
    metrics.put("instance.AP75", percent(all.ap75()));
    metrics.put("instance.APs", percent(all.apSmall()));
    metrics.put("instance.APm", percent(all.apMedium()));
    metrics.put("instance.APl", percent(all.apLarge()));
    metrics.put("instance.box-AP", percent(boxes.result().all().ap()));
    Map<String, Double> classes = new LinkedHashMap<>();
    for (Category c : categories) {
      CocoSummary s = result.perCategory().get(c.id());
      if (s != null && s.ap() >= 0) {
        classes.put(c.name(), 100 * s.ap());
      }
    }
    perClass.put("instance.AP", classes);
  }

  /** COCO's -1 for nothing to measure becomes NaN. */
  private static double percent(double fraction) {
    return fraction < 0 ? Double.NaN : 100 * fraction;
  }
}
