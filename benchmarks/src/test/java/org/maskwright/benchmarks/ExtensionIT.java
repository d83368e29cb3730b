package org.maskwright.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.run.MetricsLog;

/**
 * A backbone, a loss term, a supervision, an optimiser, a kind of result and a pretext task of
 * someone else ({@link example}), in whole runs from a configuration file: nothing but lines in
 * META-INF/services names them.
 */
class ExtensionIT {
  private static final Path CONFIG = Path.of("src/test/resources/example/extension.conf");
  private static final String LAST = "checkpoints/step-00000003";

  @TempDir private Path temp;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    String[] words = List.of(args).stream().map(Object::toString).toArray(String[]::new);
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), words);
  }

  private int train(Path folder, String... settings) {
    List<Object> args = new ArrayList<>(List.of("train", CONFIG, "--run-dir", folder));
    args.addAll(List.of("--set", "data.root=" + temp.resolve("scenes")));
    for (String setting : settings) {
      args.addAll(List.of("--set", setting));
    }
    return run(args.toArray());
  }

  private static List<MetricsLog.Line> lines(Path folder, String kind) throws IOException {
    return MetricsLog.read(folder.resolve("metrics.jsonl")).stream()
        .filter(line -> line.kind().equals(kind))
        .toList();
  }

  private static List<String> losses(Path folder) throws IOException {
    return lines(folder, "train").stream()
        .map(line -> line.step() + " " + line.values().get("loss"))
        .toList();
  }

  private void assertSays(String... parts) {
    for (String part : parts) {
      assertTrue(err.toString().contains(part), () -> part + " not in: " + err);
    }
  }

  @Test
  void allOfItTrainsIsEvaluatedPredictedAndExported() throws IOException {
    Path folder = temp.resolve("run");
    assertEquals(0, train(folder), err::toString);
    for (MetricsLog.Line line : lines(folder, "train")) {
      assertTrue(line.values().get("loss_tversky") > 0, line::toString);
    }
    List<MetricsLog.Line> evaluated = lines(folder, "eval");
    assertEquals(List.of(1L, 2L, 3L), evaluated.stream().map(MetricsLog.Line::step).toList());
    MetricsLog.Line least =
        evaluated.stream()
            .min(Comparator.comparingDouble(line -> line.values().get("foreground.error")))
            .orElseThrow();
    Path best = folder.resolve("checkpoints/best");
    assertEquals("step-%08d".formatted(least.step()), best.toRealPath().getFileName().toString());

    Path results = temp.resolve("results");
    assertEquals(0, run("eval", best, "--out", results, "--json"), err::toString);
    String error = "\"foreground.error\":" + least.values().get("foreground.error");
    assertTrue(out.toString().contains(error), out::toString);
    String shares = Files.readString(results.resolve("foreground.json"));
    assertEquals(3, shares.split(":", -1).length - 1, shares);

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
        assertTrue(json.contains("\"percent\" : "), json);
      }
    }

    Path exported = temp.resolve("exported");
    assertEquals(0, run("export", best, "--to", "official", "--out", exported), err::toString);
    assertTrue(Files.size(exported.resolve("model_final.pth")) > 0);
    Path optimizer = folder.resolve(LAST).resolve("optimizer.safetensors");
    assertTrue(
        Safetensors.read(optimizer).keys().stream().anyMatch(n -> n.startsWith("momentum.")));
  }

  @ParameterizedTest
  @CsvSource({"segmentation, loss_tversky", "colour-segments, loss_colour"})
  void aResumedRunEndsWithTheBitsOfOneNeverStopped(String task, String loss) throws IOException {
    Path whole = temp.resolve("whole");
    Path parts = temp.resolve("parts");
    String type = "train.task.type=" + task;
    assertEquals(0, train(whole, type, "eval.every=0"), err::toString);
    assertEquals(0, train(parts, type, "eval.every=0"), err::toString);
    cutAfterFirstStep(parts);
    assertEquals(0, run("train", "--resume", parts), err::toString);
    assertSays("resuming after step 1");
    List<String> names = new ArrayList<>(List.of("model.safetensors", "optimizer.safetensors"));
    if (task.equals("colour-segments")) {
      names.add("task.safetensors"); // a parameter of its own
    }
    for (String name : names) {
      Path file = Path.of(LAST).resolve(name);
      assertArrayEquals(
          Files.readAllBytes(whole.resolve(file)), Files.readAllBytes(parts.resolve(file)), name);
    }
    assertEquals(losses(whole), losses(parts));
    assertEquals(3, losses(whole).size());
    lines(whole, "train").forEach(line -> assertTrue(line.values().get(loss) > 0, line::toString));
  }

  /** As a run that was killed after its first step. */
  private static void cutAfterFirstStep(Path folder) throws IOException {
    Path checkpoints = folder.resolve("checkpoints");
    try (var paths = Files.walk(checkpoints)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        if (!path.equals(checkpoints) && !path.toString().contains("step-00000001")) {
          Files.delete(path);
        }
      }
    }
    Files.deleteIfExists(folder.resolve("summary.json"));
    assertFalse(Files.exists(folder.resolve(LAST)));
  }

  /** Less colour is lost, and no annotation is needed for it. */
  @Test
  void thePretextTaskLearns() throws IOException {
    Path folder = temp.resolve("pretext");
    String[] settings = {
      "train.task.type=colour-segments",
      "train.steps=30",
      "train.checkpoint-every=30",
      "eval.every=0",
      "optimizer.learning-rate=1e-3"
    };
    assertEquals(0, train(folder, settings), err::toString);
    List<MetricsLog.Line> lines = lines(folder, "train");
    double first = lines.subList(0, 5).stream().mapToDouble(l -> l.values().get("loss")).sum();
    double last = lines.subList(25, 30).stream().mapToDouble(l -> l.values().get("loss")).sum();
    assertTrue(last < first, first + " to " + last);
  }

  @Test
  void whatIsLabelledDecidesWhatIsLearnt() throws IOException {
    Path points = temp.resolve("points");
    Path masks = temp.resolve("masks");
    assertEquals(0, train(points, "eval.every=0"), err::toString);
    String type = "data.source.supervision.type=masks";
    assertEquals(0, train(masks, type, "eval.every=0"), err::toString);
    assertFalse(losses(points).equals(losses(masks)));
    Path all = temp.resolve("all");
    String spacing = "data.source.supervision.labelled-points.spacing=1";
    assertEquals(0, train(all, spacing, "eval.every=0"), err::toString);
    for (int i = 0; i < 3; i++) {
      double expected = lines(masks, "train").get(i).values().get("loss");
      assertEquals(expected, lines(all, "train").get(i).values().get("loss"), 1e-3 * expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "model.backbone.type=tiny-nett, tiny-net",
    "criterion.points.terms.tversky.type=tverski, tversky",
    "data.source.supervision.type=labeled-points, labelled-points",
    "optimizer.base.type=lyon, lion",
    "train.task.type=colour-segment, colour-segments",
    "'eval.tasks=[panoptic, foregrund]', foreground"
  })
  void aNameThatIsNearlyItsIsToldBesideAll(String setting, String name) {
    assertEquals(3, train(temp.resolve("run"), setting));
    assertSays("expected one of", "did you mean " + name + "?");
  }

  @ParameterizedTest
  @CsvSource({
    "model.backbone.tiny-net.width=7, BackbonePart tiny-net (example.TinyNet) threw",
    "model.decoder.masked-attention.queries=1, TrainTaskKind colour-segments (example.ColourSegments) threw",
    "data.source.supervision.labelled-points.spacing=100, SupervisionKind labelled-points (example.LabelledPoints) threw",
    "criterion.points.terms.forgotten.type=failing, loss term loss_forgotten (example.Failing$BuiltTerm) threw",
    "train.task.type=failing, train task (example.Failing$BuiltTask) threw"
  })
  void whatItThrowsEndsWithItsName(String setting, String said) {
    boolean pretext = said.contains("TrainTaskKind");
    String task = "train.task.type=" + (pretext ? "colour-segments" : "segmentation");
    assertEquals(3, train(temp.resolve("run"), task, setting));
    assertSays(said);
  }
}
