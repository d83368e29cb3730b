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
import org.maskwright.datasets.Segment;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.annotation.ClassMasks;
import org.maskwright.datasets.image.LabelRows;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.SemanticEvaluator;
import org.maskwright.datasets.metrics.SemanticMetrics;
import org.maskwright.datasets.metrics.SemanticProtocol;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor.Order;

/** The most likely class of each pixel, by detectron2's conventions. */
public final class SemanticKind implements ResultKind<SemanticMap> {
  private static final String NAME = "semantic";
  private static final String M_IOU = "mIoU";
  private static final String IOU = "IoU";
  private static final String FW_IOU = "fwIoU";
  private static final String M_ACC = "mACC";
  private static final String P_ACC = "pACC";

  /** Of void pixels; no class has it. */
  private static final int IGNORE = 65535;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String meaning() {
    return "The most likely class of each pixel. Files: `semantic/*.png` of class indices.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(
            M_IOU, "Intersection over union, the mean of the classes that the annotation has."),
        Metric.quality(FW_IOU, "Intersection over union, classes weighted by their pixels."),
        Metric.quality(M_ACC, "Share of a class's pixels that are found, the mean of the classes."),
        Metric.quality(P_ACC, "Share of all pixels that are right."));
  }

  @Override
  public Optional<ClassMean> classMean() {
    return Optional.of(new ClassMean(M_IOU, IOU));
  }

  @Override
  public Optional<Task> annotation() {
    return Optional.of(Task.SEMANTIC);
  }

  @Override
  public boolean needsMasks() {
    return false;
  }

  @Override
  public SemanticMap process(ImageOutputs outputs, ResultContext context) {
    return SemanticPostProcessor.process(
        outputs.queries(),
        frame(outputs, context),
        order(outputs, context),
        context.settings().semanticMerge());
  }

  /** The scores of which {@link #process} takes the largest. */
  static void scores(
      ImageOutputs outputs, ResultContext context, SemanticPostProcessor.ScoreRows receiver) {
    SemanticPostProcessor.scores(
        outputs.queries(),
        frame(outputs, context),
        order(outputs, context),
        context.settings().semanticMerge(),
        receiver);
  }

  @Override
  public Optional<LargePictures<SemanticMap>> largePictures() {
    return Optional.of(new SemanticTiles());
  }

  private static ImageFrame frame(ImageOutputs outputs, ResultContext context) {
    return switch (context.settings().rules()) {
      case OFFICIAL -> outputs.frame();
      case HF -> context.family().first().frame(outputs.queries(), outputs.frame());
    };
  }

  private static Order order(ImageOutputs outputs, ResultContext context) {
    return switch (context.settings().rules()) {
      case OFFICIAL -> officialOrder(outputs, context);
      case HF -> Order.SCORE_THEN_RESIZE;
    };
  }

  /**
   * Official models score classes at the input's size and resize the scores where semantic results
   * are the only ones, and resize the masks first where there are others. Models that classify
   * pixels resize logits in any case.
   */
  private static Order officialOrder(ImageOutputs outputs, ResultContext context) {
    boolean alone = context.settings().kinds().equals(Set.of(NAME));
    return alone && outputs.queries().classifiesMasks()
        ? Order.SCORE_THEN_RESIZE
        : Order.RESIZE_THEN_SCORE;
  }

  @Override
  public Optional<ResultCodec<SemanticMap>> codec() {
    return Optional.of(LabelRuns.SEMANTIC);
  }

  @Override
  public Supplier<Scorer<SemanticMap>> scorers(ScoringData data) {
    return () -> new Score(data.dataset().categories());
  }

  /** Intersection over union of classes. */
  private static final class Score implements Scorer<SemanticMap> {
    private final Categories categories;
    private final SemanticEvaluator evaluator;

    Score(Categories categories) {
      this.categories = categories;
      this.evaluator =
          new SemanticEvaluator(categories.size(), IGNORE, SemanticProtocol.DETECTRON2);
    }

    @Override
    public void add(ScoredImage image, SemanticMap result) {
      List<Segment> told = image.truth().stream().filter(s -> !s.crowd()).toList();
      LabelMap expected =
          org.maskwright.datasets.transform.SemanticMap.of(
              told, image.size().width(), image.size().height(), IGNORE);
      evaluator.add(expected.labels(), result.labels());
    }

    @Override
    public Scores scores() {
      SemanticMetrics result = evaluator.result();
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put(M_IOU, 100 * result.meanIou());
      metrics.put(FW_IOU, 100 * result.frequencyWeightedIou());
      metrics.put(M_ACC, 100 * result.meanAccuracy());
      metrics.put(P_ACC, 100 * result.pixelAccuracy());
      ClassColumns classes = new ClassColumns();
      for (int c = 0; c < categories.size(); c++) {
        classes.add(IOU, categories.get(c).name(), result.iou().get(c));
        classes.add("ACC", categories.get(c).name(), result.accuracy().get(c));
      }
      ScoreDetails details =
          new ScoreDetails(
              Map.of(),
              Optional.empty(),
              Optional.of(evaluator.confusion(categories.names())),
              Optional.empty());
      return new Scores(metrics, classes.columns(), details);
    }
  }

  @Override
  public Optional<ImageScore<SemanticMap>> imageScore(ScoringData data) {
    Categories categories = data.dataset().categories();
    return Optional.of(
        new ImageScore<>(
            "mean IoU of the classes that the image's annotation has",
            (image, result) -> {
              Score alone = new Score(categories);
              alone.add(image, result);
              return 100 * alone.evaluator.result().meanIou();
            }));
  }

  @Override
  public Optional<ResultWriter<SemanticMap>> writer(ResultFiles files, Categories categories) {
    return Optional.of(
        (image, result) -> {
          LabelMap labels = new LabelMap(result.height(), result.width(), result.labels());
          files.write(NAME, image, "png", new ClassMasks(categories).grey(LabelRows.of(labels)));
        });
  }

  @Override
  public Picture draw(SemanticMap result, Overlay photograph, Shown shown) {
    List<String> names = shown.classes().names();
    return photograph.semantic(result.labels(), -1, names);
  }

  @Override
  public Optional<Segmented<SemanticMap>> segmented() {
    return Optional.of((result, shown) -> segments(result));
  }

  private static List<ResultSegment> segments(SemanticMap map) {
    List<ResultSegment> segments = new ArrayList<>();
    Rle.ofLabels(map.labels(), map.height(), map.width())
        .forEach((label, mask) -> segments.add(new ResultSegment(label, 1, mask)));
    return segments;
  }

  @Override
  public void json(SemanticMap result, Shown shown, JsonGenerator json) throws IOException {
    SegmentFields.write(json, shown.classes(), segments(result));
  }
}
