package org.maskwright.settings;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Spelling of names, and the known name nearest to a wrong one. */
public final class Names {
  /** Between a lower-case letter or digit and an upper-case letter: maxSteps, layer2Lr. */
  private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");

  /** So many names are read in a message. */
  private static final int MOST_SHOWN = 10;

  private Names() {}

  /** {@code maxSteps} and {@code MultiStep} as {@code max-steps} and {@code multi-step}. */
  public static String hyphenated(String javaName) {
    return HUMP.matcher(javaName).replaceAll("-").toLowerCase(Locale.ROOT);
  }

  /** So that {@code batch_size} and {@code batchSize} are no distance from {@code batch-size}. */
  public static String normalised(String name) {
    return hyphenated(name).replace('_', '-');
  }

  /**
   * The known name that a wrong one was probably meant to be: that of the least edit distance, if
   * it is at most a third of the length, or 2.
   */
  public static Optional<String> nearest(String wrong, Collection<String> known) {
    String normal = normalised(wrong);
    String nearest = null;
    int least = Math.max(2, normal.length() / 3) + 1;
    for (String name : known) {
      int distance = editDistance(normal, normalised(name));
      if (distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** For the end of a message: {@code ; did you mean NAME?}, or nothing if no name is near. */
  public static String meant(String wrong, Collection<String> known) {
    return nearest(wrong, known).map(name -> "; did you mean " + name + "?").orElse("");
  }

  /** The first ten, and how many more there are. */
  public static String some(List<String> names) {
    String first = String.join(", ", names.subList(0, Math.min(MOST_SHOWN, names.size())));
    return names.size() > MOST_SHOWN
        ? "%s and %d more".formatted(first, names.size() - MOST_SHOWN)
        : first;
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
