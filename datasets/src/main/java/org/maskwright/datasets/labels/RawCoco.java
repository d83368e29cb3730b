package org.maskwright.datasets.labels;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.datasets.DatasetException;

/**
 * A file of COCO as texts: its entries in their order, and whatever else stands in it.
 *
 * @param others fields beside the three lists, such as {@code info} and {@code licenses}
 */
record RawCoco(
    List<String> images,
    List<String> categories,
    List<String> annotations,
    Map<String, String> others) {
  /** Reads a file that {@link org.maskwright.datasets.json.CocoJson} has found whole. */
  static RawCoco read(Path file) {
    RawCoco raw =
        new RawCoco(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new LinkedHashMap<>());
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "images" -> list(json, raw.images);
          case "categories" -> list(json, raw.categories);
          case "annotations" -> list(json, raw.annotations);
          default -> raw.others.put(name, JsonFields.text(json));
        }
      }
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "cannot be read: " + e, e);
    }
    return raw;
  }

  private static void list(JsonParser json, List<String> entries) throws IOException {
    while (json.nextToken() != JsonToken.END_ARRAY) {
      entries.add(JsonFields.text(json));
    }
  }
}
