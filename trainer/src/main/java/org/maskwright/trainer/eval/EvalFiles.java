package org.maskwright.trainer.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.maskwright.datasets.metrics.ClassTruth;
import org.maskwright.datasets.metrics.ConfusionMatrix;
import org.maskwright.datasets.metrics.InstanceErrors;
import org.maskwright.datasets.metrics.InstanceErrors.Detected;
import org.maskwright.datasets.metrics.InstanceErrors.TrueObject;
import org.maskwright.datasets.metrics.ObjectSize;
import org.maskwright.datasets.metrics.PrecisionRecall;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.trainer.result.ScoreDetails;

/**
 * An evaluation as files: all of it as JSON, and each confusion matrix as comma-separated values.
 * The fields are described in docs/evaluation.md.
 */
public final class EvalFiles {
  /** The JSON of an evaluation, in the folder of its results. */
  public static final String JSON = "evaluation.json";

  private static final int CURVE_STEPS = 100; // a curve is told by some hundred points

  private EvalFiles() {}

  /**
   * The texts of the files of an evaluation by their names; tables of one of several data sets have
   * its name in front.
   */
  public static Map<String, String> of(EvalReports reports) {
    Map<String, String> files = new LinkedHashMap<>();
    files.put(JSON, json(reports) + "\n");
    reports
        .byName()
        .forEach(
            (name, report) ->
                report
                    .details()
                    .forEach(
                        (kind, details) ->
                            details
                                .confusion()
                                .ifPresent(
                                    matrix ->
                                        files.put(
                                            reports.before(name, "-") + kind + "-confusion.csv",
                                            matrix.toCsv()))));
    return files;
  }

