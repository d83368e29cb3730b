package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The tables of docs/evaluation.md say what the kinds say. */
class EvaluationPageTest {
  private static final Path PAGE = Path.of("../docs/evaluation.md");

  /** Rows of the table below a header. */
  private static List<String> rows(String header) throws IOException {
    List<String> lines = Files.readAllLines(PAGE);
    return lines.subList(lines.indexOf(header) + 2, lines.size()).stream()
        .takeWhile(line -> line.startsWith("|"))
        .toList();
  }

  @Test
  void everyBuiltInKindIsThere() throws IOException {
    List<String> expected =
        ResultKinds.builtIn().stream()
            .map(kind -> "| `%s` | %s |".formatted(kind.name(), kind.meaning()))
            .toList();
    assertEquals(expected, rows("| kind | what it is |"));
  }

  @Test
  void everyMetricIsThereWithItsDirection() throws IOException {
    List<String> expected =
        ResultKinds.builtIn().stream()
            .flatMap(kind -> kind.metrics().stream().map(metric -> row(kind, metric)))
            .toList();
    List<String> rows = rows("| metric | better | meaning |");
    assertEquals(expected, rows.subList(0, rows.size() - 1));
    for (String loss : List.of("total", "ce", "mask", "dice")) {
      String last = rows.get(rows.size() - 1);
      assertTrue(last.contains("`loss." + loss + "`") && last.contains("| smaller |"), last);
    }
  }

  private static String row(ResultKind<?> kind, Metric metric) {
    return "| `%s.%s` | %s | %s |"
        .formatted(
            kind.name(),
            metric.name(),
            metric.better().name().toLowerCase(Locale.ROOT),
            metric.meaning());
  }
}
