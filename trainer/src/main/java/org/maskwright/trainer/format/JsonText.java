package org.maskwright.trainer.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** The JSON file of one image, made in memory. */
final class JsonText {
  /** Writes the whole content. */
  @FunctionalInterface
  interface Content {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private JsonText() {}

  /** The file's bytes. */
  static byte[] of(Content content) throws IOException {
    var bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      content.writeTo(json);
    }
    return bytes.toByteArray();
  }

  /** An array of the points of a ring, {@code [[x, y], ...]}, whole numbers where they are. */
  static void points(JsonGenerator json, double[] ring, double scaleX, double scaleY)
      throws IOException {
    json.writeStartArray();
    for (int i = 0; i < ring.length; i += 2) {
      point(json, ring[i] * scaleX, ring[i + 1] * scaleY);
    }
    json.writeEndArray();
  }

  static void point(JsonGenerator json, double x, double y) throws IOException {
    json.writeStartArray();
    number(json, x);
    number(json, y);
    json.writeEndArray();
  }

  private static void number(JsonGenerator json, double value) throws IOException {
    if (value == Math.rint(value) && Math.abs(value) < Integer.MAX_VALUE) {
      json.writeNumber((int) value);
    } else {
      json.writeNumber(value);
    }
  }
}
