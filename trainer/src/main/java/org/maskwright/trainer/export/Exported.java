package org.maskwright.trainer.export;

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
}
