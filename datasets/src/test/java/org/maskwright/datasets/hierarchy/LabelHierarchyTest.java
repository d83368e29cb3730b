package org.maskwright.datasets.hierarchy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.DatasetException;

/** Parents of labels. */
class LabelHierarchyTest {
  private static final List<String> LEAVES = List.of("poodle", "pug", "siamese", "oak");
  private static final String JSON =
      """
      {"parents": {"poodle": "dog", "pug": "dog", "siamese": "cat", "oak": "tree",
                   "dog": "animal", "cat": "animal"},
       "levels": ["breed", "species"]}
      """;

  @TempDir Path folder;

  private LabelHierarchy read(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.writeString(file, text);
    return LabelHierarchy.read(file);
  }

  @Test
  void aLevelIsStepsUpOrAName() throws IOException {
    LabelHierarchy hierarchy = read("h.json", JSON);
    assertEquals(List.of("poodle", "pug", "siamese", "oak"), up(hierarchy, "0"));
    assertEquals(List.of("dog", "dog", "cat", "tree"), up(hierarchy, "1"));
    assertEquals(up(hierarchy, "1"), up(hierarchy, "species"));
    assertEquals(
        List.of("animal", "animal", "animal", "tree"), up(hierarchy, "2"), "a root stays itself");
  }

  private static List<String> up(LabelHierarchy hierarchy, String level) {
    return List.copyOf(hierarchy.at(level, LEAVES).values());
  }

  @Test
  void aTableSaysTheSameAsJson() throws IOException {
    LabelHierarchy table =
        read("h.csv", "label,parent\npoodle,dog\npug,dog\nsiamese,cat\noak,tree\n");
    assertEquals(up(read("h.json", JSON), "1"), up(table, "1"));
  }

  @Test
  void theControlHasGroupsOfTheSameSizesAndNoMeaning() throws IOException {
    List<String> many = IntStream.range(0, 40).mapToObj(i -> "leaf" + i).toList();
    String text =
        many.stream()
            .map(leaf -> leaf + ",kind" + Integer.parseInt(leaf.substring(4)) % 5 + "\n")
            .collect(Collectors.joining());
    LabelHierarchy hierarchy = read("many.csv", text);
    Map<String, String> random = hierarchy.random("1", many, 7);
    assertEquals(sizes(hierarchy.at("1", many).values()), sizes(random.values()));
    assertEquals(random, hierarchy.random("1", many, 7), "of one seed the same");
    assertNotEquals(random, hierarchy.random("1", many, 8));
  }

  private static List<Long> sizes(Collection<String> groups) {
    return groups.stream()
        .collect(Collectors.groupingBy(g -> g, Collectors.counting()))
        .values()
        .stream()
        .sorted()
        .toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a,b;b,c;c,a | 1 | got a circle: a, b, c, a",
        "poodle,dog;pug,dog;siamese,cat | 1 | expected a parent of each class, got none of [oak]",
        "poodle,dog;pug,dog;siamese,cat;oak,tree | 3 | expected 0 (the labels themselves) to 1 steps up, got \"3\"",
        "poodle,dog;pug,dog;siamese,cat;oak,tree | genus | got \"genus\"",
        "poodle,dog;poodle,cat | 1 | expected one parent of poodle, got dog and cat",
        "poodle | 1 | line 1: expected LABEL,PARENT",
      })
  void whatIsWrongIsNamed(String lines, String level, String expected) {
    String message =
        assertThrows(
                DatasetException.class,
                () -> read("wrong.csv", lines.replace(";", "\n")).at(level, LEAVES))
            .getMessage();
    assertTrue(message.contains(expected), message);
  }
}
