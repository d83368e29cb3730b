package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.run.MetricsLog;
import org.maskwright.trainer.run.TinyRun;

/**
 * A kind of result that Maskwright does not know, {@link example.foreground.ForegroundKind}, from a
 * configuration file to pictures: nothing but a line in META-INF/services names it.
 */
class OtherKindIT {
  private static final String EVALUATED =
      "eval { tasks = [foreground, panoptic], best = foreground.error, every = 2 }, train.keep-checkpoints = 3";

  @TempDir private Path temp;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(
        new PrintWriter(out),
        new PrintWriter(err),
        Arrays.stream(args).map(Object::toString).toArray(String[]::new));
  }

  @Test
  void itIsEvaluatedDecidesTheBestCheckpointAndIsPredicted() throws IOException {
    Path folder = temp.resolve("run");
    Path config = TinyRun.write(temp, EVALUATED);
    assertEquals(0, run("train", config, "--run-dir", folder), err::toString);
    assertTrue(err.toString().contains("eval step=2 foreground error="), err::toString);
    List<MetricsLog.Line> lines =
        MetricsLog.read(folder.resolve("metrics.jsonl")).stream()
            .filter(line -> line.kind().equals("eval"))
            .toList();
    assertEquals(List.of(2L, 4L, 6L), lines.stream().map(MetricsLog.Line::step).toList());
    Comparator<MetricsLog.Line> byError =
        Comparator.comparingDouble(line -> line.values().get("foreground.error"));
    MetricsLog.Line least = lines.stream().min(byError).orElseThrow();
    assertNotEquals(
        least.step(), lines.stream().max(byError).orElseThrow().step(), "nothing to decide by");
    Path best = folder.resolve("checkpoints/best");
    assertEquals("step-%08d".formatted(least.step()), best.toRealPath().getFileName().toString());
    assertTrue(Files.readString(folder.resolve("summary.json")).contains("\"foreground.error\""));

    Path results = temp.resolve("results");
    assertEquals(0, run("eval", best, "--out", results, "--json"), err::toString);
    assertTrue(
        out.toString().contains("\"foreground.error\":" + least.values().get("foreground.error")),
        out::toString);
    String shares = Files.readString(results.resolve("foreground.json"));
    assertEquals(3, shares.split(":", -1).length - 1, shares);
    assertTrue(Files.exists(results.resolve("panoptic.json")));

    Path photographs = temp.resolve("scenes/images/val");
    Path predicted = temp.resolve("predicted");
    assertEquals(
        0,
        run("predict", best, photographs, "--task", "foreground", "--out", predicted),
        err::toString);
    try (var files = Files.list(photographs)) {
      for (Path photograph : files.toList()) {
        String name = photograph.getFileName().toString().replace(".jpg", "");
        assertTrue(Files.size(predicted.resolve(name + ".png")) > 0, name);
        String json = Files.readString(predicted.resolve(name + ".json"));
        assertTrue(json.contains("\"task\" : \"foreground\""), json);
        assertTrue(json.contains("\"percent\" : "), json);
      }
    }
  }

  @Test
  void aNameThatIsNearlyItsIsToldWhereItIsWritten() throws IOException {
    Path config = TinyRun.write(temp, "eval.tasks = [panoptic, foregrund]");
    assertEquals(3, run("train", config, "--run-dir", temp.resolve("run")));
    for (String part : List.of(config.getFileName() + ":", "eval.tasks: ", "mean foreground?")) {
      assertTrue(err.toString().contains(part), () -> part + " not in: " + err);
    }
    assertEquals(2, run("predict", temp, config, "--task", "panoptik", "--out", temp));
    assertTrue(err.toString().contains("--task: expected one of panoptic,"), err::toString);
    assertTrue(err.toString().contains("did you mean panoptic?"), err::toString);
  }
}
