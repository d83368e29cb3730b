package org.maskwright.datasets.labels;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.datasets.json.JsonContent;

/** The fields of an object of JSON as texts, so that what nobody here knows stays as it was. */
final class JsonFields {
  private static final JsonFactory JSON = new JsonFactory();

  private JsonFields() {}

  /** The fields of an object in their order. */
  static Map<String, String> of(String object) {
    try (JsonParser json = JSON.createParser(object)) {
      json.nextToken();
      return rest(json);
    } catch (IOException e) {
      throw new UncheckedIOException("JSON in memory", e);
    }
  }

  private static Map<String, String> rest(JsonParser json) throws IOException {
    Map<String, String> fields = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      fields.put(name, text(json));
    }
    return fields;
  }

  /** The value where the parser is, which goes to its end. */
  static String text(JsonParser json) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      int depth = 0;
      do {
        depth += json.currentToken().isStructStart() ? 1 : 0;
        depth -= json.currentToken().isStructEnd() ? 1 : 0;
        if (json.currentToken().isNumeric()) {
          out.writeNumber(json.getText()); // as it stands in the file, whatever its digits
        } else {
          out.copyCurrentEvent(json);
        }
      } while (depth > 0 && json.nextToken() != null);
    }
    return text.toString();
  }

  /** An object of these fields. */
  static String object(Map<String, String> fields) {
    return JsonContent.object(
            json -> {
              for (Map.Entry<String, String> field : fields.entrySet()) {
                json.writeFieldName(field.getKey());
                json.writeRawValue(field.getValue());
              }
            })
        .text();
  }

  /** Fields that are written. */
  static Map<String, String> written(JsonContent fields) {
    return of(JsonContent.object(fields).text());
  }
}
