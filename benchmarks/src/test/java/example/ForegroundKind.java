package example;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.Categories;
import org.maskwright.datasets.SampleInfo;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.datasets.transform.SemanticMap;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ResultContext;
import org.maskwright.trainer.result.ResultFiles;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ResultWriter;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * How much of a photograph is taken by things: a kind of result of an extension's own, registered
 * in META-INF/services alone.
 */
public final class ForegroundKind implements ResultKind<ForegroundKind.Foreground> {
  private static final int VOID = 65535;

  /** Which pixels belong to a thing: row-major, 1 or 0. */
  public static final class Foreground {
    private final int[] pixels;

    Foreground(int[] pixels) {
      this.pixels = pixels;
    }

    double percent() {
      return 100.0 * Arrays.stream(pixels).sum() / pixels.length;
    }
  }

  @Override
  public String name() {
    return "foreground";
  }

  @Override
  public String meaning() {
    return "The share of the pixels that belong to a thing. Files: `foreground.json`.";
  }

  @Override
  public List<Metric> metrics() {
    return List.of(Metric.error("error", "Difference of the shares, the mean of the images."));
  }

  @Override
  public Optional<Task> annotation() {
    return Optional.empty();
  }

  @Override
  public boolean needsMasks() {
    return false;
  }

  @Override
  public Foreground process(ImageOutputs outputs, ResultContext context) {
    int[] classes =
        SemanticPostProcessor.process(
                outputs.queries(), outputs.frame(), SemanticPostProcessor.Order.SCORE_THEN_RESIZE)
            .labels();
    return new Foreground(
        Arrays.stream(classes).map(c -> context.classes().isThing(c) ? 1 : 0).toArray());
  }

  @Override
  public Supplier<Scorer<Foreground>> scorers(ScoringData data) {
    return () -> new Differences(data.dataset().categories());
  }

  private static final class Differences implements Scorer<Foreground> {
    private final Categories categories;
    private double sum;
    private int images;

    Differences(Categories categories) {
      this.categories = categories;
    }

    @Override
    public void add(ScoredImage image, Foreground result) {
      int[] classes =
          SemanticMap.of(image.truth(), image.size().width(), image.size().height(), VOID).labels();
      Foreground truth =
          new Foreground(
              Arrays.stream(classes)
                  .map(c -> c != VOID && categories.isThing(c) ? 1 : 0)
                  .toArray());
      sum += Math.abs(result.percent() - truth.percent());
      images++;
    }

    @Override
    public Scores scores() {
      return new Scores(Map.of("error", sum / images), Map.of());
    }
  }

  @Override
  public Optional<ResultWriter<Foreground>> writer(ResultFiles files, Categories categories)
      throws IOException {
    return Optional.of(new Shares(files));
  }

  private static final class Shares implements ResultWriter<Foreground> {
    private final ResultFiles files;
    private final JsonGenerator json;

    Shares(ResultFiles files) throws IOException {
      this.files = files;
      this.json = files.json("foreground.json");
      json.writeStartObject();
    }

    @Override
    public void add(SampleInfo image, Foreground result) throws IOException {
      json.writeNumberField(files.nameOf(image), result.percent());
    }

    @Override
    public void end() throws IOException {
      json.writeEndObject();
    }
  }

  @Override
  public Picture draw(Foreground result, Overlay photograph, Shown shown) {
    return photograph.semantic(result.pixels, 0, List.of("", "thing"));
  }

  @Override
  public void json(Foreground result, Shown shown, JsonGenerator json) throws IOException {
    json.writeNumberField("percent", result.percent());
  }
}
