package org.maskwright.trainer.prompt;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.PointLabels;
import org.maskwright.datasets.Size;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.RankCorrelation;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.WeakMarks;
import org.maskwright.trainer.prompt.PromptAnswers.Answered;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.ClassColumns;
import org.maskwright.trainer.result.ImageScore;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ResultCodec;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * Annotated objects that a model is asked about by clicks and boxes; judged by the overlap of its
 * masks with the annotated ones, whatever their classes.
 */
public final class PromptKind implements AskedKind<PromptAnswers> {
  private static final String CENTRED = "mIoU";
  private static final String RANDOM = "random";
  private static final double PIXEL_CENTRE = 0.5;

  @Override
  public String name() {
    return "prompts";
  }

  @Override
  public String meaning() {
    return "Annotated objects that a model of prompts is asked about, by 1 to 9 clicks that follow its errors and by their boxes; see [prompt training](prompt-training.md).";
  }

  @Override
  public List<Metric> metrics() {
    List<Metric> out = new ArrayList<>();
    for (int clicks = 1; clicks <= PromptScores.CLICKS; clicks++) {
      out.add(
          Metric.quality(
              CENTRED + clicks,
              clicks == 1
                  ? "Mean IoU over objects after one click in the middle; of three hypotheses that which the model expects most of."
                  : "After %d clicks in the middle of what is wrong.".formatted(clicks)));
    }
    for (int clicks = 1; clicks <= PromptScores.CLICKS; clicks++) {
      out.add(
          Metric.quality(
              RANDOM + clicks,
              clicks == 1
                  ? "As mIoU1, of a click anywhere on the object."
                  : "After %d clicks anywhere in what is wrong.".formatted(clicks)));
    }
    out.add(
        Metric.quality(
            "oracle", "After one click in the middle, of the best of the three hypotheses."));
    out.add(Metric.quality("single", "After one click in the middle, of the single mask."));
    out.add(Metric.quality("box", "Of the object's box."));
    out.add(
        Metric.quality(
            "rho",
            "Spearman's correlation, in percent, of the IoU that the model expects of the hypotheses and what it is."));
    return out;
  }

  @Override
  public boolean needsMasks() {
    return true;
  }

  @Override
  public Asking<PromptAnswers> asked() {
    return (model, pixels, frame, image, others) -> PromptScores.of(model, pixels, frame, image);
  }

  @Override
  public Supplier<Scorer<PromptAnswers>> scorers(ScoringData data) {
    Categories categories = data.dataset().categories();
    return () -> new Means(categories);
  }

  /** Means over objects. */
  private static final class Means implements Scorer<PromptAnswers> {
    private final Categories categories;
    private final List<Answered> all = new ArrayList<>(); // without their masks

    Means(Categories categories) {
      this.categories = categories;
    }

    @Override
    public void add(ScoredImage image, PromptAnswers result) {
      for (Answered a : result.objects()) {
        all.add(
            new Answered(
                a.category(),
                a.centred(),
                a.random(),
                a.single(),
                a.expected(),
                a.actual(),
                a.boxed(),
                List.of(),
                NO_MASK));
      }
    }

    private static final Rle NO_MASK = Rle.empty(1, 1);

    @Override
    public Scores scores() {
      Map<String, Double> metrics = new LinkedHashMap<>();
      for (int click = 0; click < PromptScores.CLICKS; click++) {
        int of = click;
        metrics.put(CENTRED + (click + 1), 100 * mean(all, a -> a.centred().get(of)));
      }
      for (int click = 0; click < PromptScores.CLICKS; click++) {
        int of = click;
        metrics.put(RANDOM + (click + 1), 100 * mean(all, a -> a.random().get(of)));
      }
      metrics.put("oracle", 100 * mean(all, Answered::oracle));
      metrics.put("single", 100 * mean(all, Answered::single));
      metrics.put("box", 100 * mean(all, Answered::boxed));
      metrics.put("rho", 100 * correlation());
      ClassColumns classes = new ClassColumns();
      for (int c = 0; c < categories.size(); c++) {
        int of = c;
        List<Answered> some = all.stream().filter(a -> a.category() == of).toList();
        for (int clicks : new int[] {1, 3, 5}) {
          classes.add(
              CENTRED + clicks,
              categories.get(c).name(),
              mean(some, a -> a.centred().get(clicks - 1)));
        }
        classes.add("box", categories.get(c).name(), mean(some, Answered::boxed));
      }
      return new Scores(metrics, classes.columns());
    }

