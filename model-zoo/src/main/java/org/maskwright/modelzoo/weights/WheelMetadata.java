package org.maskwright.modelzoo.weights;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a wheel says about its package.
 *
 * <p><b>Source</b> the core metadata specification of the Python Packaging Authority: header lines
 * up to the first empty one; {@code License-Expression} since 2.4 (PEP 639), before it {@code
 * License} and the trove classifiers.
 *
 * @param name of the package
 * @param version of the package
 * @param author empty if it does not say
 * @param terms the licence's name; empty if it does not say
 */
record WheelMetadata(String name, String version, Optional<String> author, Optional<String> terms) {
  /** More than any has. */
  static final int MAX_BYTES = 1 << 20;

  private static final String METADATA = "METADATA";
  private static final Pattern LICENCE_FILE =
      Pattern.compile("(licenses/)?(LICEN[SC]E|COPYING)[^/]*", Pattern.CASE_INSENSITIVE);
  private static final String CLASSIFIER = "License :: ";
  private static final int LONGEST_NAME = 120;

  /** Whether an entry of the dist-info folder is read. */
  static boolean needs(String entry) {
    String inside = entry.substring(entry.indexOf('/') + 1);
    return inside.equals(METADATA) || LICENCE_FILE.matcher(inside).matches();
  }

  /**
   * Reads it.
   *
   * @param texts by their names in the dist-info folder
   */
  static WheelMetadata of(Map<String, String> texts) {
    List<String> header =
        texts.getOrDefault(METADATA, "").lines().takeWhile(l -> !l.isBlank()).toList();
    return new WheelMetadata(
        first(header, "Name").orElse("of no name"),
        first(header, "Version").orElse(""),
        first(header, "Author").or(() -> first(header, "Author-email")),
        first(header, "License-Expression")
            .or(() -> first(header, "License"))
            .or(() -> classified(header))
            .or(() -> heading(texts)));
  }

  /** For people, with the package's name: the terms are those of the package. */
  String licence() {
    String from = "package %s %s".formatted(name, version).strip();
    return terms.map(text -> text + " (" + from + ")").orElse(from + " does not say");
  }

  private static Optional<String> first(List<String> header, String field) {
    return values(header, field).stream().filter(WheelMetadata::says).findFirst();
  }

  private static boolean says(String value) {
    return !value.isEmpty() && !value.equalsIgnoreCase("UNKNOWN");
  }

  private static List<String> values(List<String> header, String field) {
    List<String> out = new ArrayList<>();
    for (String line : header) {
      if (line.regionMatches(true, 0, field + ":", 0, field.length() + 1)) {
        String value = line.substring(field.length() + 1).strip();
        out.add(value.substring(0, Math.min(value.length(), LONGEST_NAME)));
      }
    }
    return out;
  }

  /** {@code License :: OSI Approved :: MIT License} as its last words. */
  private static Optional<String> classified(List<String> header) {
    String all =
        values(header, "Classifier").stream()
            .filter(value -> value.startsWith(CLASSIFIER))
            .map(value -> value.substring(value.lastIndexOf(":: ") + 3))
            .filter(value -> !value.equals("OSI Approved"))
            .collect(Collectors.joining(", "));
    return Optional.of(all).filter(WheelMetadata::says);
  }

  /** The first words of the licence itself. */
  private static Optional<String> heading(Map<String, String> texts) {
    return texts.entrySet().stream()
        .filter(text -> LICENCE_FILE.matcher(text.getKey()).matches())
        .flatMap(
            text -> text.getValue().lines().map(String::strip).filter(WheelMetadata::says).limit(1))
        .map(line -> line.substring(0, Math.min(line.length(), LONGEST_NAME)))
        .findFirst();
  }
}
