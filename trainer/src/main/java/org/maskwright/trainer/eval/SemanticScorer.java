package org.maskwright.trainer.eval;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.SemanticEvaluator;
import org.maskwright.datasets.metrics.SemanticMetrics;
import org.maskwright.datasets.metrics.SemanticProtocol;
import org.maskwright.datasets.transform.SemanticMap;

/** Intersection over union of classes, by detectron2's convention. */
final class SemanticScorer implements Scorer {
  /** Of void pixels; no class has it. */
  private static final int IGNORE = 65535;

  private final Predictor predictor;
  private final Categories categories;
  private final SemanticEvaluator evaluator;
  private final Optional<ResultFiles> files;

  SemanticScorer(Predictor predictor, Categories categories, Optional<ResultFiles> files) {
    this.predictor = predictor;
    this.categories = categories;
    this.files = files;
    this.evaluator = new SemanticEvaluator(categories.size(), IGNORE, SemanticProtocol.DETECTRON2);
  }

  @Override
  public void add(SampleInfo image, Size size, List<Segment> truth, Predictor.Outputs outputs) {
    int[] labels = predictor.semantic(outputs).labels();
    List<Segment> told = truth.stream().filter(s -> !s.crowd()).toList();
    evaluator.add(SemanticMap.of(told, size.width(), size.height(), IGNORE).labels(), labels);
    files.ifPresent(
        f ->
            f.semantic(
                image, new LabelMap(size.height(), size.width(), labels), categories.size()));
  }

  @Override
  public void report(Map<String, Double> metrics, SortedMap<String, Map<String, Double>> perClass) {
    SemanticMetrics result = evaluator.result();
    metrics.put("semantic.mIoU", 100 * result.meanIou());
    metrics.put("semantic.fwIoU", 100 * result.frequencyWeightedIou());
    metrics.put("semantic.mACC", 100 * result.meanAccuracy());
    metrics.put("semantic.pACC", 100 * result.pixelAccuracy());
    Map<String, Double> classes = new LinkedHashMap<>();
    for (int c = 0; c < categories.size(); c++) {
      if (!Double.isNaN(result.iou().get(c))) {
        classes.put(categories.get(c).name(), 100 * result.iou().get(c));
      }
    }
    perClass.put("semantic.IoU", classes);
  }
}
