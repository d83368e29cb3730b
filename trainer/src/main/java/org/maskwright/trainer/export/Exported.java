package org.maskwright.trainer.export;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was written.
 *
 * @param lines for a person
 * @param facts for a program: each a String, a Boolean, a Long or a Double, in order
 */
public record Exported(List<String> lines, Map<String, Object> facts) {
  /** Keeps copies. */
  public Exported {
    lines = List.copyOf(lines);
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** This, then another. */
  Exported and(Exported other) {
    List<String> allLines = new ArrayList<>(lines);
    allLines.addAll(other.lines);
    Map<String, Object> allFacts = new LinkedHashMap<>(facts);
    allFacts.putAll(other.facts);
    return new Exported(allLines, allFacts);
  }
}
