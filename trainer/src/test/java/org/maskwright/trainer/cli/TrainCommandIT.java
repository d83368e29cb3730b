package org.maskwright.trainer.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.trainer.checkpoint.CheckpointStore;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.SettingsWriter;
import org.maskwright.trainer.format.PredictionFormat;
import org.maskwright.trainer.format.PredictionFormats;
import org.maskwright.trainer.run.TinyRun;

/** The commands train and eval from outside: exit codes, messages, files. */
class TrainCommandIT {
  @TempDir private Path temp;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(Object... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return Maskwright.run(
        new PrintWriter(out),
        new PrintWriter(err),
        java.util.Arrays.stream(args).map(Object::toString).toArray(String[]::new));
  }

  private void assertSays(String... parts) {
    for (String part : parts) {
      assertTrue(err.toString().contains(part), () -> part + " not in:\n" + err);
    }
  }

  @Test
  void configurationMistakesEndWithCode3AndAreToldAllAtOnce() throws IOException {
    Path config = TinyRun.write(temp, "train.steps = many, eval.best = panoptic.QP, sede = 3");
    assertEquals(3, run("train", config, "--run-dir", temp.resolve("run")));
    assertSays("train.steps", "panoptic.QP", "sede", "seed", config.getFileName().toString());
  }

  @Test
  void missingDataEndsWithCode4AndNamesTheFile() throws IOException {
    Path config = TinyRun.write(temp, "data.train.annotations = annotations/nothing.json");
    assertEquals(4, run("train", config, "--run-dir", temp.resolve("run")));
    assertSays("nothing.json");
  }

  @Test
  void divergenceEndsWithCode5AndNamesStepPartsImagesAndTheLastGoodCheckpoint() throws IOException {
    Path config =
        TinyRun.write(
            temp,
            "optimizer { learning-rate = 1.0e30, clip-norm = 0 }, train.checkpoint-every = 1");
    Path folder = temp.resolve("run");
    assertEquals(5, run("train", config, "--run-dir", folder));
    assertSays("diverged in step 2", "images: ", "step-00000001", "lower learning rate");
    assertEquals(5, run("train", "--resume", folder), "the checkpoint can be read");
  }

  @Test
  void weightsOfAnotherArchitectureEndWithCode6AndNameParameters() throws IOException {
    Path config = TinyRun.write(temp, "train.steps = 1");
    Path folder = temp.resolve("run");
    assertEquals(0, run("train", config, "--run-dir", folder), err::toString);
    int code =
        run(
            "train",
            config,
            "--set",
            "model.backbone.resnet.width=16",
            "--set",
            "init.model=" + folder.resolve("checkpoints/last"),
            "--run-dir",
            temp.resolve("other"));
    assertEquals(6, code);
    assertSays("backbone.");
  }

