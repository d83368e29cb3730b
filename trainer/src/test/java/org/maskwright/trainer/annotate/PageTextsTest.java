package org.maskwright.trainer.annotate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.json.JsonTree;

class PageTextsTest {
  private static final Pattern VALUE = Pattern.compile("\\{(\\w+)}");

  private static byte[] bytes(String file) throws IOException {
    try (InputStream in = PageTextsTest.class.getResourceAsStream("page/" + file)) {
      return in.readAllBytes();
    }
  }

  private static String text(String file) throws IOException {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }

  private static Map<String, String> texts(String language) throws IOException {
    JsonTree tree = JsonTree.of(bytes("texts/" + language + ".json"));
    Map<String, String> texts = new LinkedHashMap<>();
    tree.keys().forEach(key -> texts.put(key, tree.get(key).text()));
    return texts;
  }

  private static Set<String> values(String text) {
    return VALUE.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
  }

  @Test
  void languagesHaveTheSameTextsWithTheSameValues() throws IOException {
    Map<String, String> english = texts("en");
    Map<String, String> german = texts("de");
    assertEquals(english.keySet(), german.keySet());
    for (String key : english.keySet()) {
      assertEquals(values(english.get(key)), values(german.get(key)), key);
    }
  }

  @Test
  void everyTextThatThePageNamesIsThereAndNoOther() throws IOException {
    String page = text("index.html") + text("main.js") + text("view.js") + text("drawing.js");
    Set<String> unused = new TreeSet<>();
    for (String key : texts("en").keySet()) {
      String family = key.replaceFirst("\\.[^.]+$", ".");
      boolean made = page.contains("`" + family + "$"); // text(`tool.${name}`)
      if (!made && !page.contains('"' + key + '"')) {
        unused.add(key);
      }
    }
    assertEquals(Set.of(), unused);
    Pattern named = Pattern.compile("(?:text\\(|data-(?:text|title|label)=)\"([a-z.]+)\"");
    named
        .matcher(page)
        .results()
        .map(match -> match.group(1))
        .forEach(key -> assertTrue(exists(key), key + ": no text in en.json"));
  }

  private static boolean exists(String key) {
    try {
      return texts("en").containsKey(key);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void thePageMakesNoMarkupOfTextsAndAsksNobodyElse() throws IOException {
    for (String file :
        Stream.of(
                "index.html",
                "main.js",
                "view.js",
                "drawing.js",
                "mask.js",
                "server.js",
                "texts.js")
            .toList()) {
      String content = text(file);
      for (String bad :
          new String[] {"innerHTML", "outerHTML", "document.write", "eval(", "http:", "https:"}) {
        assertTrue(!content.contains(bad), file + " has " + bad);
      }
    }
  }
}
