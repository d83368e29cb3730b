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
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.PanopticEvaluator;
import org.maskwright.datasets.metrics.PanopticMetrics;
import org.maskwright.modelzoo.postprocess.PanopticMap;

/** Panoptic quality. */
final class PanopticScorer implements Scorer {
  private final Predictor predictor;
  private final Categories categories;
  private final PanopticEvaluator evaluator;
  private final Optional<ResultFiles> files;

  PanopticScorer(Predictor predictor, Categories categories, Optional<ResultFiles> files) {
    this.predictor = predictor;
    this.categories = categories;
    this.files = files;
    List<CocoCategory> table = new ArrayList<>();
    for (Category c : categories) {
      table.add(new CocoCategory(c.id(), c.name(), c.thing()));
    }
    this.evaluator = new PanopticEvaluator(table, PanopticEvaluator.Overlap.SEGMENT);
  }

  @Override
  public void add(SampleInfo image, Size size, List<Segment> truth, Predictor.Outputs outputs) {
    PanopticMap map = predictor.panoptic(outputs);
    List<PanopticSegment> segments = new ArrayList<>();
    for (PanopticMap.Segment s : map.segments()) {
      long area = java.util.Arrays.stream(map.ids()).filter(id -> id == s.id()).count();
      segments.add(new PanopticSegment(s.id(), categories.get(s.classIndex()).id(), false, area));
    }
    LabelMap ids = new LabelMap(map.height(), map.width(), map.ids());
    Truth.Panoptic expected = Truth.panoptic(truth, categories, size);
    evaluator.add(image.imageId(), expected.ids(), expected.segments(), ids, segments);
    files.ifPresent(f -> f.panoptic(image, ids, segments, categories));
  }

  @Override
  public void report(Map<String, Double> metrics, SortedMap<String, Map<String, Double>> perClass) {
    PanopticMetrics result = evaluator.result();
    metrics.put("panoptic.PQ", 100 * result.all().pq());
    metrics.put("panoptic.SQ", 100 * result.all().sq());
    metrics.put("panoptic.RQ", 100 * result.all().rq());
    metrics.put("panoptic.PQ-things", 100 * result.things().pq());
    metrics.put("panoptic.PQ-stuff", 100 * result.stuff().pq());
    Map<String, Double> classes = new LinkedHashMap<>();
    for (Category c : categories) {
      PanopticMetrics.ClassQuality q = result.perClass().get(c.id());
      if (q.tp() + q.fp() + q.fn() > 0) {
        classes.put(c.name(), 100 * q.pq());
      }
    }
    perClass.put("panoptic.PQ", classes);
  }
}
