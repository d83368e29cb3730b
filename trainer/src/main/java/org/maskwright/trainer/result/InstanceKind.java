package org.maskwright.trainer.result;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.CocoEvaluator;
import org.maskwright.datasets.metrics.CocoMetrics;
import org.maskwright.datasets.metrics.CocoSummary;
import org.maskwright.datasets.metrics.Detection;
import org.maskwright.datasets.metrics.GroundTruth;
import org.maskwright.datasets.metrics.InstanceAnalysis;
import org.maskwright.datasets.metrics.IouType;
import org.maskwright.datasets.metrics.PrecisionRecall;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.postprocess.HuggingFacePostProcessor;
import org.maskwright.modelzoo.postprocess.InstancePostProcessor;
import org.maskwright.modelzoo.postprocess.InstanceSet;

/** Scored masks, which may overlap; judged by COCO's AP of masks and of the boxes around them. */
public final class InstanceKind implements ResultKind<InstanceSet> {
  /** Score from which an instance is shown where nothing else says so. */
  public static final double DEFAULT_THRESHOLD = 0.5;

  private static final String NAME = "instance";
  private static final String FILE = "instances.json";
  private static final String AP = "AP";
  private static final String AP50 = "AP50";
  private static final String AP75 = "AP75";
  private static final String AP_SMALL = "APs";
  private static final String AP_MEDIUM = "APm";
  private static final String AP_LARGE = "APl";
  private static final String BOX_AP = "box-AP";

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "Scored masks, which may overlap. Files: `instances.json`, COCO results with compressed run lengths.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(AP, "COCO's average precision of masks, the mean of IoU 0.50 to 0.95."),
        Metric.quality(AP50, "At IoU 0.50."),
        Metric.quality(AP75, "At IoU 0.75."),
        Metric.quality(AP_SMALL, "Of objects below 32 x 32 pixels."),
        Metric.quality(AP_MEDIUM, "Of objects from there to 96 x 96 pixels."),
        Metric.quality(AP_LARGE, "Of objects above."),
        Metric.quality(BOX_AP, "Average precision of the boxes around the masks."));
  }

  @Override
  public Optional<ClassMean> classMean() {
    return Optional.of(new ClassMean(AP, AP));
  }

  @Override
  public Optional<Task> annotation() {
    return Optional.of(Task.INSTANCE);
  }

  @Override
  public boolean needsMasks() {
    return true;
  }

  @Override
  public boolean hasScores() {
    return true;
  }

  @Override
  public List<String> cautions(InferenceSettings settings, int queries, int classes) {
    return settings.maxInstances() > queries * classes
        ? List.of(
            "eval.max-instances is %d, the model cannot give more than %d (queries x classes)"
                .formatted(settings.maxInstances(), queries * classes))
        : List.of();
  }

  /** Things only beside panoptic results. */
  @Override
  public InstanceSet process(ImageOutputs outputs, ResultContext context) {
    InferenceSettings settings = context.settings();
    boolean thingsOnly = settings.kinds().contains(PanopticKind.NAME);
    return switch (settings.rules()) {
      case OFFICIAL ->
          InstancePostProcessor.process(
              outputs.queries(),
              outputs.frame(),
              settings.maxInstances(),
              c -> !thingsOnly || context.classes().isThing(c));
      case HF ->
          HuggingFacePostProcessor.instances(
              outputs.queries(),
              context.family().first(),
              outputs.frame().height(),
              outputs.frame().width(),
              settings.instanceThreshold());
    };
  }

  @Override
  public Optional<LargePictures<InstanceSet>> largePictures() {
    return Optional.of(new InstanceTiles(this));
  }

  @Override
  public Optional<ResultCodec<InstanceSet>> codec() {
    return Optional.of(LabelRuns.INSTANCES);
  }

  @Override
  public Supplier<Scorer<InstanceSet>> scorers(ScoringData data) {
    Dataset dataset = data.dataset();
    Optional<OfficialInstances> official =
        data.instances()
            .or(() -> instancesOf(dataset, data.source()))
            .map(file -> OfficialInstances.read(file, dataset.categories()));
    official.ifPresent(o -> data.notes().accept("instance metrics against " + o.file()));
    return () -> new Score(dataset.categories(), official, data);
  }

  /** The instances JSON of a COCO layout, if it is there. */
  private static Optional<Path> instancesOf(Dataset dataset, Optional<DatasetSettings> source) {
    if (source.isEmpty() || !dataset.name().startsWith("coco")) {
      return Optional.empty();
    }
    DatasetSettings of = source.get();
    String own =
        dataset.name().startsWith("coco-instance") && !of.annotations().isEmpty()
            ? of.annotations()
            : "annotations/instances_" + of.split() + ".json";
    return Optional.of(of.root().resolve(own)).filter(Files::isRegularFile);
  }

  /** The mask of an instance as data sets and metrics have it. */
  public static Rle rle(InstanceSet.Instance instance) {
    return MaskRuns.rle(instance.mask());
  }

  private static List<Detection> detections(InstanceSet result, Categories categories) {
    List<Detection> out = new ArrayList<>();
    for (InstanceSet.Instance i : result.instances()) {
      if (categories.isThing(i.classIndex())) {
        out.add(
            Detection.ofMask(
                categories.get(i.classIndex()).id(), i.score(), MaskRuns.rle(i.mask())));
      }
    }
    return out;
  }

  /** Average precision of masks and boxes, and what lies behind it. */
  private static final class Score implements Scorer<InstanceSet> {
    private final Categories categories;
    private final Optional<OfficialInstances> official;
    private final Optional<Double> threshold;
    private final CocoEvaluator masks;
    private final CocoEvaluator boxes;
    private final InstanceAnalysis analysis;

    Score(Categories categories, Optional<OfficialInstances> official, ScoringData data) {
      this.categories = categories;
      this.official = official;
      this.threshold = data.threshold();
      List<Integer> ids =
          categories.asList().stream().filter(Category::thing).map(Category::id).toList();
      this.masks = new CocoEvaluator(ids, IouType.SEGM, data.detections());
      this.boxes = new CocoEvaluator(ids, IouType.BBOX, data.detections());
      this.analysis = new InstanceAnalysis(Truth.things(categories));
    }

    @Override
    public void add(ScoredImage image, InstanceSet result) {
      List<Detection> detections = detections(result, categories);
      List<GroundTruth> truths =
          official
              .map(o -> o.of(image.info().imageId(), image.size().height(), image.size().width()))
              .orElseGet(() -> Truth.instances(image.truth(), categories, image.size()));
      masks.add(image.info().imageId(), truths, detections);
      boxes.add(image.info().imageId(), truths, detections);
      analysis.add(image.info().imageId(), truths, detections);
    }

    @Override
    public Scores scores() {
      CocoMetrics result = masks.result();
      CocoSummary all = result.all();
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(AP, ClassColumns.percent(all.ap()));
      metrics.put(AP50, ClassColumns.percent(all.ap50()));
      metrics.put(AP75, ClassColumns.percent(all.ap75()));
      metrics.put(AP_SMALL, ClassColumns.percent(all.apSmall()));
      metrics.put(AP_MEDIUM, ClassColumns.percent(all.apMedium()));
      metrics.put(AP_LARGE, ClassColumns.percent(all.apLarge()));
      metrics.put(BOX_AP, ClassColumns.percent(boxes.result().all().ap()));
      return new Scores(metrics, perClass(result), details());
    }

    private Map<String, Map<String, Double>> perClass(CocoMetrics result) {
      ClassColumns classes = new ClassColumns();
      for (Category c : categories) {
        CocoSummary s = result.perCategory().get(c.id());
        if (s != null) {
          classes.add(AP, c.name(), s.ap());
          classes.add(AP50, c.name(), s.ap50());
          classes.add(AP75, c.name(), s.ap75());
          classes.add(AP_SMALL, c.name(), s.apSmall());
          classes.add(AP_MEDIUM, c.name(), s.apMedium());
          classes.add(AP_LARGE, c.name(), s.apLarge());
        }
      }
      return classes.columns();
    }

    private ScoreDetails details() {
      Map<String, PrecisionRecall> curves = analysis.curves();
      ScoreThresholds at =
          threshold
              .map(ScoreThresholds::everywhere)
              .orElseGet(() -> ScoreThresholds.best(curves, DEFAULT_THRESHOLD));
      return new ScoreDetails(
          curves,
          Optional.of(at),
          Optional.of(analysis.confusion(at)),
          Optional.of(analysis.errors(at)));
    }
  }

  @Override
  public Optional<ImageScore<InstanceSet>> imageScore(ScoringData data) {
    Categories categories = data.dataset().categories();
    return Optional.of(
        new ImageScore<>(
            "F1 of the image's objects at mask IoU 0.5, at the score threshold where it is largest",
            (image, result) ->
                ImageF1.best(
                    Truth.instances(image.truth(), categories, image.size()),
                    detections(result, categories))));
  }

  @Override
  public Optional<ResultWriter<InstanceSet>> writer(ResultFiles files, Categories categories)
      throws IOException {
    return Optional.of(new Writer(files.json(FILE), categories));
  }

  /** COCO's result format: one array of all images. */
  private static final class Writer implements ResultWriter<InstanceSet> {
    private final JsonGenerator json;
    private final Categories categories;

    Writer(JsonGenerator json, Categories categories) throws IOException {
      this.json = json;
      this.categories = categories;
      json.writeStartArray();
    }

    @Override
    public void add(SampleInfo image, InstanceSet result) throws IOException {
      for (Detection d : detections(result, categories)) {
        json.writeStartObject();
        ResultFiles.writeId(json, "image_id", image.imageId());
        json.writeNumberField("category_id", d.categoryId());
        json.writeNumberField("score", d.score());
        JsonNumbers.box(json, d.box());
        JsonNumbers.segmentation(json, d.mask());
        json.writeEndObject();
      }
    }

    @Override
    public void end() throws IOException {
      json.writeEndArray();
    }
  }

  private static List<InstanceSet.Instance> shown(InstanceSet result, Shown shown) {
    return result.instances().stream()
        .filter(i -> shown.shows(i.classIndex(), i.score()) && i.mask().area() > 0)
        .toList();
  }

  @Override
  public Picture draw(InstanceSet result, Overlay photograph, Shown shown) {
    List<OverlayInstance> drawn = new ArrayList<>();
    for (InstanceSet.Instance i : shown(result, shown)) {
      drawn.add(
          new OverlayInstance(
              MaskRuns.rle(i.mask()), i.classIndex(), shown.name(i.classIndex()), i.score()));
    }
    return photograph.instances(drawn);
  }

  @Override
  public Optional<Segmented<InstanceSet>> segmented() {
    return Optional.of(InstanceKind::segments);
  }

  private static List<ResultSegment> segments(InstanceSet result, Shown shown) {
    return shown(result, shown).stream()
        .map(i -> new ResultSegment(i.classIndex(), i.score(), MaskRuns.rle(i.mask()), i.object()))
        .toList();
  }

  @Override
  public void json(InstanceSet result, Shown shown, JsonGenerator json) throws IOException {
    SegmentFields.write(json, shown.classes(), segments(result, shown));
  }
}
