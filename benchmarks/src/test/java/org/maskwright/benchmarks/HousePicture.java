package org.maskwright.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The picture of the house in docs/ARCHITECTURE.md, in Mermaid: modules, the packages of each, and
 * who uses whom within the large ones. An arrow that others imply is left out; who uses is above
 * what is used, in the text as on the page.
 */
final class HousePicture {
  static final String BEGIN = "<!-- drawn from the class files by HousePictureTest: begin -->";
  static final String END = "<!-- drawn from the class files by HousePictureTest: end -->";

  private static final List<String> LARGE = List.of("model-zoo", "trainer");

  private HousePicture() {}

  /** The text between the markers. */
  static String draw() {
    StringBuilder out = new StringBuilder();
    Map<String, Set<String>> modules = Packages.moduleArrows();
    out.append(
        "An arrow goes from who uses to what is used, itself or by way of other arrows.\n\n");
    out.append("Modules:\n\n").append(mermaid(modules));
    out.append("\n| module | its packages |\n|---|---|\n");
    Map<String, Set<String>> packages = Packages.ofModules();
    for (String module : fromTheTop(modules)) {
      out.append("| `%s` | %s |\n".formatted(module, listed(packages.get(module))));
    }
    for (String module : LARGE) {
      Set<String> own = packages.get(module);
      out.append("\nPackages of `%s`:\n\n".formatted(module)).append(mermaid(within(own)));
    }
    return out.toString();
  }

  private static String listed(Set<String> packages) {
    return packages.stream().map(HousePicture::last).collect(Collectors.joining(", "));
  }

  /** The arrows among packages of one module, by their names without what all have in common. */
  private static Map<String, Set<String>> within(Set<String> packages) {
    Map<String, Set<String>> arrows = new TreeMap<>();
    Packages.arrows()
        .forEach(
            (from, uses) -> {
              if (packages.contains(from)) {
                arrows.put(
                    last(from),
                    uses.stream()
                        .filter(packages::contains)
                        .map(HousePicture::last)
                        .collect(Collectors.toCollection(TreeSet::new)));
              }
            });
    return arrows;
  }

  private static String last(String name) {
    return name.substring(name.lastIndexOf('.') + 1);
  }

  private static String mermaid(Map<String, Set<String>> arrows) {
    StringBuilder out = new StringBuilder("```mermaid\nflowchart TD\n");
    List<String> order = fromTheTop(arrows);
    for (String name : order) {
      boolean alone =
          arrows.get(name).isEmpty()
              && arrows.values().stream().noneMatch(uses -> uses.contains(name));
      if (alone || !id(name).equals(name)) {
        out.append("    %s[%s]\n".formatted(id(name), name));
      }
    }
    for (String from : order) {
      List<String> to = new ArrayList<>(order);
      to.retainAll(notImplied(from, arrows));
      if (!to.isEmpty()) {
        out.append("    %s --> ".formatted(id(from)))
            .append(to.stream().map(HousePicture::id).collect(Collectors.joining(" & ")))
            .append('\n');
      }
    }
    return out.append("```\n").toString();
  }

  /** A name without the characters that mean something in Mermaid. */
  private static String id(String name) {
    return name.replaceAll("\\W", "_");
  }

  /** What is used and is not used by something else that is used; of a circle all of it. */
  private static Set<String> notImplied(String from, Map<String, Set<String>> arrows) {
    Set<String> out = new TreeSet<>(arrows.get(from));
    for (String by : arrows.get(from)) {
      Set<String> reached = Packages.reachable(by, arrows);
      if (!reached.contains(from) && !reached.contains(by)) {
        out.removeAll(reached);
      }
    }
    return out;
  }

  /** Who uses the most, directly or not, comes first: a user is before what it uses. */
  private static List<String> fromTheTop(Map<String, Set<String>> arrows) {
    return arrows.keySet().stream()
        .sorted(
            Comparator.comparing((String name) -> -Packages.reachable(name, arrows).size())
                .thenComparing(Comparator.naturalOrder()))
        .toList();
  }
}
