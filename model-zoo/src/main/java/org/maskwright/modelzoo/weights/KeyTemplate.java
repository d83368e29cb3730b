package org.maskwright.modelzoo.weights;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A key with holes: {@code {s}} a number, {@code {s+2}} and {@code {3-s}} numbers derived from it,
 * {@code {p=weight|bias}} one of some texts, {@code [a,b,c]} three keys at once, of which {@code -}
 * is one that there is not.
 */
final class KeyTemplate {
  private static final Pattern HOLE =
      Pattern.compile("\\{(?:(\\d+)-)?([a-z]+)(?:\\+(\\d+))?(?:=((?:[^{}]|\\{[^{}]*\\})+))?\\}");
  private static final Pattern BRANCHES = Pattern.compile("\\[([^\\]]+)\\]");

  /** A literal, or a hole: value = base + sign * bound. */
  private record Part(String literal, String name, int base, int sign, String choices) {
    static Part literal(String text) {
      return new Part(text, null, 0, 0, null);
    }

    boolean isNumber() {
      return choices == null;
    }
  }

  private static final Pattern NEVER = Pattern.compile("(?!)");
  private static final String ABSENT = "-";

  private final List<List<Part>> branches = new ArrayList<>();
  private final List<Pattern> patterns = new ArrayList<>();

  /**
   * @param choicesOfOther the other column's template, whose {@code {p=...}} this one's {@code {p}}
   *     refers to
   */
  KeyTemplate(String text, String choicesOfOther) {
    Map<String, String> choices = new HashMap<>();
    for (String source : List.of(text, choicesOfOther)) {
      Matcher holes = HOLE.matcher(source);
      while (holes.find()) {
        if (holes.group(4) != null) {
          choices.put(holes.group(2), holes.group(4));
        }
      }
    }
    for (String branch : expand(text)) {
      List<Part> parts = branch.equals(ABSENT) ? List.of() : parse(branch, choices);
      branches.add(parts);
      patterns.add(parts.isEmpty() ? NEVER : pattern(parts));
    }
  }

  private static List<String> expand(String text) {
    // Square brackets inside a hole are a regular expression's, so holes are hidden first.
    Matcher group =
        BRANCHES.matcher(HOLE.matcher(text).replaceAll(m -> "_".repeat(m.group().length())));
    if (!group.find()) {
      return List.of(text);
    }
    List<String> expanded = new ArrayList<>();
    for (String branch : group.group(1).split(",", -1)) {
      expanded.add(
          branch.equals(ABSENT)
              ? ABSENT
              : text.substring(0, group.start()) + branch + text.substring(group.end()));
    }
    return expanded;
  }

  private static List<Part> parse(String text, Map<String, String> choices) {
    List<Part> parts = new ArrayList<>();
    Matcher hole = HOLE.matcher(text);
    int end = 0;
    while (hole.find()) {
      parts.add(Part.literal(text.substring(end, hole.start())));
      boolean reversed = hole.group(1) != null;
      String number = reversed ? hole.group(1) : hole.group(3);
      int base = number == null ? 0 : Integer.parseInt(number);
      parts.add(new Part(null, hole.group(2), base, reversed ? -1 : 1, choices.get(hole.group(2))));
      end = hole.end();
    }
    parts.add(Part.literal(text.substring(end)));
    return parts;
  }

  private static Pattern pattern(List<Part> parts) {
    StringBuilder regex = new StringBuilder();
    for (Part part : parts) {
      if (part.literal() != null) {
        regex.append(Pattern.quote(part.literal()));
      } else if (part.isNumber()) {
        regex.append("(?<").append(part.name()).append(">\\d{1,4})");
      } else {
        regex.append("(?<").append(part.name()).append('>').append(part.choices()).append(')');
      }
    }
    return Pattern.compile(regex.toString());
  }

  /** What a key binds the holes to, and which of the branches it is. */
  record Match(int branch, Map<String, String> bound) {}

  Optional<Match> match(String key) {
    for (int i = 0; i < patterns.size(); i++) {
      Matcher matcher = patterns.get(i).matcher(key);
      if (!matcher.matches()) {
        continue;
      }
      Map<String, String> bound = new HashMap<>();
      boolean valid = true;
      for (Part part : branches.get(i)) {
        if (part.literal() != null) {
          continue;
        }
        String text = matcher.group(part.name());
        if (part.isNumber()) {
          int value = part.sign() * (Integer.parseInt(text) - part.base());
          valid &= value >= 0;
          text = Integer.toString(value);
        }
        bound.put(part.name(), text);
      }
      if (valid) {
        return Optional.of(new Match(i, bound));
      }
    }
    return Optional.empty();
  }

  /** Whether a branch is a key that there is not. */
  boolean isAbsent(int branch) {
    return branches.get(branch).isEmpty();
  }

  /** The key of one branch, or empty if there is none or a derived number would be negative. */
  Optional<String> render(Map<String, String> bound, int branch) {
    if (isAbsent(branch)) {
      return Optional.empty();
    }
    StringBuilder key = new StringBuilder();
    for (Part part : branches.get(branch)) {
      if (part.literal() != null) {
        key.append(part.literal());
      } else if (part.isNumber()) {
        int value = part.base() + part.sign() * Integer.parseInt(bound.get(part.name()));
        if (value < 0) {
          return Optional.empty();
        }
        key.append(value);
      } else {
        key.append(bound.get(part.name()));
      }
    }
    return Optional.of(key.toString());
  }
}
