package org.maskwright.trainer.run;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a run ended.
 *
 * @param folder of the run
 * @param step last step taken
 * @param interrupted whether it was asked to stop before its end
 * @param best metrics of the best checkpoint, with its step; on all images unless interrupted
 * @param decidedBy the metric that made it the best, or {@code last checkpoint} where none could
 * @param last metrics of the last checkpoint that was evaluated, likewise
 * @param seconds of training steps, over all parts of a resumed run
 * @param imagesPerSecond of training steps, over all parts of a resumed run
 */
public record RunSummary(
    Path folder,
    long step,
    boolean interrupted,
    Optional<Scored> best,
    String decidedBy,
    Optional<Scored> last,
    double seconds,
    double imagesPerSecond) {
  /**
   * An evaluated step.
   *
   * @param metrics by name, in percent; NaN where there was nothing to measure
   */
  public record Scored(long step, Map<String, Double> metrics) {
    /** Keeps a copy in order. */
    public Scored {
      metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    }
  }

  /** As a JSON object: {@code best} and {@code last} hold the metrics in percent by name. */
  public String toJson() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text).useDefaultPrettyPrinter()) {
      json.writeStartObject();
      json.writeStringField("folder", folder.toString());
      json.writeNumberField("step", step);
      json.writeBooleanField("interrupted", interrupted);
      json.writeNumberField("seconds", seconds);
      json.writeNumberField("imagesPerSecond", imagesPerSecond);
      if (best.isPresent()) {
        json.writeStringField("decidedBy", decidedBy);
        write(json, "best", best.get());
      }
      if (last.isPresent()) {
        write(json, "last", last.get());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("json to memory", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator json, String name, Scored scored) throws IOException {
    json.writeObjectFieldStart(name);
    json.writeNumberField("step", scored.step());
    for (Map.Entry<String, Double> e : scored.metrics().entrySet()) {
      if (Double.isFinite(e.getValue())) {
        json.writeNumberField(e.getKey(), e.getValue());
      } else {
        json.writeNullField(e.getKey());
      }
    }
    json.writeEndObject();
  }
}
