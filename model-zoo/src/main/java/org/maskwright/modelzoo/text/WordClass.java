package org.maskwright.modelzoo.text;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * A class as words: an object is of it if any of them fits.
 *
 * @param name of the class, shown to users
 * @param words synonyms, at least one; the first is the usual one
 */
public record WordClass(String name, List<String> words) {
  /**
   * Checks the words.
   *
   * @throws IllegalArgumentException if the name or a word is empty, there is no word, or one is
   *     there twice
   */
  public WordClass {
    Objects.requireNonNull(name, "name");
    words = List.copyOf(words);
    if (name.isBlank()) {
      throw new IllegalArgumentException("a class: expected a name, got an empty one");
    }
    if (words.isEmpty()) {
      throw new IllegalArgumentException("class '" + name + "': expected at least one word");
    }
    Set<String> seen = new HashSet<>();
    for (String word : words) {
      if (word.isBlank()) {
        throw new IllegalArgumentException("class '" + name + "': one of its words is empty");
      }
      if (!seen.add(word)) {
        throw new IllegalArgumentException("class '" + name + "': word '" + word + "' twice");
      }
    }
  }

  /** A class whose name is its one word. */
  public static WordClass named(String name) {
    return new WordClass(name, List.of(name));
  }

  /**
   * Refuses two classes of one name.
   *
   * @throws IllegalArgumentException naming it
   */
  static void requireDistinct(List<WordClass> classes) {
    Set<String> names = new HashSet<>();
    for (WordClass each : classes) {
      if (!names.add(each.name())) {
        throw new IllegalArgumentException(
            "class '" + each.name() + "' is there twice; join their words in one class");
      }
    }
  }
}
