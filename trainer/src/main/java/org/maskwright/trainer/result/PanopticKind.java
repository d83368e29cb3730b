package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.datasets.json.CocoCategory;
import org.maskwright.datasets.json.PanopticSegment;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.Detection;
import org.maskwright.datasets.metrics.InstanceAnalysis;
import org.maskwright.datasets.metrics.PanopticEvaluator;
import org.maskwright.datasets.metrics.PanopticMetrics;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlaySegment;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor;
import org.maskwright.modelzoo.postprocess.PanopticMap;
import org.maskwright.modelzoo.postprocess.PanopticPostProcessor;

/** Segments that do not overlap: one for each object and one for each stuff class. */
public final class PanopticKind implements ResultKind<PanopticMap> {
  static final String NAME = "panoptic";
  private static final String FILE = "panoptic.json";
  private static final String PQ = "PQ";
  private static final String SQ = "SQ";
  private static final String RQ = "RQ";
  private static final String PQ_THINGS = "PQ-things";
  private static final String PQ_STUFF = "PQ-stuff";

  /** Score times probability of a pixel of a segment, at least, by Hugging Face's rules. */
  private static final double MASK_THRESHOLD = 0.5;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "Segments that do not overlap, one for each object and one for each stuff class. Files: `panoptic.json` and `panoptic/*.png`.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(PQ, "Panoptic quality, SQ x RQ of each class, the mean of the classes."),
        Metric.quality(SQ, "Segmentation quality: mean IoU of the segments that are found."),
        Metric.quality(RQ, "Recognition quality: F1 of finding segments with IoU above 0.5."),
        Metric.quality(PQ_THINGS, "Panoptic quality, the mean of the things."),
        Metric.quality(PQ_STUFF, "Panoptic quality, the mean of the stuff classes."));
  }

  @Override
  public Optional<ClassMean> classMean() {
    return Optional.of(new ClassMean(PQ, PQ));
  }

  @Override
  public Optional<Task> annotation() {
    return Optional.of(Task.PANOPTIC);
  }

  @Override
  public boolean needsMasks() {
    return true;
  }

  @Override
  public PanopticMap process(ImageOutputs outputs, ResultContext context) {
    InferenceSettings settings = context.settings();
    return switch (settings.rules()) {
      case OFFICIAL ->
          PanopticPostProcessor.process(
              outputs.queries(),
              outputs.frame(),
              context.classes()::isThing,
              new PanopticPostProcessor.Options(
                  settings.objectThreshold(),
                  settings.overlapThreshold(),
                  context.family().region()));
      case HF ->
          HuggingFacePostProcessor.panoptic(
              outputs.queries(),
              context.family().first(),
              outputs.frame().height(),
              outputs.frame().width(),
              new HuggingFacePostProcessor.PanopticOptions(
                  settings.objectThreshold(),
                  MASK_THRESHOLD,
                  settings.overlapThreshold(),
                  Set.of()));
    };
  }

  @Override
  public Optional<LargePictures<PanopticMap>> largePictures() {
    return Optional.of(new PanopticTiles(this));
  }

  @Override
  public Optional<ResultCodec<PanopticMap>> codec() {
    return Optional.of(LabelRuns.PANOPTIC);
  }

  @Override
  public Supplier<Scorer<PanopticMap>> scorers(ScoringData data) {
    return () -> new Score(data.dataset().categories());
  }

  private static LabelMap ids(PanopticMap map) {
    return new LabelMap(map.height(), map.width(), map.ids());
  }

  private static List<PanopticSegment> segments(PanopticMap map, Categories categories) {
    long[] areas = new long[map.segments().stream().mapToInt(s -> s.id() + 1).max().orElse(1)];
    for (int id : map.ids()) {
      areas[id]++;
    }
    List<PanopticSegment> out = new ArrayList<>();
    for (PanopticMap.Segment s : map.segments()) {
      int category = categories.get(s.classIndex()).id();
      out.add(new PanopticSegment(s.id(), category, false, areas[s.id()]));
    }
    return out;
  }

  private static List<Detection> things(PanopticMap map, Categories categories) {
    List<Detection> out = new ArrayList<>();
    for (PanopticMap.Segment s : map.segments()) {
      if (categories.isThing(s.classIndex())) {
        Rle mask = Rle.ofLabel(map.ids(), map.height(), map.width(), s.id());
        out.add(Detection.ofMask(categories.get(s.classIndex()).id(), s.score(), mask));
      }
    }
    return out;
  }

  /** Panoptic quality, and what became of the things. */
  private static final class Score implements Scorer<PanopticMap> {
    private final Categories categories;
    private final PanopticEvaluator evaluator;
    private final InstanceAnalysis things;

    Score(Categories categories) {
      this.categories = categories;
      List<CocoCategory> table = new ArrayList<>();
      for (Category c : categories) {
        table.add(new CocoCategory(c.id(), c.name(), c.thing()));
      }
      this.evaluator = new PanopticEvaluator(table, PanopticEvaluator.Overlap.SEGMENT);
      this.things = new InstanceAnalysis(Truth.things(categories));
    }

    @Override
    public void add(ScoredImage image, PanopticMap result) {
      addSegments(image, result);
      things.add(
          image.info().imageId(),
          Truth.instances(image.truth(), categories, image.size()),
          things(result, categories));
    }

    private void addSegments(ScoredImage image, PanopticMap result) {
      Truth.Panoptic expected = Truth.panoptic(image.truth(), categories, image.size());
      evaluator.add(
          image.info().imageId(),
          expected.ids(),
          expected.segments(),
          ids(result),
          segments(result, categories));
    }

    @Override
    public Scores scores() {
      PanopticMetrics result = evaluator.result();
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(PQ, 100 * result.all().pq());
      metrics.put(SQ, 100 * result.all().sq());
      metrics.put(RQ, 100 * result.all().rq());
      metrics.put(PQ_THINGS, 100 * result.things().pq());
      metrics.put(PQ_STUFF, 100 * result.stuff().pq());
      ClassColumns classes = new ClassColumns();
      for (Category c : categories) {
        PanopticMetrics.ClassQuality q = result.perClass().get(c.id());
        if (q.tp() + q.fp() + q.fn() > 0) {
          classes.add(PQ, c.name(), q.pq());
          classes.add(SQ, c.name(), q.sq());
          classes.add(RQ, c.name(), q.rq());
        }
      }
      ScoreThresholds all = ScoreThresholds.everywhere(0);
      ScoreDetails details =
          new ScoreDetails(
              Map.of(),
              Optional.empty(),
              Optional.of(things.confusion(all)),
              Optional.of(things.errors(all)));
      return new Scores(metrics, classes.columns(), details);
    }
  }

  @Override
  public Optional<ImageScore<PanopticMap>> imageScore(ScoringData data) {
    Categories categories = data.dataset().categories();
    return Optional.of(
        new ImageScore<>(
            "panoptic quality of the image by itself",
            (image, result) -> {
              Score alone = new Score(categories);
              alone.addSegments(image, result);
              return 100 * alone.evaluator.result().all().pq();
            }));
  }

  @Override
  public Optional<ResultWriter<PanopticMap>> writer(ResultFiles files, Categories categories)
      throws IOException {
    return Optional.of(new Writer(files, categories));
  }

  /** COCO's panoptic format: one JSON file and a PNG of ids for each image. */
  private static final class Writer implements ResultWriter<PanopticMap> {
    private final ResultFiles files;
    private final JsonGenerator json;
    private final Categories categories;

    Writer(ResultFiles files, Categories categories) throws IOException {
      this.files = files;
      this.categories = categories;
      this.json = files.json(FILE);
      json.writeStartObject();
      json.writeArrayFieldStart("annotations");
    }

    @Override
    public void add(SampleInfo image, PanopticMap result) throws IOException {
      files.write(NAME, image, "png", LabelPng.rgbIds(LabelRows.of(ids(result))));
      json.writeStartObject();
      ResultFiles.writeId(json, "image_id", image.imageId());
      json.writeStringField("file_name", files.nameOf(image) + ".png");
      json.writeArrayFieldStart("segments_info");
      for (PanopticSegment s : segments(result, categories)) {
        json.writeStartObject();
        json.writeNumberField("id", s.id());
        json.writeNumberField("category_id", s.categoryId());
        json.writeNumberField("area", s.area());
        json.writeNumberField("iscrowd", 0);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeEndObject();
    }

    @Override
    public void end() throws IOException {
      json.writeEndArray();
      CategoryList.write(json, categories);
      json.writeEndObject();
    }
  }

  @Override
  public Picture draw(PanopticMap result, Overlay photograph, Shown shown) {
    List<OverlaySegment> segments = new ArrayList<>();
    for (PanopticMap.Segment s : result.segments()) {
      segments.add(
          new OverlaySegment(
              s.id(), s.classIndex(), s.thing(), shown.name(s.classIndex()), s.score()));
    }
    return photograph.panoptic(result.ids(), segments);
  }

  @Override
  public Optional<Segmented<PanopticMap>> segmented() {
    return Optional.of((result, shown) -> segments(result));
  }

  private static List<ResultSegment> segments(PanopticMap map) {
    Map<Integer, Rle> masks = Rle.ofLabels(map.ids(), map.height(), map.width());
    return map.segments().stream()
        .filter(s -> masks.containsKey(s.id()))
        .map(s -> new ResultSegment(s.classIndex(), s.score(), masks.get(s.id())))
        .toList();
  }

  @Override
  public void json(PanopticMap result, Shown shown, JsonGenerator json) throws IOException {
    SegmentFields.write(json, shown.classes(), segments(result));
  }
}
