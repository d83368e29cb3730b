package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.trainer.cli.Maskwright;

/** Whole runs on less than masks. */
class WeakRunIT {
  private static final String INSTANCE =
      """
      task = instance
      train.steps = 3
      eval { tasks = [instance], best = loss.total }
      """;

  @TempDir private Path folder;
  private final StringWriter output = new StringWriter();

  private int run(String... args) {
    output.getBuffer().setLength(0);
    PrintWriter writer = new PrintWriter(output, true);
    return Maskwright.run(writer, writer, args);
  }

  private Path train(String name, String more) throws IOException {
    Path run = folder.resolve(name);
    Path config = TinyRun.write(folder, INSTANCE + more);
    assertEquals(0, run("train", config.toString(), "--run-dir", run.toString()), output::toString);
    return run;
  }

  @ParameterizedTest
  @ValueSource(strings = {"points", "boxes", "box-masks", "as-annotated"})
  void everyKindTrainsAndIsEvaluatedOnMasks(String kind) throws IOException {
    Path run = train(kind, "data.source.supervision.type = " + kind);
    String log = Files.readString(run.resolve("metrics.jsonl"));
    assertEquals(!kind.equals("box-masks"), log.contains("projection"), log);
    assertTrue(Files.readString(run.resolve("summary.json")).contains("instance.AP"));
  }

  private static String beside(String sampling, double weight) {
    return """
    train.steps = 6
    data {
      sampling = %s
      sources = [
        { ratio = 1 }
        {
          dataset = ${data.val}
          supervision { type = boxes, boxes.boxes.pairwise = 0 }
          loss-weights { projection = %s }
        }
      ]
    }
    """
        .formatted(sampling, weight);
  }

  private static double at(MetricsLog.Line line, String term) {
    return line.values().getOrDefault(term, 0.0);
  }

  @Test
  void boxesBesideMasksAreLearntFromByTheProjectionAlone() throws IOException {
    List<MetricsLog.Line> whole = steps(train("whole", beside("by-source", 1)));
    List<MetricsLog.Line> half = steps(train("half", beside("by-source", 0.5)));
    int first = -1;
    for (int i = 0; i < whole.size(); i++) {
      boolean boxes = at(whole.get(i), "projection") > 0;
      first = boxes && first < 0 ? i : first;
      assertEquals(boxes, at(whole.get(i), "mask") == 0, whole.get(i)::toString);
      assertEquals(boxes, at(whole.get(i), "dice") == 0, whole.get(i)::toString);
    }
    assertTrue(first >= 0 && whole.stream().anyMatch(line -> at(line, "mask") > 0), "both came");
    // Until then the runs are the same; matching costs are not weighted.
    assertEquals(
        at(whole.get(first), "projection") / 2,
        at(half.get(first), "projection"),
        1e-3 * at(whole.get(first), "projection"));
    assertEquals(at(whole.get(first), "ce"), at(half.get(first), "ce"), 1e-3);
  }

  @Test
  void oneBatchMayHoldMasksAndBoxes() throws IOException {
    List<MetricsLog.Line> lines = steps(train("mixed", beside("mixed", 1)));
    assertTrue(
        lines.stream().anyMatch(l -> at(l, "projection") > 0 && at(l, "mask") > 0),
        lines::toString);
  }