  /** Trains without end in a process of its own that is told to end after step 2; what it said. */
  private List<String> terminated(int expectedCode, Path folder, Runnable before) throws Exception {
    Path config = TinyRun.write(temp, "train { steps = 100000, checkpoint-every = 100000 }");
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-cp",
            System.getProperty("java.class.path"),
            Maskwright.class.getName(),
            "train",
            config.toString(),
            "--run-dir",
            folder.toString());
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> said = new ArrayList<>();
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        said.add(line);
        if (line.startsWith("step=2 ")) {
          before.run();
          process.toHandle().destroy(); // SIGTERM
        }
      }
    } finally {
      process.waitFor();
    }
    assertEquals(expectedCode, process.exitValue(), said::toString);
    return said;
  }

  @Test
  void aTerminatedRunWritesACheckpointSaysHowToResumeAndEndsWithCode130() throws Exception {
    Path folder = temp.resolve("run");
    List<String> said = terminated(130, folder, () -> {});
    assertTrue(said.stream().anyMatch(l -> l.contains("train --resume " + folder)), said::toString);
    assertTrue(Files.isDirectory(folder.resolve("checkpoints/last")));
  }

  @Test
  void aTerminatedRunThatCannotWriteItsCheckpointSaysSoAndEndsWithCode6() throws Exception {
    Path folder = temp.resolve("run");
    List<String> said =
        terminated(
            6,
            folder,
            () -> {
              try {
                Files.delete(folder.resolve("checkpoints"));
                Files.writeString(folder.resolve("checkpoints"), "in the way");
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    assertTrue(said.stream().anyMatch(l -> l.contains("cannot be")), said::toString);
  }

  @Test
  void numbersOutOfRangeEndWithCode2() throws IOException {
    assertEquals(2, run("eval", temp, "--limit", "-1"));
    assertSays("--limit: expected at least 0, got -1");
    assertEquals(2, run("predict", temp, "x.jpg", "--out", temp, "--short-edge", "0"));
    assertSays("--short-edge: expected at least 1, got 0");
    assertEquals(2, run("predict", temp, "x.jpg", "--out", temp, "--threshold", "1.5"));
    assertSays("--threshold: expected a score in [0,1]");
  }

  @Test
  void anEvaluationAgainstOtherClassesIsRefusedUnlessTheyAreTakenByPosition() throws IOException {
    Path config =
        TinyRun.write(temp, "train.steps = 1, eval.tasks = [semantic], eval.best = semantic.mIoU");
    Path folder = temp.resolve("run");
    assertEquals(0, run("train", config, "--run-dir", folder), err::toString);
    Path model = folder.resolve("checkpoints/last");
    ModelFile file = ModelFolder.describe(model);
    List<ClassSpace.Entry> swapped = new ArrayList<>(file.classes());
    java.util.Collections.swap(swapped, 1, 2);
    write(model, file, swapped);
    assertEquals(3, run("eval", model));
    assertSays(
        "class 1 is \"%s\"".formatted(swapped.get(1).name()),
        "\"%s\" in coco-panoptic".formatted(file.classes().get(1).name()),
        "--by-position");
    assertEquals(0, run("eval", model, "--by-position"), err::toString);
    write(model, file, ClassSpace.ofSize(swapped.size()).classes());
    assertEquals(0, run("eval", model), err::toString);
  }

  private static void write(Path model, ModelFile file, List<ClassSpace.Entry> classes)
      throws IOException {
    ModelFile edited =
        ModelFile.of(
            file.model(),
            new ClassSpace(classes),
            file.shortEdge(),
            file.maxSize(),
            file.normalization(),
            file.licence());
    Files.writeString(model.resolve(ModelFolder.SETTINGS), SettingsWriter.render(edited));
    Files.deleteIfExists(model.resolve("SHA256SUMS")); // it holds the old file's
  }

  @Test
  void weightsOfClassesFollowTheTrainingDataAndAreToldBefore() throws IOException {
    Path config =
        TinyRun.write(
            temp,
            """
            train.steps = 1
            criterion.points.class-weights.type = inverse-frequency
            """);
    assertEquals(0, run("train", config, "--run-dir", temp.resolve("weighted")), err::toString);
    assertSays("targets by class: ", "class weights: ");
    assertEquals(
        3,
        run(
            "train",
            config,
            "--run-dir",
            temp.resolve("given"),
            "--set",
            "criterion.points.class-weights.type=given",
            "--set",
            "criterion.points.class-weights.given.weights.tower=2"));
    assertSays("criterion: class-weights: weights: expected classes of the data, got \"tower\"");
    assertEquals(
        3,
        run(
            "train",
            config,
            "--run-dir",
            temp.resolve("beta"),
            "--set",
            "criterion.points.class-weights.type=effective-number",
            "--set",
            "criterion.points.class-weights.effective-number.beta=1"));
    assertSays("beta: expected a value in [0,1)");
  }

  @Test
  void filesOfAnEvaluationScoreTheSameAsTheEvaluation() throws IOException {
    Path config =
        TinyRun.write(
            temp,
            """
            train { steps = 60, checkpoint-every = 60, batch-size = 6, log-every = 60 }
            optimizer.learning-rate = 4.0e-3
            augment { type = none, none { short-edge = 64, max-size = 64 } }
            data.val { split = train, images = images/train, annotations = annotations/panoptic_train.json }
            eval { samples = 0, object-threshold = 0.1 }
            """);
    Path folder = temp.resolve("run");
    assertEquals(0, run("train", config, "--run-dir", folder), err::toString);
    Path results = temp.resolve("results");
    assertEquals(
        0,
        run("eval", folder.resolve("checkpoints/last"), "--out", results, "--json"),
        err::toString);
    Map<String, Double> evaluated = numbers(out.toString());
    String page = Files.readString(results.resolve("report.html"));
    for (String section : List.of("data", "metrics", "classes", "pictures", "settings")) {
      assertTrue(page.contains("<section id=\"" + section + "\">"), section);
    }
    assertEquals(out.toString(), Files.readString(results.resolve("evaluation.json")));
    for (String kind : List.of("panoptic", "instance", "semantic")) {
      String matrix = Files.readString(results.resolve(kind + "-confusion.csv"));
      assertTrue(matrix.startsWith("truth,"), matrix);
    }
    Path data = temp.resolve("scenes/annotations");

    Path scores = temp.resolve("scores.json");
    assertEquals(
        0,
        run(
            "score",
            "instances",
            "--gt",
            data.resolve("instances_train.json"),
            "--pred",
            results.resolve("instances.json"),
            "--json",
            scores),
        err::toString);
    double ap = numbers(Files.readString(scores)).get("AP");
    assertEquals(evaluated.get("instance.AP"), 100 * ap, 1e-9);

    assertEquals(
        0,
        run(
            "score",
            "panoptic",
            "--gt",
            data.resolve("panoptic_train.json"),
            "--gt-dir",
            data.resolve("panoptic_train"),
            "--pred",
            results.resolve("panoptic.json"),
            "--pred-dir",
            results.resolve("panoptic"),
            "--json",
            scores),
        err::toString);
    double pq = numbers(Files.readString(scores)).get("pq");
    assertEquals(evaluated.get("panoptic.PQ"), 100 * pq, 1e-9);
    assertTrue(pq > 0, "nothing was compared");

    // A prediction is by the run's threshold, of a model elsewhere by the default, 0.8.
    Path model = folder.resolve("checkpoints/last");
    Path elsewhere = Files.createDirectories(temp.resolve("elsewhere"));
    for (String name : List.of(ModelFolder.SETTINGS, ModelFolder.WEIGHTS)) {
      Files.copy(model.resolve(name), elsewhere.resolve(name));
    }
    assertEquals(predicted(model, "--threshold", "0.1"), predicted(model));
    assertEquals(predicted(model, "--threshold", "0.8"), predicted(elsewhere));
    assertNotEquals(predicted(model), predicted(elsewhere));
    predictTakesTheBestThresholds(model, elsewhere);
    predictGoesOnAfterABrokenPhotograph(model);
  }

  /** Training has kept those of its checkpoint; a model elsewhere gets them when asked for. */
  private void predictTakesTheBestThresholds(Path model, Path elsewhere) throws IOException {
    Map<String, ScoreThresholds> kept = ModelFolder.thresholds(model);
    double least = kept.get("instance").least();
    CheckpointStore.verify(model);
    String best = predicted(model, "--threshold", "best");
    assertTrue(best.contains("\"task\" : \"instance\""), best);
    assertTrue(scores(best).stream().allMatch(score -> score >= least), best);
    assertTrue(
        scores(predicted(model, "--task", "instance", "--threshold", "0"))
            .containsAll(scores(best)));
    assertEquals(2, run("predict", model, "x.jpg", "--out", temp, "--threshold", "highest"));
    assertSays("--threshold: expected a score in [0,1] or best, got highest");
    Path photographs = temp.resolve("scenes/images/train");
    Path results = temp.resolve("best");
    assertEquals(
        2,
        run(
            "predict",
            model,
            photographs,
            "--out",
            results,
            "--threshold",
            "best",
            "--task",
            "panoptic"));
    assertSays("--threshold best: expected --task instance", "got panoptic");
    assertEquals(
        6, run("predict", elsewhere, photographs, "--out", results, "--threshold", "best"));
    assertSays("expected thresholds.conf, found none", "--save-thresholds");
    Path config = temp.resolve("run/config.conf");
    assertEquals(
        0,
        run("eval", elsewhere, "--config", config, "--save-thresholds", "--threshold", "0.5"),
        err::toString);
    assertEquals(kept, ModelFolder.thresholds(elsewhere));
    assertTrue( // outside a run, stuff is told too
        scores(predicted(elsewhere, "--threshold", "best")).containsAll(scores(best)));
    assertEquals(
        3,
        run(
            "eval",
            elsewhere,
            "--config",
            config,
            "--save-thresholds",
            "--set",
            "eval.tasks=[semantic]",
            "--set",
            "eval.best=semantic.mIoU"));
    assertSays("eval.tasks: expected instance among them for --save-thresholds");
  }

  private static List<Double> scores(String json) {
    return Pattern.compile("\"score\" : ([0-9.E-]+)")
        .matcher(json)
        .results()
        .map(m -> Double.valueOf(m.group(1)))
        .toList();
  }

  private void predictGoesOnAfterABrokenPhotograph(Path model) throws IOException {
    Path shots = temp.resolve("shots");
    Path good = temp.resolve("scenes/images/train/000000000001.jpg");
    for (String name : List.of("a/x.jpg", "b/x.jpg")) {
      Files.createDirectories(shots.resolve(name).getParent());
      Files.copy(good, shots.resolve(name));
    }
    Files.write(shots.resolve("a/broken.jpg"), new byte[] {1, 2, 3});
    Path results = temp.resolve("shots-out");
    assertEquals(4, run("predict", model, shots, "--out", results, "--json"));
    assertSays("1 of 3 photographs cannot be read:", shots.resolve("a/broken.jpg") + ": ");
    assertTrue(out.toString().contains(results.resolve("b/x.png").toString()), out::toString);
    for (String name : List.of("a/x", "b/x")) {
      assertTrue(Files.size(results.resolve(name + ".png")) > 0);
      String json = Files.readString(results.resolve(name + ".json"));
      assertTrue(json.contains("\"" + name + ".jpg\""), json);
    }
    assertEquals(2, run("predict", model, shots.resolve("a"), "--out", shots.resolve("a")));
    assertSays("broken.jpg is there");
    assertEquals(4, run("predict", model, shots.resolve("a/broken.jpg"), "--out", results));
    predictWritesTheFormatsOfTools(model);
  }

  private void predictWritesTheFormatsOfTools(Path model) throws IOException {
    Path list = Files.writeString(temp.resolve("list.txt"), "shots/b/x.jpg\nshots/a\n");
    Path results = temp.resolve("formats-out");
    String all = String.join(",", PredictionFormats.names());
    assertEquals(
        4, run("predict", model, list, "--out", results, "--format", all, "--threshold", "0"));
    assertSays("1 of 3 photographs cannot be read:");
    assertTrue(out.toString().contains(results.resolve("geojson").toString()), out::toString);
    for (PredictionFormat format : PredictionFormats.all()) {
      assertTrue(Files.isDirectory(results.resolve(format.name())), format.name());
    }
    String coco = Files.readString(results.resolve("coco/instances.json"));
    assertTrue(coco.contains("\"a/x.jpg\"") && coco.contains("\"b/x.jpg\""), coco);
    assertFalse(coco.contains("broken.jpg"), coco);
    assertEquals(2, run("predict", model, list, "--out", results, "--format", "cocoa"));
    assertSays("--format: expected one of coco, ", "did you mean coco?");
    assertEquals(2, run("predict", model, list, "--out", results, "--simplify", "-1"));
  }

  private String predicted(Path model, String... more) throws IOException {
    Path image = temp.resolve("scenes/images/train");
    Path results = temp.resolve("predicted");
    List<Object> words = new ArrayList<>(List.of("predict", model, image, "--out", results));
    words.addAll(List.of(more));
    assertEquals(0, run(words.toArray()), err::toString);
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(results)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  /** Every number of a JSON document by its name; of equal names the first. */
  private static Map<String, Double> numbers(String json) throws IOException {
    Map<String, Double> found = new HashMap<>();
    try (JsonParser parser = new JsonFactory().createParser(json)) {
      for (JsonToken t = parser.nextToken(); t != null; t = parser.nextToken()) {
        if (t.isNumeric() && parser.currentName() != null) {
          found.putIfAbsent(parser.currentName(), parser.getDoubleValue());
        }
      }
    }
    return found;
  }
}
