package org.maskwright.datasets.captions;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What an English word may be the plural of. */
final class Plurals {
  private static final int SHORTEST = 3; // "is" is none, "TVs" are some

  /** By the end of a word. */
  private static final Map<String, String> IRREGULAR =
      Map.of(
          "men", "man",
          "children", "child",
          "people", "person",
          "feet", "foot",
          "teeth", "tooth",
          "geese", "goose",
          "mice", "mouse",
          "oxen", "ox",
          "dice", "die");

  private Plurals() {}

  /** What it may be; not all of them are words. */
  static List<String> singulars(String word) {
    List<String> out = new ArrayList<>();
    IRREGULAR.forEach(
        (many, one) -> {
          if (word.endsWith(many)) {
            out.add(word.substring(0, word.length() - many.length()) + one);
          }
        });
    if (word.length() < SHORTEST || !word.endsWith("s") || word.endsWith("ss")) {
      return out;
    }
    out.add(without(word, 1));
    if (word.endsWith("es")) {
      out.add(without(word, 2));
    }
    if (word.endsWith("ies")) {
      out.add(without(word, 3) + "y");
    }
    if (word.endsWith("ves")) {
      out.add(without(word, 3) + "f");
      out.add(without(word, 3) + "fe");
    }
    return out;
  }

  private static String without(String word, int letters) {
    return word.substring(0, word.length() - letters);
  }
}
