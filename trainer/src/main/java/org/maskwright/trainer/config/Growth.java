package org.maskwright.trainer.config;

import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * How large a configuration becomes when its substitutions are resolved, found before they are: 40
 * lines that each hold the line before twice are a terabyte.
 *
 * <p>An upper bound, in characters: a value is as long as its text and everything that it refers
 * to; one that refers to itself m times, as {@code path += x} does, at most 3^(m/3) times as long
 * (the largest product of numbers of which the sum is m).
 */
final class Growth {
  /** Above this a configuration is refused. */
  static final long MAX_CHARACTERS = 10_000_000;

  private static final Pattern REFERENCE = Pattern.compile("\\$\\{\\??([^}]*)}");
  private static final char SEPARATOR = '\u0000';

  private final TreeMap<String, String> texts = new TreeMap<>(); // by path, of values and lists
  private final Map<String, Double> sizes = new HashMap<>();
  private final Set<String> open = new HashSet<>();

  private Growth() {}

  /**
   * Refuses a configuration that would become too large.
   *
   * @param merged with its substitutions
   * @param name of its file, for the message
   * @throws ConfigException if it would
   */
  static void check(ConfigObject merged, String name) {
    Growth growth = new Growth();
    growth.collect(merged, "");
    double total = 0;
    for (String path : growth.texts.keySet()) {
      total += growth.size(path);
      if (total > MAX_CHARACTERS) {
        String key = ConfigUtil.joinPath(path.substring(1).split(String.valueOf(SEPARATOR), -1));
        throw new ConfigException(
            name
                + ": "
                + key
                + ": with its substitutions the configuration would be larger than "
                + MAX_CHARACTERS
                + " characters; substitute less");
      }
    }
  }

  private void collect(ConfigObject object, String path) {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      String full = path + SEPARATOR + entry.getKey();
      if (!(entry.getValue() instanceof ConfigObject section && isOpen(section))) {
        texts.put(full, entry.getValue().render(ConfigRenderOptions.concise()));
      } else {
        collect(section, full);
      }
    }
  }

  /** Whether a section can be looked into: one that is merged with a substitution cannot. */
  private static boolean isOpen(ConfigObject section) {
    try {
      return !section.entrySet().isEmpty() || section.isEmpty();
    } catch (com.typesafe.config.ConfigException.NotResolved e) {
      return false;
    }
  }

  private double size(String path) {
    Double known = sizes.get(path);
    if (known != null) {
      return known;
    }
    open.add(path);
    String text = texts.get(path);
    double size = text.length();
    int toItself = 0;
    for (MatchResult reference : REFERENCE.matcher(text).results().toList()) {
      for (String target : targets(reference.group(1))) {
        if (target.equals(path)) {
          toItself++;
        } else if (!open.contains(target)) { // the library reports a cycle
          size += size(target);
        }
      }
    }
    open.remove(path);
    size *= Math.pow(3, toItself / 3.0);
    sizes.put(path, size);
    return size;
  }

  /** The values at a path, below it and, of sections that cannot be looked into, above it. */
  private List<String> targets(String reference) {
    List<String> keys;
    try {
      keys = ConfigUtil.splitPath(reference.strip());
    } catch (com.typesafe.config.ConfigException e) { // the library reports it
      return List.of();
    }
    List<String> out = new ArrayList<>();
    String path = "";
    for (String key : keys) {
      path += SEPARATOR + key;
      if (texts.containsKey(path)) {
        out.add(path);
      }
    }
    out.addAll(texts.subMap(path + SEPARATOR, path + (char) (SEPARATOR + 1)).keySet());
    return out;
  }
}
