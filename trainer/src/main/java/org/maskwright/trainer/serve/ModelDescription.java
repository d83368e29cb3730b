package org.maskwright.trainer.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.Versions;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.run.Prediction;

/**
 * {@code GET /v1/model}: what is served, and within which limits.
 *
 * @param task kind of results by default
 * @param tasks all kinds of results
 * @param threshold score below which instances are left out by default; empty where there are none
 * @param channels that it takes
 * @param shortEdge of the input in pixels
 * @param maxSize largest long edge of the input in pixels
 */
record ModelDescription(
    Path model,
    String task,
    List<String> tasks,
    OptionalDouble threshold,
    ClassSpace classes,
    int channels,
    int shortEdge,
    int maxSize) {
  /** Of a model that says what it sees in a picture. */
  static ModelDescription of(Path model, Prediction prediction) {
    List<String> all = prediction.kinds().stream().<String>map(ResultKind::name).toList();
    return new ModelDescription(
        model,
        prediction.kind().name(),
        all,
        OptionalDouble.of(prediction.thresholds().otherwise()),
        prediction.classSpace(),
        prediction.normalization().channels().count(),
        prediction.shortEdge(),
        prediction.maxSize());
  }

  /** Of a model that answers prompts. */
  static ModelDescription of(Path model, ModelFile file) {
    return new ModelDescription(
        model,
        PromptHandler.TASK,
        List.of(PromptHandler.TASK),
        OptionalDouble.empty(),
        file.classSpace(),
        file.normalization().channels().count(),
        file.shortEdge(),
        file.maxSize());
  }

  JsonContent json(ServerSettings server, ServiceSettings service) {
    return JsonContent.object(
        json -> {
          json.writeStringField("model", model.normalize().toString());
          json.writeStringField("version", Versions.current().maskwright());
          json.writeStringField("task", task);
          json.writeArrayFieldStart("tasks");
          for (String task : tasks) {
            json.writeString(task);
          }
          json.writeEndArray();
          if (threshold.isPresent()) {
            json.writeNumberField("threshold", threshold.getAsDouble());
          }
          classes(json);
          json.writeObjectFieldStart("input");
          json.writeNumberField("channels", channels);
          json.writeNumberField("short-edge", shortEdge);
          json.writeNumberField("max-size", maxSize);
          json.writeEndObject();
          json.writeObjectFieldStart("limits");
          json.writeNumberField("max-body", server.maxBodyBytes());
          json.writeNumberField("max-pixels", service.maxPixels());
          json.writeNumberField("timeout", server.timeout().toSeconds());
          json.writeNumberField("queue", service.queue());
          json.writeNumberField("batch", service.batch());
          json.writeNumberField("keep", service.keepBytes());
          json.writeEndObject();
        });
  }

  private void classes(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("classes");
    for (ClassSpace.Entry entry : classes.classes()) {
      json.writeStartObject();
      json.writeStringField("name", entry.name());
      json.writeBooleanField("thing", entry.thing());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
