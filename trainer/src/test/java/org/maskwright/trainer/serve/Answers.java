package org.maskwright.trainer.serve;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.maskwright.datasets.json.JsonTree;

/** What answers in JSON hold. */
final class Answers {
  private Answers() {}

  static JsonTree tree(String json) {
    return JsonTree.of(json.getBytes(StandardCharsets.UTF_8));
  }

  /** What JSON holds, however it is indented. */
  static List<String> tokens(String json) throws IOException {
    List<String> out = new ArrayList<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
        out.add(t + " " + parser.getText());
      }
    }
    return out;
  }

  /** All required fields are there, and none that is not described. */
  static void assertFields(JsonTree schema, JsonTree value) {
    List<String> required = schema.get("required").elements().stream().map(JsonTree::text).toList();
    assertTrue(value.keys().containsAll(required), required + ", got " + value.keys());
    List<String> known = schema.get("properties").keys();
    assertTrue(known.containsAll(value.keys()), known + ", got " + value.keys());
  }
}
