package org.maskwright.trainer.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.nio.file.Path;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.Versions;
import org.maskwright.trainer.http.ServerSettings;
import org.maskwright.trainer.result.ResultKind;
import org.maskwright.trainer.run.Prediction;

/** {@code GET /v1/model}: what is served, and within which limits. */
record ModelDescription(
    Path model, Prediction prediction, ServerSettings server, ServiceSettings service) {
  JsonContent json() {
    return JsonContent.object(
        json -> {
          json.writeStringField("model", model.normalize().toString());
          json.writeStringField("version", Versions.current().maskwright());
          json.writeStringField("task", prediction.kind().name());
          json.writeArrayFieldStart("tasks");
          for (ResultKind<?> kind : prediction.kinds()) {
            json.writeString(kind.name());
          }
          json.writeEndArray();
          thresholds(json, prediction.thresholds());
          classes(json);
          json.writeObjectFieldStart("input");
          json.writeNumberField("channels", prediction.normalization().channels().count());
          json.writeNumberField("short-edge", prediction.shortEdge());
          json.writeNumberField("max-size", prediction.maxSize());
          json.writeEndObject();
          json.writeObjectFieldStart("limits");
          json.writeNumberField("max-body", server.maxBodyBytes());
          json.writeNumberField("max-pixels", service.maxPixels());
          json.writeNumberField("timeout", server.timeout().toSeconds());
          json.writeNumberField("queue", service.queue());
          json.writeNumberField("batch", service.batch());
          json.writeEndObject();
        });
  }

  private static void thresholds(JsonGenerator json, ScoreThresholds thresholds)
      throws IOException {
    json.writeNumberField("threshold", thresholds.otherwise());
  }

  private void classes(JsonGenerator json) throws IOException {
    json.writeArrayFieldStart("classes");
    for (ClassSpace.Entry entry : prediction.classSpace().classes()) {
      json.writeStartObject();
      json.writeStringField("name", entry.name());
      json.writeBooleanField("thing", entry.thing());
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
