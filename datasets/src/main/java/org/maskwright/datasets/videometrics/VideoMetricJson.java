package org.maskwright.datasets.videometrics;

import static org.maskwright.datasets.metrics.MetricFields.number;
import static org.maskwright.datasets.metrics.MetricFields.quality;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Map;
import java.util.SortedMap;
import java.util.function.ToDoubleFunction;
import org.maskwright.datasets.json.JsonContent;
import org.maskwright.datasets.metrics.PanopticMetrics;
import org.maskwright.datasets.videometrics.HotaMetrics.AtThreshold;
import org.maskwright.datasets.videometrics.MotsScores.OfClass;
import org.maskwright.datasets.videometrics.MotsScores.Score;

/**
 * Metrics of videos as JSON with every digit; fractions, null where there is nothing to measure.
 */
public final class VideoMetricJson {
  private VideoMetricJson() {}

  /** DAVIS' seven numbers under their official names, and each object's. */
  public static String davis(DavisScores scores) {
    return JsonContent.object(
            json -> {
              number(json, "J&F-Mean", scores.mean());
              statistics(json, "J", scores.region());
              statistics(json, "F", scores.boundary());
              json.writeObjectFieldStart("objects");
              for (DavisScores.OfObject o : scores.objects()) {
                json.writeObjectFieldStart(o.name());
                statistics(json, "J", o.region());
                statistics(json, "F", o.boundary());
                json.writeEndObject();
              }
              json.writeEndObject();
            })
        .text();
  }

  private static void statistics(JsonGenerator json, String name, DavisScores.Statistics s)
      throws IOException {
    number(json, name + "-Mean", s.mean());
    number(json, name + "-Recall", s.recall());
    number(json, name + "-Decay", s.decay());
  }

  /** VPQ, and each number of frames with its PQ, SQ and RQ. */
  public static String vpq(SortedMap<Integer, PanopticMetrics> windows) {
    return JsonContent.object(
            json -> {
              number(json, "VPQ", VideoMetricText.mean(windows, PanopticMetrics::all));
              number(json, "VPQ-things", VideoMetricText.mean(windows, PanopticMetrics::things));
              number(json, "VPQ-stuff", VideoMetricText.mean(windows, PanopticMetrics::stuff));
              json.writeObjectFieldStart("frames");
              for (Map.Entry<Integer, PanopticMetrics> entry : windows.entrySet()) {
                json.writeObjectFieldStart(entry.getKey().toString());
                quality(json, "All", entry.getValue().all());
                quality(json, "Things", entry.getValue().things());
                quality(json, "Stuff", entry.getValue().stuff());
                json.writeEndObject();
              }
              json.writeEndObject();
            })
        .text();
  }

  /** STQ, AQ and SQ of all and of each sequence. */
  public static String stq(StqEvaluator evaluator) {
    return JsonContent.object(
            json -> {
              tracking(json, evaluator.result());
              json.writeObjectFieldStart("sequences");
              for (var entry : evaluator.perSequence().entrySet()) {
                json.writeObjectFieldStart(entry.getKey());
                tracking(json, entry.getValue());
                json.writeEndObject();
              }
              json.writeEndObject();
            })
        .text();
  }

  private static void tracking(JsonGenerator json, StqEvaluator.Quality q) throws IOException {
    number(json, "STQ", q.stq());
    number(json, "AQ", q.aq());
    number(json, "SQ", q.sq());
  }

  /** The tracking metrics of each class, by name, of all sequences and of each. */
  public static String mots(MotsScores scores) {
    return JsonContent.object(
            json -> {
              for (OfClass ofClass : scores.classes().values()) {
                json.writeObjectFieldStart(ofClass.name());
                score(json, ofClass.all());
                json.writeObjectFieldStart("sequences");
                for (Map.Entry<String, Score> one : ofClass.sequences().entrySet()) {
                  json.writeObjectFieldStart(one.getKey());
                  score(json, one.getValue());
                  json.writeEndObject();
                }
                json.writeEndObject();
                json.writeEndObject();
              }
            })
        .text();
  }

  private static void score(JsonGenerator json, Score score) throws IOException {
    ClearMetrics c = score.clear();
    number(json, "sMOTSA", c.smotsa());
    number(json, "MOTSA", c.motsa());
    number(json, "MOTSP", c.motsp());
    number(json, "MODSA", c.modsa());
    number(json, "recall", c.recall());
    number(json, "precision", c.precision());
    json.writeNumberField("IDS", c.identitySwitches());
    json.writeNumberField("TP", c.truePositives());
    json.writeNumberField("FP", c.falsePositives());
    json.writeNumberField("FN", c.falseNegatives());
    json.writeNumberField("MT", c.mostlyTracked());
    json.writeNumberField("PT", c.partlyTracked());
    json.writeNumberField("ML", c.mostlyLost());
    json.writeNumberField("Frag", c.fragmentations());
    HotaMetrics h = score.hota();
    mean(json, h, "HOTA", AtThreshold::hota);
    mean(json, h, "DetA", AtThreshold::detection);
    mean(json, h, "AssA", AtThreshold::association);
    mean(json, h, "DetRe", AtThreshold::detectionRecall);
    mean(json, h, "DetPr", AtThreshold::detectionPrecision);
    mean(json, h, "AssRe", AtThreshold::associationRecall);
    mean(json, h, "AssPr", AtThreshold::associationPrecision);
    mean(json, h, "LocA", AtThreshold::localization);
  }

  private static void mean(
      JsonGenerator json, HotaMetrics h, String name, ToDoubleFunction<AtThreshold> of)
      throws IOException {
    number(json, name, h.mean(of));
  }
}
