package org.maskwright.datasets.hierarchy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.json.JsonTree;
import org.maskwright.settings.Names;

/**
 * Which class is a kind of which: a parent for each label but the roots.
 *
 * <table>
 *   <caption>What is read</caption>
 *   <tr><th>file</th><th>form</th></tr>
 *   <tr><td>{@code .json}</td><td>{@code {"poodle": "dog", "dog": "animal"}}; or {@code {"parents": {...},
 *       "levels": ["breed", "species", "kingdom"]}}, which names the levels from the leaves up</td></tr>
 *   <tr><td>{@code .csv}</td><td>LABEL,PARENT lines; a line {@code label,parent} before them is left out</td></tr>
 * </table>
 *
 * <p>A level is a number of steps from the leaves up, or a name. A label that has fewer labels
 * above it stands for itself, as its root does.
 *
 * @param file where it was read
 * @param parents of labels
 * @param levels names of the levels from the leaves up, may be empty
 */
public record LabelHierarchy(Path file, Map<String, String> parents, List<String> levels) {
  /**
   * Checks it.
   *
   * @throws DatasetException if a label is above itself
   */
  public LabelHierarchy {
    parents = Collections.unmodifiableMap(new LinkedHashMap<>(parents));
    levels = List.copyOf(levels);
    for (String label : parents.keySet()) {
      Set<String> seen = new LinkedHashSet<>();
      for (String at = label; at != null; at = parents.get(at)) {
        if (!seen.add(at)) {
          throw DatasetException.ofFile(
              file,
              "hierarchy: expected a parent nearer to a root for each label, got a circle: %s, %s"
                  .formatted(String.join(", ", seen), at));
        }
      }
    }
  }

  /**
   * Reads a file.
   *
   * @throws DatasetException if it is missing, of another form, or has a circle
   */
  public static LabelHierarchy read(Path file) {
    return file.toString().endsWith(".csv") ? ofTable(file) : ofJson(file);
  }

  private static LabelHierarchy ofJson(Path file) {
    JsonTree tree = JsonTree.read(file, Set.of());
    JsonTree parents = tree.find("parents").filter(JsonTree::isObject).orElse(tree);
    Map<String, String> out = new LinkedHashMap<>();
    for (String label : parents.keys()) {
      out.put(label, parents.get(label).text());
    }
    List<String> levels = new ArrayList<>();
    if (parents != tree) {
      tree.find("levels").ifPresent(l -> l.elements().forEach(name -> levels.add(name.text())));
    }
    return new LabelHierarchy(file, out, levels);
  }

  private static LabelHierarchy ofTable(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw DatasetException.ofFile(file, "hierarchy: cannot be read: " + e, e);
    }
    Map<String, String> out = new LinkedHashMap<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (line.isEmpty() || i == 0 && line.replace(" ", "").equalsIgnoreCase("label,parent")) {
        continue;
      }
      String[] cells = line.split(",", -1);
      if (cells.length != 2 || cells[0].isBlank() || cells[1].isBlank()) {
        throw DatasetException.ofFile(
            file, "hierarchy: line %d: expected LABEL,PARENT, got \"%s\"".formatted(i + 1, line));
      }
      String before = out.put(cells[0].strip(), cells[1].strip());
      if (before != null && !before.equals(cells[1].strip())) {
        throw DatasetException.ofFile(
            file,
            "hierarchy: line %d: expected one parent of %s, got %s and %s"
                .formatted(i + 1, cells[0].strip(), before, cells[1].strip()));
      }
    }
    return new LabelHierarchy(file, out, List.of());
  }

  /**
   * What labels are called on a level.
   *
   * @param labels the leaves: the classes of a data set
   * @param level a number of steps up, 0 = the labels themselves, or the name of a level
   * @return the label above each, in the order of the labels
   * @throws DatasetException if there is no such level, or a label has nothing above it
   */
  public Map<String, String> at(String level, List<String> labels) {
    int steps = steps(level);
    List<String> orphans = labels.stream().filter(label -> !parents.containsKey(label)).toList();
    if (steps > 0 && !orphans.isEmpty()) {
      throw DatasetException.ofFile(
          file,
          "hierarchy: expected a parent of each class, got none of %s%s"
              .formatted(orphans, Names.meant(orphans.get(0), List.copyOf(parents.keySet()))));
    }
    Map<String, String> out = new LinkedHashMap<>();
    for (String label : labels) {
      String at = label;
      for (int s = 0; s < steps && parents.containsKey(at); s++) {
        at = parents.get(at);
      }
      out.put(label, at);
    }
    return out;
  }

  /**
   * A control that says nothing: the labels divided at random into groups as large as those of a
   * level.
   *
   * @param seed of the division
   */
  public Map<String, String> random(String level, List<String> labels, long seed) {
    Map<String, String> own = at(level, labels);
    List<String> groups = new ArrayList<>(own.values());
    Collections.shuffle(groups, new Random(seed));
    Map<String, String> out = new LinkedHashMap<>();
    for (int i = 0; i < labels.size(); i++) {
      out.put(labels.get(i), "random " + groups.get(i));
    }
    return out;
  }

  private int steps(String level) {
    int named = levels.indexOf(level);
    if (named >= 0) {
      return named;
    }
    int depth = depth();
    if (!level.matches("\\d{1,6}") || Integer.parseInt(level) > depth) {
      throw DatasetException.ofFile(
          file,
          "label-level: expected 0 (the labels themselves) to %d steps up%s, got \"%s\""
              .formatted(depth, levels.isEmpty() ? "" : ", or one of " + levels, level));
    }
    return Integer.parseInt(level);
  }

  /** Most steps from a label to its root. */
  private int depth() {
    int most = 0;
    for (String label : parents.keySet()) {
      int steps = 0;
      for (String at = parents.get(label); at != null; at = parents.get(at)) {
        steps++;
      }
      most = Math.max(most, steps);
    }
    return most;
  }
}
