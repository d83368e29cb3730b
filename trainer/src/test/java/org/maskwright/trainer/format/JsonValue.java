package org.maskwright.trainer.format;

import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** A value of a JSON file. */
record JsonValue(Object value) implements Iterable<JsonValue> {
  static JsonValue read(Path file) throws IOException {
    String text = "{\"whole\":" + Files.readString(file) + "}";
    return new JsonValue(ConfigFactory.parseString(text).root().get("whole").unwrapped());
  }

  JsonValue get(String key) {
    return new JsonValue(((Map<?, ?>) value).get(key));
  }

  JsonValue get(int index) {
    return new JsonValue(list().get(index));
  }

  private List<?> list() {
    return (List<?>) value;
  }

  int size() {
    return value instanceof Map<?, ?> map ? map.size() : list().size();
  }

  boolean isNull() {
    return value == null;
  }

  String asText() {
    return String.valueOf(value);
  }

  double asDouble() {
    return ((Number) value).doubleValue();
  }

  int asInt() {
    return ((Number) value).intValue();
  }

  long asLong() {
    return ((Number) value).longValue();
  }

  @Override
  public Iterator<JsonValue> iterator() {
    return list().stream().map(JsonValue::new).iterator();
  }
}
