package org.maskwright.modelzoo.head;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.maskwright.modelzoo.text.WordClass;

/**
 * Classes with the words that they are known by.
 *
 * @param space the classes
 * @param words of each class, in the same order and of the same names
 */
public record Vocabulary(ClassSpace space, List<WordClass> words) {
  /** What stands between the words of a class. */
  private static final String BETWEEN_WORDS = "|";

  private static final String BETWEEN_CLASSES = ",";

  /** Checks that they belong together. */
  public Vocabulary {
    words = List.copyOf(words);
    List<String> names = space.names();
    List<String> said = words.stream().map(WordClass::name).toList();
    if (!names.equals(said)) {
      throw new IllegalArgumentException(
          "vocabulary: expected words of the classes %s, got those of %s".formatted(names, said));
    }
  }

  /** Each class by its name alone. */
  public static Vocabulary of(ClassSpace space) {
    return new Vocabulary(
        space, space.classes().stream().map(c -> WordClass.named(c.name())).toList());
  }

  /**
   * Each class by its name, or by the words that begin with it.
   *
   * @param synonyms words of classes, the class's name first, {@code |} between them: {@code
   *     car|automobile}
   * @throws IllegalArgumentException if one begins with the name of no class, or two with one name
   */
  public static Vocabulary of(ClassSpace space, List<String> synonyms) {
    Map<String, WordClass> byName = new HashMap<>();
    for (String text : synonyms) {
      WordClass words = words(text);
      if (byName.put(words.name(), words) != null) {
        throw new IllegalArgumentException(
            "synonyms: expected each class once, got '%s' twice".formatted(words.name()));
      }
    }
    List<WordClass> all =
        space.classes().stream()
            .map(
                c ->
                    byName.containsKey(c.name())
                        ? byName.remove(c.name())
                        : WordClass.named(c.name()))
            .toList();
    if (!byName.isEmpty()) {
      throw new IllegalArgumentException(
          "synonyms: no class is named %s; a class's name comes first, then %s, then its synonyms"
              .formatted(byName.keySet().stream().sorted().toList(), BETWEEN_WORDS));
    }
    return new Vocabulary(space, all);
  }

  /**
   * Classes as a person writes them: {@code crate, fishing boat|boat, sand}. Between classes stands
   * a comma, between words of one class {@code |}; the first word is its name.
   *
   * @param classes all of them
   * @param stuff the first words of those that are stuff; the others are things
   * @throws IllegalArgumentException if a word is empty, a class is there twice, or stuff names
   *     none
   */
  public static Vocabulary parse(String classes, String stuff) {
    List<WordClass> words =
        Arrays.stream(classes.split(BETWEEN_CLASSES, -1)).map(Vocabulary::words).toList();
    Set<String> unknown = new LinkedHashSet<>();
    if (!stuff.isBlank()) {
      Arrays.stream(stuff.split(BETWEEN_CLASSES, -1)).map(String::strip).forEach(unknown::add);
    }
    Set<String> names = new HashSet<>();
    List<ClassSpace.Entry> entries = new ArrayList<>();
    for (WordClass each : words) {
      if (!names.add(each.name())) {
        throw new IllegalArgumentException(
            "classes: expected each once, got '%s' twice; %s joins the words of one class"
                .formatted(each.name(), BETWEEN_WORDS));
      }
      entries.add(new ClassSpace.Entry(each.name(), !unknown.remove(each.name())));
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "stuff: expected first words of --classes %s, got %s".formatted(names, unknown));
    }
    return new Vocabulary(new ClassSpace(entries), words);
  }

  private static WordClass words(String text) {
    List<String> words =
        Arrays.stream(text.split(Pattern.quote(BETWEEN_WORDS), -1)).map(String::strip).toList();
    if (words.contains("")) {
      throw new IllegalArgumentException(
          "classes: expected words, got an empty one in '%s'".formatted(text.strip()));
    }
    return new WordClass(words.get(0), words);
  }

  /** K. */
  public int size() {
    return words.size();
  }

  /** Of each class whether one of its words is among others, whatever their case. */
  public boolean[] among(Collection<String> others) {
    Set<String> known = others.stream().map(Vocabulary::small).collect(Collectors.toSet());
    boolean[] out = new boolean[words.size()];
    for (int k = 0; k < out.length; k++) {
      out[k] = words.get(k).words().stream().map(Vocabulary::small).anyMatch(known::contains);
    }
    return out;
  }

  private static String small(String word) {
    return word.toLowerCase(Locale.ROOT);
  }
}
