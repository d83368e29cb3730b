package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The table of docs/MODEL_ZOO.md against the models that the parts give. */
class ModelZooPageTest {
  private static final Path PAGE = Path.of("../docs/MODEL_ZOO.md");
  private static final String HEADER = "| name | K |";
  private static final double BILLION = 1e9;

  private static List<List<String>> rows() throws IOException {
    return Files.readAllLines(PAGE).stream()
        .dropWhile(line -> !line.startsWith(HEADER))
        .skip(2)
        .takeWhile(line -> line.startsWith("|"))
        .map(line -> Arrays.stream(line.split("\\|", -1)).skip(1).map(String::strip).toList())
        .toList();
  }

  /** Without what is said of a model behind a comma. */
  private static String name(List<String> row) {
    return row.get(0).split(",", -1)[0];
  }

  @Test
  void everyModelHasARowInTheOrderOfTheZoo() throws IOException {
    assertEquals(
        List.copyOf(Variants.names()), rows().stream().map(ModelZooPageTest::name).toList());
  }

  @Test
  void parametersAndOperationsAreThoseOfTheModels() throws IOException {
    List<String> expected = new ArrayList<>();
    List<String> actual = new ArrayList<>();
    for (List<String> row : rows()) {
      if (!row.get(1).isEmpty()) { // two small models come without numbers
        actual.add(String.join(" | ", row.subList(0, 6)));
        expected.add(row.get(0) + " | " + computed(name(row), row.get(1)));
      }
    }
    assertEquals(String.join("\n", expected), String.join("\n", actual));
  }

  private static String computed(String name, String classes) {
    int k = Integer.parseInt(classes);
    ModelSummary large = ModelSummary.of(Variants.get(name), k, 800, 1333);
    ModelSummary small = ModelSummary.of(Variants.get(name), k, 512, 512);
    return String.format(
        Locale.ROOT,
        "%s | %,d | %.0f | %s | %.0f",
        classes,
        large.parameters(),
        large.multiplyAdds() / BILLION,
        large.parts().stream()
            .map(part -> String.format(Locale.ROOT, "%.0f", part.multiplyAdds() / BILLION))
            .collect(Collectors.joining(" / ")),
        small.multiplyAdds() / BILLION);
  }
}
