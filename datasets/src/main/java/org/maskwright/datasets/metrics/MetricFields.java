package org.maskwright.datasets.metrics;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Fields of metrics in JSON. */
public final class MetricFields {
  private MetricFields() {}

  /** A number with every digit; null where there is nothing to measure. */
  public static void number(JsonGenerator json, String field, double value) throws IOException {
    if (Double.isNaN(value)) {
      json.writeNullField(field);
    } else {
      json.writeNumberField(field, value);
    }
  }

  /** An object of pq, sq, rq and n. */
  public static void quality(JsonGenerator json, String name, PanopticMetrics.Quality q)
      throws IOException {
    json.writeObjectFieldStart(name);
    number(json, "pq", q.pq());
    number(json, "sq", q.sq());
    number(json, "rq", q.rq());
    json.writeNumberField("n", q.n());
    json.writeEndObject();
  }
}
