package org.maskwright.trainer.incontext;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.annotation.JsonNumbers;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.OverlayInstance;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.trainer.incontext.FewShotAnswers.Answer;
import org.maskwright.trainer.incontext.FewShotAnswers.Overlap;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.ClassColumns;
import org.maskwright.trainer.result.ImageScore;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * Few-shot segmentation: masks of each class of a picture, found by one or several other pictures
 * in which the class is painted. Pixels that are void do not count.
 *
 * <p><b>Maths</b> mIoU is the mean over classes of the intersections of all pictures by their
 * unions; FB-IoU the mean of the same of all classes together and of the background.
 *
 * <p><b>Source</b> the field's protocol (OSLSM, arXiv 1709.03410; HSNet, arXiv 2104.01538).
 * <b>Differs:</b> a picture is asked about once for each of its classes, not 1,000 times at random
 */
public final class FewShotKind implements AskedKind<FewShotAnswers> {
  @Override
  public String name() {
    return "few-shot";
  }

  @Override
  public String meaning() {
    return "Masks of each class of a picture that a model finds by examples, eval.shots other pictures of the data set in which that class is painted; see [in-context segmentation](in-context.md).";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality(
            "mIoU", "Mean over classes of the intersections over unions of all pictures."),
        Metric.quality(
            "FB-IoU", "Mean of the IoU of all classes together and of that of the background."),
        Metric.error(
            "wrong",
            "The mIoU by examples of another class, against the class asked for: high where examples are not heeded."));
  }

  /** Classes are what is asked about. */
  @Override
  public Asking<FewShotAnswers> asked() {
    return new FewShot();
  }

  @Override
  public Supplier<Scorer<FewShotAnswers>> scorers(ScoringData data) {
    Categories categories = data.dataset().categories();
    return () -> new Sums(categories);
  }

  /** Pixels of each class. */
  private static final class Sums implements Scorer<FewShotAnswers> {
    private final Categories categories;
    private final Map<Integer, Overlap> right = new TreeMap<>();
    private final Map<Integer, Overlap> wrong = new TreeMap<>();

    Sums(Categories categories) {
      this.categories = categories;
    }

    @Override
    public void add(ScoredImage image, FewShotAnswers result) {
      for (Answer answer : result.answers()) {
        right.merge(answer.category(), answer.overlap(), Overlap::plus);
        answer.wrong().ifPresent(w -> wrong.merge(answer.category(), w, Overlap::plus));
      }
    }

    @Override
    public Scores scores() {
      Overlap all = right.values().stream().reduce(Overlap.NONE, Overlap::plus);
      Map<String, Double> metrics = new LinkedHashMap<>();
      metrics.put("mIoU", 100 * mean(right));
      metrics.put("FB-IoU", 50 * (all.iou() + all.backgroundIou()));
      metrics.put("wrong", 100 * mean(wrong));
      ClassColumns classes = new ClassColumns();
      right.forEach((c, o) -> classes.add("IoU", categories.get(c).name(), o.iou()));
      wrong.forEach((c, o) -> classes.add("wrong", categories.get(c).name(), o.iou()));
      return new Scores(metrics, classes.columns());
    }
  }

  private static double mean(Map<Integer, Overlap> classes) {
    return classes.values().stream()
        .mapToDouble(Overlap::iou)
        .filter(iou -> !Double.isNaN(iou))
        .average()
        .orElse(Double.NaN);
  }

  @Override
  public Optional<ImageScore<FewShotAnswers>> imageScore(ScoringData data) {
    return Optional.of(
        new ImageScore<>(
            "mean IoU of the image's classes",
            (image, result) ->
                100
                    * result.answers().stream()
                        .mapToDouble(answer -> answer.overlap().iou())
                        .average()
                        .orElse(Double.NaN)));
  }

  @Override
  public Picture draw(FewShotAnswers result, Overlay photograph, Shown shown) {
    List<OverlayInstance> drawn = new ArrayList<>();
    for (Answer answer : result.answers()) {
      drawn.add(
          new OverlayInstance(
              answer.mask(), answer.category(), shown.name(answer.category()), Double.NaN));
    }
    return photograph.instances(drawn);
  }

  @Override
  public void json(FewShotAnswers result, Shown shown, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("classes");
    for (Answer answer : result.answers()) {
      json.writeStartObject();
      json.writeStringField("class", shown.name(answer.category()));
      json.writeArrayFieldStart("examples");
      for (String example : answer.examples()) {
        json.writeString(example);
      }
      json.writeEndArray();
      json.writeNumberField("iou", answer.overlap().iou());
      JsonNumbers.segmentation(json, answer.mask());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