    private double correlation() {
      return RankCorrelation.spearman(
          all.stream().flatMap(a -> a.expected().stream()).mapToDouble(v -> v).toArray(),
          all.stream().flatMap(a -> a.actual().stream()).mapToDouble(v -> v).toArray());
    }
  }

  private static double mean(List<Answered> objects, ToDoubleFunction<Answered> value) {
    return objects.stream().mapToDouble(value).average().orElse(Double.NaN);
  }

  @Override
  public Optional<ImageScore<PromptAnswers>> imageScore(ScoringData data) {
    return Optional.of(
        new ImageScore<>(
            "mean IoU of the image's objects after one click",
            (image, result) -> 100 * mean(result.objects(), a -> a.centred().get(0))));
  }

  @Override
  public Picture draw(PromptAnswers result, Overlay photograph, Shown shown) {
    List<OverlayInstance> drawn = new ArrayList<>();
    for (Answered a : result.objects()) {
      double last = a.centred().get(a.centred().size() - 1);
      drawn.add(new OverlayInstance(a.mask(), a.category(), shown.name(a.category()), last));
    }
    marks(result, true).ifPresent(drawn::add);
    marks(result, false).ifPresent(drawn::add);
    return photograph.instances(drawn);
  }

  /** Discs where objects were clicked, or rings where what is not of them was. */
  private static Optional<OverlayInstance> marks(PromptAnswers result, boolean object) {
    List<Click> clicks =
        result.objects().stream()
            .flatMap(a -> a.clicks().stream())
            .filter(click -> click.object() == object)
            .toList();
    if (clicks.isEmpty()) {
      return Optional.empty();
    }
    Rle mask = result.objects().get(0).mask();
    Size size = new Size(mask.width(), mask.height());
    double[] places = new double[2 * clicks.size()];
    boolean[] inside = new boolean[clicks.size()];
    for (int i = 0; i < inside.length; i++) {
      places[2 * i] = clicks.get(i).x() + PIXEL_CENTRE;
      places[2 * i + 1] = clicks.get(i).y() + PIXEL_CENTRE;
      inside[i] = object;
    }
    byte[] marks =
        WeakMarks.of(new WeakLabel(Optional.empty(), PointLabels.of(places, inside)), size);
    return Optional.of(
        new OverlayInstance(marks, object ? OBJECT_MARK : OTHER_MARK, "", Double.NaN));
  }

  /** Numbers, and by them colours, that no class of a data set is likely to have. */
  private static final int OBJECT_MARK = 10_007;

  private static final int OTHER_MARK = 10_008;

  @Override
  public Optional<ResultCodec<PromptAnswers>> codec() {
    return Optional.of(PromptAnswers.CODEC);
  }

  @Override
  public void json(PromptAnswers result, Shown shown, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("objects");
    for (Answered a : result.objects()) {
      json.writeStartObject();
      json.writeStringField("class", shown.name(a.category()));
      numbers(json, "iou", a.centred());
      numbers(json, "random_iou", a.random());
      numbers(json, "expected", a.expected());
      numbers(json, "hypotheses_iou", a.actual());
      json.writeNumberField("single_iou", a.single());
      json.writeNumberField("box_iou", a.boxed());
      JsonNumbers.segmentation(json, a.mask());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void numbers(JsonGenerator json, String name, List<Double> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (double value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }
}
