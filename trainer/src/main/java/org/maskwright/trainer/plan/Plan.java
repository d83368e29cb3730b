package org.maskwright.trainer.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Settings of a run, each with the reason for it. It is a configuration file that a person can
 * read, edit and run again.
 *
 * <p>Immutable.
 *
 * @param heading lines that stand above the settings
 * @param lines in their order; of one key the last counts
 */
public record Plan(List<String> heading, List<Line> lines) {
  /**
   * A setting.
   *
   * @param key full key, such as {@code train.steps}
   * @param value as HOCON
   * @param reason why, without a full stop; empty if the one above says it
   */
  public record Line(String key, String value, String reason) {}

  /** Keeps the lists. */
  public Plan {
    heading = List.copyOf(heading);
    lines = List.copyOf(lines);
  }

  /** This plan with a setting: in place of the one of its key, or at the end. */
  public Plan with(String key, Object value, String reason) {
    List<Line> out = new ArrayList<>(lines);
    Line line = new Line(key, String.valueOf(value), reason);
    for (int i = 0; i < out.size(); i++) {
      if (out.get(i).key().equals(key)) {
        out.set(i, line);
        return new Plan(heading, out);
      }
    }
    out.add(line);
    return new Plan(heading, out);
  }

  /** Whether there is a line for a key. */
  boolean has(String key) {
    return lines.stream().anyMatch(line -> line.key().equals(key));
  }

  /** The value of a key, as it was given. */
  public String get(String key) {
    return lines.stream()
        .filter(line -> line.key().equals(key))
        .map(Line::value)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("plan: has no " + key));
  }

  /** The content of a configuration file; reasons are comments, written once where they repeat. */
  public String toConf() {
    StringBuilder out = new StringBuilder();
    heading.forEach(line -> out.append("# ").append(line).append('\n'));
    for (Map.Entry<String, List<Line>> group : byReason().entrySet()) {
      out.append('\n');
      if (!group.getKey().isEmpty()) {
        out.append("# ").append(group.getKey()).append('\n');
      }
      for (Line line : group.getValue()) {
        out.append(line.key()).append(" = ").append(line.value()).append('\n');
      }
    }
    return out.toString();
  }

  private Map<String, List<Line>> byReason() {
    Map<String, List<Line>> out = new LinkedHashMap<>();
    lines.forEach(line -> out.computeIfAbsent(line.reason(), r -> new ArrayList<>()).add(line));
    return out;
  }
}
