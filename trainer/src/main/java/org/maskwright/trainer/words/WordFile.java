package org.maskwright.trainer.words;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.TextFile;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.modelzoo.text.WordClass;

/**
 * The classes of a file, with their words. One class a line:
 *
 * <ul>
 *   <li>a name;
 *   <li>{@code name|synonym|...};
 *   <li>{@code id:name,synonym,...} in every line, as OpenSeg and FC-CLIP publish them; an id 0 of
 *       {@code invalid_class_id} is no class;
 * </ul>
 *
 * or the categories of a JSON of COCO's or LVIS's, by id. Blank lines and those that begin with
 * {@code #} are nothing.
 *
 * @param classes in the file's order, of different names
 * @param notes what was guessed or left out, for the user
 */
public record WordFile(List<WordClass> classes, List<String> notes) {
  private static final Pattern NUMBERED = Pattern.compile("\\d{1,9}\\s*:(.*)");
  private static final Pattern LISTED = Pattern.compile("[,;]");
  private static final Pattern BARS = Pattern.compile("\\|");
  private static final String NO_CLASS = "invalid_class_id";

  /** Copies the lists. */
  public WordFile {
    classes = List.copyOf(classes);
    notes = List.copyOf(notes);
  }

  /**
   * Reads a file.
   *
   * @param synonyms whether names with commas or semicolons, such as those of ADE20K, are lists of
   *     synonyms, and whether LVIS's {@code synonyms} are words too
   * @throws DatasetException if it names no class, one class twice, or a class without a word
   */
  public static WordFile read(Path file, boolean synonyms) {
    List<String> notes = new ArrayList<>();
    List<Line> lines =
        file.getFileName().toString().toLowerCase(Locale.ROOT).endsWith(".json")
            ? ofJson(file, synonyms)
            : ofText(file, synonyms, notes);
    if (lines.isEmpty()) {
      throw DatasetException.ofFile(file, "expected classes, one a line, found none");
    }
    Map<String, Line> byName = new HashMap<>();
    List<WordClass> classes = new ArrayList<>();
    for (Line line : lines) {
      Line before = byName.putIfAbsent(line.name(), line);
      if (before != null) {
        throw DatasetException.ofFile(
            file,
            "%s: the class \"%s\" is that of %s too; join their words in one"
                .formatted(line.place(), line.name(), before.place()));
      }
      classes.add(line.toClass(file));
    }
    return new WordFile(classes, notes);
  }

  /**
   * One class as it was read.
   *
   * @param place of it in the file, for people
   */
  private record Line(String place, String name, List<String> words) {
    WordClass toClass(Path file) {
      Set<String> distinct = new LinkedHashSet<>();
      words.stream().map(String::strip).filter(word -> !word.isEmpty()).forEach(distinct::add);
      try {
        return new WordClass(name, List.copyOf(distinct));
      } catch (IllegalArgumentException e) {
        throw DatasetException.ofFile(file, place + ": " + e.getMessage(), e);
      }
    }
  }

  private static List<Line> ofText(Path file, boolean synonyms, List<String> notes) {
    TextFile text = TextFile.read(file);
    text.notice().ifPresent(notes::add);
    List<Integer> said = new ArrayList<>();
    for (int i = 0; i < text.lines().size(); i++) {
      String line = text.lines().get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        said.add(i);
      }
    }
    boolean numbered =
        said.stream().allMatch(i -> NUMBERED.matcher(text.lines().get(i).strip()).matches());
    List<Line> lines = new ArrayList<>();
    for (int i : said) {
      Line line = line("line " + (i + 1), text.lines().get(i).strip(), numbered, synonyms);
      if (line.name().equals(NO_CLASS)) {
        notes.add(line.place() + ": " + NO_CLASS + " is no class, left out");
      } else {
        lines.add(line);
      }
    }
    return lines;
  }

  private static Line line(String place, String text, boolean numbered, boolean synonyms) {
    Matcher matcher = NUMBERED.matcher(text);
    if (numbered && matcher.matches()) {
      return line(place, LISTED.split(matcher.group(1), -1));
    }
    if (text.contains("|")) {
      return line(place, BARS.split(text, -1));
    }
    return synonyms ? line(place, LISTED.split(text, -1)) : new Line(place, text, List.of(text));
  }

  private static Line line(String place, String[] words) {
    return new Line(place, words[0].strip(), Arrays.asList(words));
  }

  private static List<Line> ofJson(Path file, boolean synonyms) {
    try {
      JsonTree all = JsonTree.read(file, Set.of("annotations", "images"));
      List<JsonTree> categories =
          new ArrayList<>((all.isList() ? all : all.get("categories")).elements());
      categories.sort(Comparator.comparingInt(each -> each.get("id").integer()));
      return categories.stream().map(each -> category(each, synonyms)).toList();
    } catch (DatasetException e) {
      throw e.getMessage().startsWith(file.toString())
          ? e
          : DatasetException.ofFile(file, e.getMessage(), e);
    }
  }

  private static Line category(JsonTree category, boolean synonyms) {
    String name = category.get("name").text();
    String place = "category " + category.get("id").integer();
    Optional<JsonTree> others = category.find("synonyms").filter(each -> synonyms);
    if (others.isPresent()) {
      return new Line(
          place,
          name,
          Stream.concat(Stream.of(name), others.get().elements().stream().map(JsonTree::text))
              .toList());
    }
    return line(place, name, false, synonyms);
  }
}
