package org.maskwright.trainer.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;

/** A command's result as JSON, one line a value. */
final class JsonLines {
  private JsonLines() {}

  /** Writes the fields of an object, or the elements of an array. */
  @FunctionalInterface
  interface Fields {
    void write(JsonGenerator generator) throws IOException;
  }

  /** An object with these fields. */
  static String object(Fields fields) {
    return value(
        generator -> {
          generator.writeStartObject();
          fields.write(generator);
          generator.writeEndObject();
        });
  }

  /** An array of strings. */
  static String strings(List<String> values) {
    return value(generator -> array(generator, values));
  }

  /** A field that is an array of strings. */
  static void strings(JsonGenerator generator, String name, List<String> values)
      throws IOException {
    generator.writeFieldName(name);
    array(generator, values);
  }

  /** Any one value. */
  static String value(Fields value) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = new JsonFactory().createGenerator(text)) {
      value.write(generator);
    } catch (IOException e) {
      throw new UncheckedIOException("JSON in memory", e);
    }
    return text.toString();
  }

  private static void array(JsonGenerator generator, List<String> values) throws IOException {
    generator.writeStartArray();
    for (String value : values) {
      generator.writeString(value);
    }
    generator.writeEndArray();
  }
}
