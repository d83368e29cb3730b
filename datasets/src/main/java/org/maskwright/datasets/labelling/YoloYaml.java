package org.maskwright.datasets.labelling;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.folder.TextFile;

/**
 * The few forms of YAML in which YOLO's {@code data.yaml} is written: keys at the line's start,
 * values of one line, lists in brackets or of one line each, names by number.
 *
 * @param values of each key, in order; a mapping's by rising number
 */
record YoloYaml(Map<String, List<String>> values) {
  private static final Pattern KEY = Pattern.compile("([A-Za-z_]+)\\s*:\\s*(.*)");
  private static final Pattern ELEMENT = Pattern.compile("\\s*-\\s+(.*)");
  private static final Pattern NUMBERED = Pattern.compile("\\s*[\"']?(\\d+)[\"']?\\s*:\\s*(.*)");
  private static final Pattern ESCAPED = Pattern.compile("\\\\(.)");

  /** What may stand before a text in quotes. */
  private static final String BEFORE_QUOTES = ":,[{-";

  /**
   * Reads a file.
   *
   * @throws DatasetException if names are numbered with gaps
   */
  static YoloYaml read(Path file) {
    Map<String, List<String>> values = new LinkedHashMap<>();
    List<String> current = new ArrayList<>();
    int number = 0;
    for (String raw : TextFile.lines(file)) {
      number++;
      String line = uncommented(raw).stripTrailing();
      Matcher key = KEY.matcher(line);
      Matcher element = ELEMENT.matcher(line);
      Matcher numbered = NUMBERED.matcher(line);
      if (key.matches()) {
        current = new ArrayList<>(split(key.group(2)));
        values.put(key.group(1), current);
      } else if (numbered.matches()) {
        require(file, number, numbered.group(1), current);
        current.add(unquoted(numbered.group(2)));
      } else if (element.matches()) {
        current.add(unquoted(element.group(1)));
      }
    }
    return new YoloYaml(values);
  }

  private static void require(Path file, int line, String number, List<String> before) {
    if (Integer.parseInt(number) != before.size()) {
      throw DatasetException.ofFile(
          file,
          "line %d: expected the name of class %d, got that of %s; number the names from 0 without gaps"
              .formatted(line, before.size(), number));
    }
  }

  /** A scalar, [a, b] or {0: a, 1: b}. */
  private static List<String> split(String value) {
    String text = value.strip();
    boolean list = text.startsWith("[") && text.endsWith("]");
    boolean map = text.startsWith("{") && text.endsWith("}");
    if (!list && !map) {
      return text.isEmpty() ? List.of() : List.of(unquoted(text));
    }
    List<String> parts = new ArrayList<>();
    StringBuilder part = new StringBuilder();
    char quote = 0;
    for (char c : text.substring(1, text.length() - 1).toCharArray()) {
      quote = quote == 0 && (c == '"' || c == '\'') ? c : quote == c ? 0 : quote;
      if (c == ',' && quote == 0) {
        parts.add(part.toString());
        part.setLength(0);
      } else {
        part.append(c);
      }
    }
    parts.add(part.toString());
    return parts.stream()
        .filter(p -> !p.isBlank())
        .map(p -> unquoted(map ? p.substring(p.indexOf(':') + 1) : p))
        .toList();
  }

  /** A line without its comment; in quotes there is none. */
  private static String uncommented(String line) {
    char quote = 0;
    char before = ' ';
    char word = ':'; // the last that is no space
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if (quote == '"' && c == '\\') {
        i++;
      } else if (quote != 0) {
        quote = c == quote ? 0 : quote;
      } else if ((c == '"' || c == '\'') && BEFORE_QUOTES.indexOf(word) >= 0) {
        quote = c;
      } else if (c == '#' && Character.isWhitespace(before)) {
        return line.substring(0, i);
      }
      before = c;
      word = Character.isWhitespace(c) ? word : c;
    }
    return line;
  }

  private static String unquoted(String value) {
    String text = value.strip();
    boolean quoted =
        text.length() > 1
            && (text.charAt(0) == '"' || text.charAt(0) == '\'')
            && text.charAt(0) == text.charAt(text.length() - 1);
    if (!quoted) {
      return text;
    }
    String inside = text.substring(1, text.length() - 1);
    return text.charAt(0) == '"'
        ? ESCAPED
            .matcher(inside)
            .replaceAll(
                escape ->
                    Matcher.quoteReplacement(escape.group(1).equals("n") ? "\n" : escape.group(1)))
        : inside.replace("''", "'");
  }

  /** The values of a key; none if it is not there. */
  List<String> of(String key) {
    return values.getOrDefault(key, List.of());
  }
}