  private static List<MetricsLog.Line> steps(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.kind().equals("train"))
        .toList();
  }

  @Test
  void trainingOnTheWrittenPointsIsTrainingOnThePointsOfTheMasks() throws IOException {
    String val =
        """
        data.val { type = coco-instance, annotations = annotations/instances_val.json }
        """;
    Path masks =
        train(
            "derived",
            val
                + """
                data.train { type = coco-instance, annotations = annotations/instances_train.json }
                data.source.supervision { type = points, points { count = 6, seed = 4 } }
                """);
    Path scenes = folder.resolve("scenes");
    Path points = scenes.resolve("points.json");
    assertEquals(
        0,
        run(
            "data",
            "points",
            scenes.toString(),
            "--split",
            "train",
            "--n",
            "6",
            "--seed",
            "4",
            "--out",
            points.toString()),
        output::toString);
    assertTrue(output.toString().contains("annotations = \"points.json\""), output.toString());
    Path written =
        train(
            "written",
            val
                + """
                data.train { type = coco-instance, split = "", images = ".", annotations = points.json }
                data.source.supervision { type = as-annotated }
                """);
    assertEquals(TinyRun.losses(masks), TinyRun.losses(written));
    assertEquals(
        2, run("data", "points", scenes.toString(), "--n", "0", "--out", "x.json"), "n = 0");
    Path pictures = folder.resolve("pictures");
    assertEquals(
        0,
        run(
            "data",
            "view",
            scenes.toString(),
            "--type",
            "coco-instance",
            "--images",
            ".",
            "--annotations",
            "points.json",
            "--count",
            "1",
            "--out",
            pictures.toString()),
        output::toString);
    assertEquals(
        0,
        run(
            "data",
            "check",
            scenes.toString(),
            "--type",
            "coco-instance",
            "--images",
            ".",
            "--annotations",
            "points.json"),
        output::toString);
  }

  @Test
  void masksThatAreNotThereAreRefusedBeforeTrainingAndEvaluation() throws IOException {
    train("first", ""); // makes the scenes
    Path scenes = folder.resolve("scenes");
    assertEquals(
        0,
        run(
            "data",
            "boxes",
            scenes.toString(),
            "--split",
            "train",
            "--out",
            scenes.resolve("boxes.json").toString()),
        output::toString);
    String boxes =
        "data.train { type = coco-instance, split = \"\", images = \".\", annotations = boxes.json }\n";
    Path masks = TinyRun.write(folder, INSTANCE + boxes + "data.val.type = coco-panoptic");
    assertEquals(4, run("train", masks.toString(), "--run-dir", folder + "/a"), output::toString);
    assertTrue(
        output.toString().contains("boxes.json: image 1, annotation 1: no mask, but a box; learn"),
        output.toString());
    Path val =
        TinyRun.write(
            folder,
            INSTANCE
                + boxes
                + "data.val = ${data.train}\ndata.source.supervision.type = as-annotated");
    assertEquals(4, run("train", val.toString(), "--run-dir", folder + "/b"), output::toString);
    assertTrue(output.toString().contains("evaluation is of whole masks"), output.toString());
    assertFalse(Files.exists(folder.resolve("b/checkpoints/last")));
  }

  @Test
  void pixelsAreNotLearntFromBoxes() throws IOException {
    Path config =
        TinyRun.write(
            folder,
            """
            task = semantic
            model { decoder.type = per-pixel, pixel-decoder.type = fpn }
            criterion.type = per-pixel
            eval { tasks = [semantic], best = semantic.mIoU }
            data.source.supervision.type = boxes
            """);
    assertEquals(3, run("config", "check", config.toString()), output::toString);
    assertTrue(output.toString().contains("expected one that matches masks"), output.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"false", "true"})
  void implicitPointsTrainPredictAndResume(String classSpecific) throws IOException {
    String model =
        """
        model.decoder { type = implicit-points, implicit-points { queries = 8, layers = 2, heads = 2, feedforward-dim = 32
          point-width = 8, point-features = 8, frequencies = 4, step-points = 16, class-specific = %s } }
        criterion.points.terms.parameters { type = mask-parameters, mask-parameters.weight = 1.0e-5 }
        data.source.supervision.type = points
        """
            .formatted(classSpecific);
    Path run = train("implicit-" + classSpecific, model);
    assertTrue(Files.readString(run.resolve("metrics.jsonl")).contains("parameters"));
    List<String> losses = TinyRun.losses(run);
    assertEquals(3, losses.size());
    assertEquals(0, run("eval", run.resolve("checkpoints/last").toString()), output::toString);
  }
}
