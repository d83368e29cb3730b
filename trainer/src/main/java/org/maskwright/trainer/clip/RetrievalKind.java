package org.maskwright.trainer.clip;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.maskwright.datasets.Dataset;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.picture.TextBelow;
import org.maskwright.trainer.result.AskedKind;
import org.maskwright.trainer.result.Asking;
import org.maskwright.trainer.result.ImageScore;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * Which captions and pictures find one another among those that are evaluated, and which class's
 * words a picture lies nearest to.
 *
 * <p><b>Source</b> the field's protocol of retrieval (R@k) and of zero-shot classification (CLIP,
 * arXiv 2103.00020, section 3.1). <b>Differs:</b> equal captions are one caption; a picture of
 * several classes is right with each of them
 */
public final class RetrievalKind implements AskedKind<Retrieved> {
  private static final int FEW = 5;

  @Override
  public String name() {
    return "retrieval";
  }

  @Override
  public String meaning() {
    return "Which captions and pictures find one another, of a model with model.decoder.type = captions; data.val.captions are needed; see [pretraining](pretraining.md).";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(
        Metric.quality("R1", "Mean of text-R1 and image-R1."),
        Metric.quality("text-R1", "Pictures whose nearest caption is one of theirs."),
        Metric.quality("text-R5", "Pictures that have one of theirs among the five nearest."),
        Metric.quality("image-R1", "Captions whose nearest picture is one of theirs."),
        Metric.quality("image-R5", "Captions that have one of theirs among the five nearest."),
        Metric.quality(
            "zero-shot",
            "Pictures whose nearest class, by its name in four sentences, they show; of data sets with several classes."));
  }

  /** Captions are what is compared with. */
  @Override
  public Asking<Retrieved> asked() {
    return new Retrieval();
  }

  @Override
  public Supplier<Scorer<Retrieved>> scorers(ScoringData data) {
    Dataset dataset = data.dataset();
    if (IntStream.range(0, dataset.size()).allMatch(i -> dataset.captions(i).isEmpty())) {
      throw new DatasetException(
          "%s: expected captions of the pictures that are evaluated, for the task retrieval; set data.val.captions = [FILE]"
              .formatted(dataset.name()));
    }
    return Found::new;
  }

  private static final class Found implements Scorer<Retrieved> {
    private final Recall recall = new Recall();
    private int classified;
    private int right;

    @Override
    public void add(ScoredImage image, Retrieved result) {
      if (!result.captions().isEmpty()) {
        recall.add(result.picture(), result.captions());
      }
      if (result.category() >= 0 && !image.truth().isEmpty()) {
        classified++;
        right += image.truth().stream().anyMatch(s -> s.category() == result.category()) ? 1 : 0;
      }
    }

    @Override
    public Scores scores() {
      Map<String, Double> metrics = new LinkedHashMap<>();
      double text = recall.ofPictures(1);
      double image = recall.ofCaptions(1);
      metrics.put("R1", (text + image) / 2);
      metrics.put("text-R1", text);
      metrics.put("text-R5", recall.ofPictures(FEW));
      metrics.put("image-R1", image);
      metrics.put("image-R5", recall.ofCaptions(FEW));
      metrics.put("zero-shot", classified == 0 ? Double.NaN : 100.0 * right / classified);
      return new Scores(metrics, Map.of());
    }
  }

  @Override
  public Optional<ImageScore<Retrieved>> imageScore(ScoringData data) {
    return Optional.of(
        new ImageScore<>(
            "100 cosine of the picture with the nearest of its captions",
            (image, result) ->
                100
                    * result.captions().values().stream()
                        .mapToDouble(vector -> Retrieved.product(result.picture(), vector))
                        .max()
                        .orElse(Double.NaN)));
  }

  /** The photograph with the nearest captions below, its own in bold. */
  @Override
  public Picture draw(Retrieved result, Overlay photograph, Shown shown) {
    return TextBelow.draw(
        photograph.plain(),
        result.nearest().stream()
            .map(
                near ->
                    new TextBelow.Line(
                        String.format(Locale.ROOT, "%.2f  %s", near.cosine(), near.text()),
                        near.own()))
            .toList());
  }

  @Override
  public void json(Retrieved result, Shown shown, JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("captions");
    for (Retrieved.Near near : result.nearest()) {
      json.writeStartObject();
      json.writeStringField("text", near.text());
      json.writeNumberField("cosine", near.cosine());
      json.writeBooleanField("own", near.own());
      json.writeEndObject();
    }
    json.writeEndArray();
    if (result.category() >= 0) {
      json.writeStringField("class", shown.name(result.category()));
    }
  }
}