  /**
   * An evaluation as one JSON object in one line; what is undefined is null. Of several data sets
   * it holds all metrics, and the evaluation of each by its name.
   */
  public static String json(EvalReports reports) {
    StringWriter text = new StringWriter();
    try (JsonGenerator g = new JsonFactory().createGenerator(text)) {
      if (reports.several()) {
        g.writeStartObject();
        numbers(g, "metrics", reports.metrics());
        g.writeObjectFieldStart("evaluations");
        for (Map.Entry<String, EvalReport> e : reports.byName().entrySet()) {
          g.writeFieldName(e.getKey());
          write(g, e.getValue());
        }
        g.writeEndObject();
        g.writeEndObject();
      } else {
        write(g, reports.first());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("JSON in memory", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator g, EvalReport report) throws IOException {
    g.writeStartObject();
    g.writeNumberField("images", report.images());
    g.writeNumberField("skipped", report.skipped().size());
    g.writeNumberField("seconds", report.seconds());
    numbers(g, "metrics", report.metrics());
    g.writeObjectFieldStart("perClass");
    for (Map.Entry<String, Map<String, Double>> e : report.perClass().entrySet()) {
      numbers(g, e.getKey(), e.getValue());
    }
    g.writeEndObject();
    classes(g, report.classes());
    g.writeObjectFieldStart("details");
    for (Map.Entry<String, ScoreDetails> e : report.details().entrySet()) {
      g.writeObjectFieldStart(e.getKey());
      details(g, e.getValue());
      g.writeEndObject();
    }
    g.writeEndObject();
    g.writeEndObject();
  }

  private static void classes(JsonGenerator g, List<ClassTruth> classes) throws IOException {
    g.writeArrayFieldStart("classes");
    for (ClassTruth c : classes) {
      g.writeStartObject();
      g.writeStringField("name", c.name());
      g.writeNumberField("images", c.images());
      g.writeNumberField("segments", c.segments());
      g.writeEndObject();
    }
    g.writeEndArray();
  }

  private static void details(JsonGenerator g, ScoreDetails details) throws IOException {
    if (details.thresholds().isPresent()) {
      ScoreThresholds thresholds = details.thresholds().get();
      g.writeObjectFieldStart("thresholds");
      g.writeNumberField("otherwise", thresholds.otherwise());
      numbers(g, "classes", thresholds.byClass());
      g.writeEndObject();
    }
    if (!details.curves().isEmpty()) {
      g.writeObjectFieldStart("curves");
      for (Map.Entry<String, PrecisionRecall> e : details.curves().entrySet()) {
        curve(g, e.getKey(), e.getValue());
      }
      g.writeEndObject();
    }
    if (details.confusion().isPresent()) {
      confusion(g, details.confusion().get());
    }
    if (details.errors().isPresent()) {
      errors(g, details.errors().get());
    }
  }

  private static void curve(JsonGenerator g, String name, PrecisionRecall curve)
      throws IOException {
    g.writeObjectFieldStart(name);
    g.writeNumberField("truths", curve.truths());
    if (curve.best().isPresent()) {
      PrecisionRecall.Point best = curve.best().get();
      g.writeObjectFieldStart("best");
      g.writeNumberField("threshold", best.threshold());
      g.writeNumberField("precision", best.precision());
      g.writeNumberField("recall", curve.recall(best));
      g.writeNumberField("f1", curve.f1(best));
      g.writeEndObject();
    }
    g.writeArrayFieldStart("points");
    for (PrecisionRecall.Point p : curve.outline(CURVE_STEPS)) {
      g.writeStartArray();
      g.writeNumber(p.threshold());
      g.writeNumber(p.precision());
      number(g, curve.recall(p));
      g.writeEndArray();
    }
    g.writeEndArray();
    g.writeEndObject();
  }

  private static void confusion(JsonGenerator g, ConfusionMatrix matrix) throws IOException {
    g.writeObjectFieldStart("confusion");
    g.writeStringField("counted", matrix.counted().label());
    g.writeArrayFieldStart("classes");
    for (String name : matrix.classes()) {
      g.writeString(name);
    }
    g.writeEndArray();
    g.writeArrayFieldStart("cells");
    for (ConfusionMatrix.Cell cell : matrix.cells()) {
      g.writeStartArray();
      g.writeNumber(cell.truth());
      g.writeNumber(cell.predicted());
      g.writeNumber(cell.count());
      g.writeEndArray();
    }
    g.writeEndArray();
    g.writeEndObject();
  }

  private static void errors(JsonGenerator g, InstanceErrors errors) throws IOException {
    g.writeObjectFieldStart("errors");
    Breakdown<TrueObject> objects = errors::count;
    write(g, "objects", errors.classes(), TrueObject.values(), TrueObject::label, objects);
    Breakdown<Detected> detections = errors::count;
    write(g, "detections", errors.classes(), Detected.values(), Detected::label, detections);
    g.writeEndObject();
  }

  /** Counts by class, size and kind. */
  @FunctionalInterface
  private interface Breakdown<E> {
    long count(int ofClass, ObjectSize size, E kind);
  }

  /** Classes of which nothing was counted are left out. */
  private static <E> void write(
      JsonGenerator g,
      String field,
      List<String> classes,
      E[] kinds,
      Function<E, String> label,
      Breakdown<E> counts)
      throws IOException {
    g.writeObjectFieldStart(field);
    for (int c = 0; c < classes.size(); c++) {
      long all = 0;
      for (ObjectSize size : ObjectSize.values()) {
        for (E kind : kinds) {
          all += counts.count(c, size, kind);
        }
      }
      if (all == 0) {
        continue;
      }
      g.writeObjectFieldStart(classes.get(c));
      for (ObjectSize size : ObjectSize.values()) {
        g.writeObjectFieldStart(size.label());
        for (E kind : kinds) {
          g.writeNumberField(label.apply(kind), counts.count(c, size, kind));
        }
        g.writeEndObject();
      }
      g.writeEndObject();
    }
    g.writeEndObject();
  }

  private static void numbers(JsonGenerator g, String name, Map<String, Double> values)
      throws IOException {
    g.writeObjectFieldStart(name);
    for (Map.Entry<String, Double> e : values.entrySet()) {
      g.writeFieldName(e.getKey());
      number(g, e.getValue());
    }
    g.writeEndObject();
  }

  private static void number(JsonGenerator g, double value) throws IOException {
    if (Double.isFinite(value)) {
      g.writeNumber(value);
    } else {
      g.writeNull();
    }
  }
}
