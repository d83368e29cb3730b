package org.maskwright.datasets.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import org.maskwright.files.OutputFile;

/** What a JSON file is to hold, written as it is made: however long, it is never in memory. */
@FunctionalInterface
public interface JsonContent {
  /** Writes the whole content. */
  void writeTo(JsonGenerator json) throws IOException;

  /** As the content of a file, on one line. */
  default OutputFile.Content file() {
    return channel -> {
      try (JsonGenerator json =
          new JsonFactory().createGenerator(Channels.newOutputStream(channel))) {
        json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET); // the channel is the file's
        writeTo(json);
      }
    };
  }

  /** As the content of a file that people read. */
  default OutputFile.Content indentedFile() {
    return indented().file();
  }

  /** The bytes of {@link #indentedFile}, in memory. */
  default byte[] indentedBytes() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      indented().writeTo(json);
    } catch (IOException e) {
      throw new UncheckedIOException("JSON in memory", e);
    }
    return bytes.toByteArray();
  }

  /** An object of these fields. */
  static JsonContent object(JsonContent fields) {
    return json -> {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    };
  }

  /** The content on one line, in memory. */
  default String text() {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      writeTo(json);
    } catch (IOException e) {
      throw new UncheckedIOException("JSON in memory", e);
    }
    return text.toString();
  }

  private JsonContent indented() {
    return json -> {
      json.useDefaultPrettyPrinter();
      writeTo(json);
    };
  }
}
