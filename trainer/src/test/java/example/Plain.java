package example;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.picture.Overlay;
import org.maskwright.datasets.picture.Picture;
import org.maskwright.trainer.result.ImageOutputs;
import org.maskwright.trainer.result.Metric;
import org.maskwright.trainer.result.ResultContext;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.result.ScoredImage;
import org.maskwright.trainer.result.Scorer;
import org.maskwright.trainer.result.Scores;
import org.maskwright.trainer.result.ScoringData;
import org.maskwright.trainer.result.Shown;

/**
 * A kind of result that has a name, metrics, an answer to the question for a result, and nothing
 * else: it measures what it does not declare, and draws and writes nothing.
 */
public record Plain(String name, List<Metric> metrics, Supplier<String> answer)
    implements ResultKind<String> {
  /** As it is registered. */
  public Plain() {
    this("plain", List.of(Metric.error("error", "")), () -> "");
  }

  /** Qualities of these names. */
  public Plain(String name, String... metrics) {
    this(name, Arrays.stream(metrics).map(m -> Metric.quality(m, "")).toList(), () -> "");
  }

  /** One that answers. */
  public Plain(Supplier<String> answer) {
    this("plain", List.of(Metric.quality("x", "")), answer);
  }

  @Override
  public String meaning() {
    return "";
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
  public String process(ImageOutputs outputs, ResultContext context) {
    return answer.get();
  }

  @Override
  public Supplier<Scorer<String>> scorers(ScoringData data) {
    return () ->
        new Scorer<>() {
          @Override
          public void add(ScoredImage image, String result) {}

          @Override
          public Scores scores() {
            return new Scores(Map.of("y", 1.0), Map.of());
          }
        };
  }

  @Override
  public Picture draw(String result, Overlay photograph, Shown shown) {
    throw new UnsupportedOperationException("no picture");
  }

  @Override
  public void json(String result, Shown shown, JsonGenerator json) throws IOException {
    throw new IOException("no field");
  }
}
