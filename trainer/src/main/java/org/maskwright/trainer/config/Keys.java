package org.maskwright.trainer.config;

import com.typesafe.config.ConfigUtil;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Spelling of keys: Java names in hyphens, paths, and the known key nearest to a wrong one. */
final class Keys {
  /** Between a lower-case letter or digit and an upper-case letter: maxSteps, layer2Lr. */
  private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  private Keys() {}

  /** {@code maxSteps} and {@code MultiStep} as {@code max-steps} and {@code multi-step}. */
  static String hyphenated(String javaName) {
    return HUMP.matcher(javaName).replaceAll("-").toLowerCase(Locale.ROOT);
  }

  /** {@code MULTI_STEP} as {@code multi-step}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The keys of a record's components. */
  static List<String> of(Class<?> recordType) {
    return Arrays.stream(recordType.getRecordComponents()).map(Keys::of).toList();
  }

  static String of(RecordComponent component) {
    return hyphenated(component.getName());
  }

  static String join(String path, String key) {
    String quoted = ConfigUtil.joinPath(key);
    return path.isEmpty() ? quoted : path + "." + quoted;
  }

  /** The known key that a wrong one was probably meant to be. */
  static Optional<String> nearest(String wrong, Collection<String> known) {
    String normal = normalised(wrong);
    String nearest = null;
    int least = Math.max(2, normal.length() / 3) + 1;
    for (String key : known) {
      int distance = editDistance(normal, normalised(key));
      if (distance < least) {
        least = distance;
        nearest = key;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** Full paths below a settings type whose last key is {@code key}. */
  static List<String> pathsEndingWith(String key, Class<?> root) {
    var found = new ArrayList<String>();
    collect(root, "", normalised(key), found);
    return found;
  }

  private static void collect(Class<?> type, String path, String wanted, List<String> found) {
    if (type.isSealed()) {
      for (Class<?> variant : type.getPermittedSubclasses()) {
        collect(variant, join(path, hyphenated(variant.getSimpleName())), wanted, found);
      }
    } else if (type.isRecord()) {
      for (RecordComponent component : type.getRecordComponents()) {
        String key = of(component);
        if (normalised(key).equals(wanted)) {
          found.add(join(path, key));
        }
        collect(component.getType(), join(path, key), wanted, found);
      }
    }
  }

  /** So that {@code batch_size} and {@code batchSize} are no distance from {@code batch-size}. */
  private static String normalised(String key) {
    return hyphenated(key).replace('_', '-');
  }

  /** Levenshtein's distance: insertions, deletions and replacements of one letter. */
  private static int editDistance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    int[] current = new int[b.length() + 1];
    Arrays.setAll(previous, j -> j);
    for (int i = 1; i <= a.length(); i++) {
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
      }
      int[] swap = previous;
      previous = current;
      current = swap;
    }
    return previous[b.length()];
  }
}
