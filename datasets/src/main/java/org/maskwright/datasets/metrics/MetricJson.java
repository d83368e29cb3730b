package org.maskwright.datasets.metrics;

import static org.maskwright.datasets.metrics.MetricFields.number;
import static org.maskwright.datasets.metrics.MetricFields.quality;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.json.JsonContent;

/**
 * Metrics as JSON with every digit; fractions, not percent; null where there is nothing to measure
 * (COCO and LVIS: -1, but in "classes").
 */
public final class MetricJson {
  private MetricJson() {}

  public static String coco(CocoMetrics metrics, ClassTable classes) {
    return JsonContent.object(
            json -> {
              CocoSummary s = metrics.all();
              number(json, "AP", s.ap());
              number(json, "AP50", s.ap50());
              number(json, "AP75", s.ap75());
              number(json, "APs", s.apSmall());
              number(json, "APm", s.apMedium());
              number(json, "APl", s.apLarge());
              number(json, "AR1", s.ar1());
              number(json, "AR10", s.ar10());
              number(json, "AR100", s.ar100());
              number(json, "ARs", s.arSmall());
              number(json, "ARm", s.arMedium());
              number(json, "ARl", s.arLarge());
              json.writeObjectFieldStart("perCategory");
              for (Map.Entry<Integer, CocoSummary> entry : metrics.perCategory().entrySet()) {
                number(json, entry.getKey().toString(), entry.getValue().ap());
              }
              json.writeEndObject();
              classes(json, classes);
            })
        .text();
  }

  public static String lvis(LvisMetrics metrics, ClassTable classes) {
    return JsonContent.object(
            json -> {
              LvisSummary s = metrics.all();
              number(json, "AP", s.ap());
              number(json, "AP50", s.ap50());
              number(json, "AP75", s.ap75());
              number(json, "APs", s.apSmall());
              number(json, "APm", s.apMedium());
              number(json, "APl", s.apLarge());
              number(json, "APr", s.apRare());
              number(json, "APc", s.apCommon());
              number(json, "APf", s.apFrequent());
              number(json, "AR@300", s.ar());
              number(json, "ARs@300", s.arSmall());
              number(json, "ARm@300", s.arMedium());
              number(json, "ARl@300", s.arLarge());
              json.writeObjectFieldStart("perCategory");
              for (Map.Entry<Integer, Double> entry : metrics.perCategory().entrySet()) {
                number(json, entry.getKey().toString(), entry.getValue());
              }
              json.writeEndObject();
              classes(json, classes);
            })
        .text();
  }

  public static String panoptic(PanopticMetrics metrics, ClassTable classes) {
    return JsonContent.object(
            json -> {
              quality(json, "All", metrics.all());
              quality(json, "Things", metrics.things());
              quality(json, "Stuff", metrics.stuff());
              json.writeObjectFieldStart("perClass");
              for (var entry : metrics.perClass().entrySet()) {
                json.writeObjectFieldStart(entry.getKey().toString());
                number(json, "pq", entry.getValue().pq());
                number(json, "sq", entry.getValue().sq());
                number(json, "rq", entry.getValue().rq());
                json.writeEndObject();
              }
              json.writeEndObject();
              classes(json, classes);
            })
        .text();
  }

  /**
   * Of label maps.
   *
   * @param names of the classes; empty where nobody knows
   */
  public static String semantic(SemanticMetrics metrics, List<String> names) {
    return JsonContent.object(
            json -> {
              number(json, "mIoU", metrics.meanIou());
              number(json, "fwIoU", metrics.frequencyWeightedIou());
              number(json, "mACC", metrics.meanAccuracy());
              number(json, "pACC", metrics.pixelAccuracy());
              json.writeObjectFieldStart("perClass");
              for (int c = 0; c < metrics.iou().size(); c++) {
                number(json, Integer.toString(c), metrics.iou().get(c));
              }
              json.writeEndObject();
              if (!names.isEmpty()) {
                json.writeArrayFieldStart("names");
                for (String name : names) {
                  json.writeString(name);
                }
                json.writeEndArray();
              }
            })
        .text();
  }

  private static void classes(JsonGenerator json, ClassTable table) throws IOException {
    json.writeArrayFieldStart("classes");
    for (ClassTable.Row row : table.rows()) {
      json.writeStartObject();
      json.writeNumberField("id", row.id());
      json.writeStringField("name", row.truth().name());
      json.writeNumberField("images", row.truth().images());
      json.writeNumberField("segments", row.truth().segments());
      for (Map.Entry<String, Double> score : row.scores().entrySet()) {
        number(json, score.getKey(), score.getValue());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
  }
}
