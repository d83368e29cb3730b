package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.datasets.scenes.ScenesConfig;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.TrainedLoss;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.config.SettingsWriter;

/** Whole runs of a tiny model on a handful of Scenes. */
class TrainingRunIT {
  @TempDir private Path temp;

  private ConfigFile config(String ema) throws IOException {
    Path file = TinyRun.write(temp, "optimizer.ema-decay = " + ema);
    return ConfigFile.load(file, List.of());
  }

  private static Console silent() {
    return new Console(new PrintWriter(new StringWriter()), false);
  }

  private static byte[] weights(Path run, String name) throws IOException {
    return Files.readAllBytes(run.resolve("checkpoints/step-00000006").resolve(name));
  }

  @Test
  void anInterruptedAndResumedRunEndsWithTheSameBitsAsOneNeverStopped() throws IOException {
    for (String ema : List.of("0.0", "0.9")) {
      Path whole = temp.resolve("whole-" + ema);
      TrainingRun.start(whole, config(ema), silent(), List.of(), () -> false);
      Path parts = temp.resolve("parts-" + ema);
      AtomicInteger asked = new AtomicInteger();
      RunSummary first =
          TrainingRun.start(
              parts, config(ema), silent(), List.of(), () -> asked.incrementAndGet() == 3);
      assertTrue(first.interrupted());
      assertEquals(3, first.step());
      RunSummary second = TrainingRun.resume(parts, silent(), List.of(), () -> false);
      assertEquals(6, second.step());
      assertArrayEquals(
          weights(whole, "model.safetensors"),
          weights(parts, "model.safetensors"),
          "weights, ema " + ema);
      assertArrayEquals(
          weights(whole, "optimizer.safetensors"),
          weights(parts, "optimizer.safetensors"),
          "moments");
      assertEquals(TinyRun.losses(whole), TinyRun.losses(parts));
    }
  }

  @Test
  void aLineOfTheLogHoldsMeansSinceTheLastOneEvenAcrossAResume() throws IOException {
    Path each = temp.resolve("each");
    TrainingRun.start(each, config("0.0"), silent(), List.of(), () -> false);
    Path fourth = temp.resolve("fourth");
    ConfigFile config = ConfigFile.load(TinyRun.write(temp, "train.log-every = 4"), List.of());
    AtomicInteger asked = new AtomicInteger();
    TrainingRun.start(fourth, config, silent(), List.of(), () -> asked.incrementAndGet() == 3);
    TrainingRun.resume(fourth, silent(), List.of(), () -> false);

    List<MetricsLog.Line> steps = lines(each, "train");
    List<MetricsLog.Line> means = lines(fourth, "train");
    assertEquals(List.of(4L, 6L), means.stream().map(MetricsLog.Line::step).toList());
    for (String name : List.of("loss", "mask", "dice", "cls", "gradNorm")) {
      assertEquals(mean(steps.subList(0, 4), name), means.get(0).values().get(name), 1e-9, name);
      assertEquals(mean(steps.subList(4, 6), name), means.get(1).values().get(name), 1e-9, name);
    }
    Map<String, Double> values = means.get(0).values();
    assertEquals(
        values.get("cls"),
        values.get("loss_ce") + values.get("loss_ce_0") + values.get("loss_ce_1"),
        1e-9);
  }

  private static List<MetricsLog.Line> lines(Path run, String kind) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.kind().equals(kind))
        .toList();
  }

  private static double mean(List<MetricsLog.Line> lines, String name) {
    return lines.stream().mapToDouble(line -> line.values().get(name)).average().orElseThrow();
  }

  @Test
  void aRunThatIsRefusedLeavesNoFolder() throws IOException {
    for (String wrong :
        List.of(
            "task = instance\ndata.train { type = coco-instance, annotations = annotations/instances_train.json }\n"
                + "data.val.annotations = annotations/instances_val.json\neval.tasks = [instance, panoptic]",
            "init.backbone = no-such-file.safetensors",
            "data.val.annotations = annotations/missing.json")) {
      Path run = temp.resolve("refused");
      ConfigFile config = ConfigFile.load(TinyRun.write(temp, wrong), List.of());
      assertThrows(
          RuntimeException.class,
          () -> TrainingRun.start(run, config, silent(), List.of(), () -> false),
          wrong);
      assertFalse(Files.exists(run), wrong);
    }
  }

  @Test
  void aFinishedRunHoldsConfigProvenanceMetricsPicturesSummaryAndReport() throws IOException {
    Path run = temp.resolve("run");
    RunSummary summary =
        TrainingRun.start(run, config("0.0"), silent(), List.of("train"), () -> false);
    for (String name :
        List.of(
            "config.conf",
            "provenance.json",
            "metrics.jsonl",
            "summary.json",
            "report.html",
            "samples/step-00000006.png",
            "evaluations/step-00000006/evaluation.json",
            "evaluations/step-00000006/instance-confusion.csv")) {
      assertTrue(Files.size(run.resolve(name)) > 0, name);
    }
    assertTrue(Files.isRegularFile(run.resolve("checkpoints/best/model.conf")));
    TrainedLoss loss =
        TrainedLoss.from(
                Safetensors.read(run.resolve("checkpoints/best/model.safetensors")).metadata())
            .orElseThrow();
    assertEquals(64, loss.points().orElseThrow().count());
    assertFalse(summary.interrupted());
    for (String metric : List.of("panoptic.PQ", "instance.AP", "semantic.mIoU")) {
      assertTrue(
          Files.readString(run.resolve("summary.json")).contains('"' + metric + '"'), metric);
    }
  }

  @Test
  void everyNamedMetricIsMeasured() throws IOException {
    String settings =
        """
        train.steps = 1
        criterion.points.terms.whole-masks { type = dice, dice.weight = 1 }
        eval.best = loss.whole_masks
        """;
    RunSummary summary =
        TrainingRun.start(
            temp.resolve("metrics"),
            ConfigFile.load(TinyRun.write(temp, settings), List.of()),
            silent(),
            List.of(),
            () -> false);
    List<String> expected =
        new ArrayList<>(
            ConfigFile.load(TinyRun.write(temp, settings), List.of())
                .bind(RunSettings.class)
                .eval()
                .metrics()
                .keySet());
    expected.addAll(List.of("loss.total", "loss.ce", "loss.mask", "loss.dice", "loss.whole_masks"));
    assertEquals(expected, List.copyOf(summary.last().orElseThrow().metrics().keySet()));
    assertEquals("loss.whole_masks", summary.decidedBy());
  }

  @Test
  void aRunWithoutProgressStopsEarlyAndItsBestSurvivesAResume() throws IOException {
    // With steps this small no metric changes: the first evaluation stays the best.
    Path config =
        TinyRun.write(
            temp,
            """
            optimizer.learning-rate = 1.0e-30, model.backbone.resnet.norm = frozen
            train.checkpoint-every = 1
            eval { every = 1, best = loss.total, patience = 3, tasks = [semantic], samples = 0 }
            """);
    Path run = temp.resolve("early");
    AtomicInteger asked = new AtomicInteger();
    RunSummary first =
        TrainingRun.start(
            run,
            ConfigFile.load(config, List.of()),
            silent(),
            List.of(),
            () -> asked.incrementAndGet() == 2);
    assertTrue(first.interrupted());
    assertFalse(Files.exists(run.resolve("report.html")), "there is more to come");
    RunSummary second = TrainingRun.resume(run, silent(), List.of(), () -> false);
    assertFalse(second.interrupted());
    assertEquals(1, second.best().orElseThrow().step());
    assertTrue(second.step() < 6, "stopped at " + second.step());
    assertEquals(
        "step-00000001", run.resolve("checkpoints/best").toRealPath().getFileName().toString());
    String report = Files.readString(run.resolve("report.html"));
    assertTrue(report.contains("best, step 1<"), "evaluated by the first process");
    assertTrue(report.contains("<h2>By class</h2>"), "made again for the page");
    String summary = Files.readString(run.resolve("summary.json"));
    RunSummary again = TrainingRun.resume(run, silent(), List.of(), () -> false);
    assertEquals(second.step(), again.step());
    assertEquals(summary, Files.readString(run.resolve("summary.json")));
    assertEquals(report, Files.readString(run.resolve("report.html")));
  }

  @Test
  void aRunWhoseServerIsAwayTrainsTheSame() throws IOException {
    Path alone = temp.resolve("alone");
    TrainingRun.start(alone, config("0.0"), silent(), List.of(), () -> false);
    StringWriter said = new StringWriter();
    Path logged = temp.resolve("logged");
    Path away = TinyRun.write(temp, "train.mlflow.uri = \"http://127.0.0.1:1\"");
    RunSummary summary =
        TrainingRun.start(
            logged,
            ConfigFile.load(away, List.of()),
            new Console(new PrintWriter(said), false),
            List.of(),
            () -> false);
    assertFalse(summary.interrupted());
    assertEquals(TinyRun.losses(alone), TinyRun.losses(logged));
    assertTrue(said.toString().contains("did not reach http://127.0.0.1:1"), said::toString);
  }

  @Test
  void aRunWhoseDecidingMetricIsUndefinedHasABestCheckpointAndSaysWhatDecided() throws IOException {
    // No object of an image of 64 x 64 pixels is large.
    for (String loss : List.of("true", "false")) {
      Path config =
          TinyRun.write(
              temp,
              """
              train.checkpoint-every = 1, train.steps = 4
              eval { every = 1, best = instance.APl, patience = 2, tasks = [instance], samples = 0 }
              eval.loss = %s
              """
                  .formatted(loss));
      Path run = temp.resolve("undefined-" + loss);
      StringWriter said = new StringWriter();
      RunSummary summary =
          TrainingRun.start(
              run,
              ConfigFile.load(config, List.of()),
              new Console(new PrintWriter(said), false),
              List.of(),
              () -> false);
      assertEquals(4, summary.step(), "an undefined metric is no worse one");
      boolean byLoss = loss.equals("true");
      long best =
          byLoss ? lowest(lines(run, "eval")).step() : 4; // without a loss, the last checkpoint
      assertEquals(best, summary.best().orElseThrow().step());
      assertEquals(byLoss ? "loss.total" : "last checkpoint", summary.decidedBy());
      assertEquals(
          "step-%08d".formatted(best),
          run.resolve("checkpoints/best").toRealPath().getFileName().toString());
      assertTrue(Files.readString(run.resolve("metrics.jsonl")).contains("\"instance.APl\":null"));
      String json = Files.readString(run.resolve("summary.json"));
      assertTrue(json.contains("\"decidedBy\" : \"" + summary.decidedBy() + '"'), json);
      assertTrue(said.toString().contains("warning: instance.APl was undefined"), said.toString());
    }
  }

  @Test
  void aRunThatIsStoppedBeforeAnyEvaluationHasABestCheckpointToo() throws IOException {
    Path run = temp.resolve("stopped-early");
    AtomicInteger asked = new AtomicInteger();
    TrainingRun.start(run, config("0.0"), silent(), List.of(), () -> asked.incrementAndGet() == 1);
    assertEquals(
        "step-00000001", run.resolve("checkpoints/best").toRealPath().getFileName().toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"by-source", "mixed"})
  void aRunOfSeveralSourcesGoesOnAsIfItHadNotBeenInterrupted(String sampling) throws IOException {
    Path config =
        TinyRun.write(
            temp,
            """
            data {
              sampling = %s
              sources = [
                { ratio = 2 }
                { dataset = ${data.val}, task = instance, batch-size = 3, repeat-threshold = 0.5, augment.lsj { height = 32, width = 32 } }
              ]
            }
            """
                .formatted(sampling));
    StringWriter said = new StringWriter();
    RunSummary summary =
        TrainingRun.start(
            temp.resolve("whole-" + sampling),
            ConfigFile.load(config, List.of()),
            new Console(new PrintWriter(said), false),
            List.of(),
            () -> false);
    assertEquals(6, summary.step());
    assertTrue(said.toString().contains("67 % of the "), said.toString());
    AtomicInteger asked = new AtomicInteger();
    Path broken = temp.resolve("broken-" + sampling);
    TrainingRun.start(
        broken,
        ConfigFile.load(config, List.of()),
        silent(),
        List.of(),
        () -> asked.incrementAndGet() == 3);
    TrainingRun.resume(broken, silent(), List.of(), () -> false);
    assertEquals(TinyRun.losses(temp.resolve("whole-" + sampling)), TinyRun.losses(broken));
  }

  private static List<Long> evaluations(Path run) throws IOException {
    return steps(run, "eval");
  }

  private static List<Long> steps(Path run, String kind) throws IOException {
    return lines(run, kind).stream().map(MetricsLog.Line::step).toList();
  }

  @Test
  void evaluationsOfSomeImagesAreComparedAndTheEndIsMeasuredOnAll() throws IOException {
    String settings =
        """
        optimizer.ema-decay = 0.5
        eval { every = 2, limit = 1, best = loss.total, tasks = [semantic], samples = 0 }
        """;
    String still = "optimizer.learning-rate = 1.0e-30, model.backbone.resnet.norm = frozen\n";
    for (String more : List.of("", still)) {
      ConfigFile config =
          ConfigFile.load(TinyRun.write(temp, settings + more), List.of("train.steps = 4"));
      Path run = temp.resolve("limited" + more.length());
      RunSummary summary = TrainingRun.start(run, config, silent(), List.of(), () -> false);
      assertEquals(List.of(2L, 4L), evaluations(run));
      MetricsLog.Line ofSome = lowest(lines(run, "eval")); // the first of equal ones
      List<MetricsLog.Line> onAll = lines(run, "final");
      assertEquals(
          ofSome.step() == 4 ? List.of(4L) : List.of(4L, ofSome.step()), steps(run, "final"));
      assertNotEquals(total(onAll.get(0)), total(lines(run, "eval").get(1)), "one image, or all");
      assertEquals(onAll.get(0).values(), summary.last().orElseThrow().metrics());
      assertEquals(total(lowest(onAll)), summary.best().orElseThrow().metrics().get("loss.total"));
      assertEquals(
          "step-%08d".formatted(summary.best().orElseThrow().step()),
          run.resolve("checkpoints/best").toRealPath().getFileName().toString());
      String written = Files.readString(run.resolve("summary.json"));
      TrainingRun.resume(run, silent(), List.of(), () -> false);
      assertEquals(written, Files.readString(run.resolve("summary.json")));
      assertEquals(onAll, lines(run, "final"), "measured once");
    }
  }

  private static double total(MetricsLog.Line line) {
    return line.values().get("loss.total");
  }

  private static MetricsLog.Line lowest(List<MetricsLog.Line> lines) {
    return lines.stream().min(Comparator.comparingDouble(TrainingRunIT::total)).orElseThrow();
  }

  @Test
  void whatAnEndedRunDidNotEvaluateOrLinkIsMadeUpForWhenItIsResumed() throws IOException {
    // With steps this small no metric changes: the first evaluation stays the best.
    ConfigFile config =
        ConfigFile.load(
            TinyRun.write(
                temp,
                """
                optimizer.learning-rate = 1.0e-30, model.backbone.resnet.norm = frozen
                train.checkpoint-every = 1
                eval { every = 2, best = loss.total, tasks = [semantic], samples = 0 }
                """),
            List.of());
    Path run = temp.resolve("stopped");
    AtomicInteger asked = new AtomicInteger();
    TrainingRun.start(run, config, silent(), List.of(), () -> asked.incrementAndGet() == 2);
    assertEquals(List.of(), evaluations(run));
    TrainingRun.resume(run, silent(), List.of(), () -> true);
    assertEquals(List.of(2L), evaluations(run));
    Path best = run.resolve("checkpoints/best");
    assertEquals("step-00000002", best.toRealPath().getFileName().toString());
    // As a kill between an evaluation and its link leaves it.
    Files.delete(best);
    Files.createSymbolicLink(best, Path.of("step-00000003"));
    TrainingRun.resume(run, silent(), List.of(), () -> false);
    assertEquals(List.of(2L, 4L, 6L), evaluations(run));
    assertEquals("step-00000002", best.toRealPath().getFileName().toString());
    assertTrue(Files.isRegularFile(best.resolve("model.conf")));
  }

  @Test
  void anEvaluationThatFailsLosesNoStepAndBrokenImagesAreSkippedWhereThatIsAskedFor()
      throws IOException {
    String settings = "eval { every = 2, samples = 0 }, train.checkpoint-every = 100";
    ConfigFile config = ConfigFile.load(TinyRun.write(temp, settings), List.of());
    Scenes.write(temp.resolve("scenes"), new ScenesConfig(3, 6, 3, 64, 64, 3));
    Path broken = first(temp.resolve("scenes/images/val"));
    Files.writeString(broken, "no picture");
    Path run = temp.resolve("broken");
    DatasetException error =
        assertThrows(
            DatasetException.class,
            () -> TrainingRun.start(run, config, silent(), List.of(), () -> false));
    assertTrue(error.getMessage().contains(broken.getFileName().toString()), error.getMessage());
    assertEquals(
        "step-00000002", run.resolve("checkpoints/last").toRealPath().getFileName().toString());

    StringWriter said = new StringWriter();
    TrainingRun.start(
        temp.resolve("skipping"),
        ConfigFile.load(TinyRun.write(temp, settings + ", data.broken-files = skip"), List.of()),
        new Console(new PrintWriter(said), false),
        List.of(),
        () -> false);
    assertTrue(said.toString().contains("(2 images"), said.toString());
    assertTrue(said.toString().contains("skipped: "), said.toString());
  }

  private static Path first(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.sorted().findFirst().orElseThrow();
    }
  }

  @Test
  void aModelThatStartsFromAnotherKeepsItsNormalisationAndItsLicence() throws IOException {
    ConfigFile one = ConfigFile.load(TinyRun.write(temp, "train.steps = 1"), List.of());
    TrainingRun.start(temp.resolve("first"), one, silent(), List.of(), () -> false);
    Path origin = temp.resolve("first/checkpoints/last");
    Path plain = temp.resolve("plain");
    Path other = temp.resolve("other");
    ConfigFile from =
        ConfigFile.load(
            TinyRun.write(temp, "train.steps = 1, init.model = \"" + origin + "\""), List.of());
    TrainingRun.start(plain, from, silent(), List.of(), () -> false);
    ModelFile file = ModelFolder.describe(origin);
    assertEquals(Normalization.IMAGENET, file.normalization());
    Normalization pixels = new Normalization(List.of(10f, 20f, 30f), List.of(100f, 110f, 120f));
    ModelFile edited =
        ModelFile.of(
            file.model(), file.classSpace(), file.shortEdge(), file.maxSize(), pixels, "CC BY-NC");
    Files.writeString(origin.resolve(ModelFolder.SETTINGS), SettingsWriter.render(edited));
    Files.delete(origin.resolve("SHA256SUMS")); // it holds the old file's
    TrainingRun.start(other, from, silent(), List.of(), () -> false);
    assertEquals(edited, ModelFolder.describe(other.resolve("checkpoints/last")));
    assertNotEquals(TinyRun.losses(plain), TinyRun.losses(other), "trained with other pixels");
    assertNotEquals(loss(plain), loss(other), "evaluated with other pixels");
  }

  private static double loss(Path run) throws IOException {
    return MetricsLog.read(run.resolve("metrics.jsonl")).stream()
        .filter(line -> line.kind().equals("eval"))
        .findFirst()
        .orElseThrow()
        .values()
        .get("loss.total");
  }

  @Test
  void imagesWithoutTargetsAreLeftOutOfTraining() throws IOException {
    ConfigFile config = ConfigFile.load(TinyRun.write(temp, "train.steps = 6"), List.of());
    Scenes.write(temp.resolve("scenes"), new ScenesConfig(3, 6, 3, 64, 64, 3));
    Path json = temp.resolve("scenes/annotations/panoptic_train.json");
    // Its PNG still has segments: if the image were loaded, it would be refused.
    Files.writeString(
        json,
        Files.readString(json)
            .replaceFirst(
                "\"segments_info\"\\s*:\\s*\\[(?:[^\\[\\]]|\\[[^\\]]*\\])*\\]",
                "\"segments_info\": []"));
    StringWriter said = new StringWriter();
    TrainingRun.start(
        temp.resolve("run"),
        config,
        new Console(new PrintWriter(said), false),
        List.of(),
        () -> false);
    assertTrue(said.toString().contains("train: 1 of 6 images have no target"), said.toString());
  }

  @Test
  void aBrokenNewestCheckpointIsSetAsideAndTheRunEndsAsIfItHadNotBeen() throws IOException {
    Path whole = temp.resolve("whole");
    TrainingRun.start(whole, config("0.0"), silent(), List.of(), () -> false);
    Path run = temp.resolve("run");
    AtomicInteger asked = new AtomicInteger();
    TrainingRun.start(run, config("0.0"), silent(), List.of(), () -> asked.incrementAndGet() == 3);
    Path broken = run.resolve("checkpoints/step-00000003");
    Path weights = broken.resolve("optimizer.safetensors");
    byte[] half = Files.readAllBytes(weights);
    Files.write(weights, java.util.Arrays.copyOf(half, half.length / 2));
    StringWriter said = new StringWriter();
    Console console = new Console(new PrintWriter(said), false);
    assertEquals(6, TrainingRun.resume(run, console, List.of(), () -> false).step());
    for (String part : List.of(broken.toString(), "broken-step-00000003", "step-00000002")) {
      assertTrue(said.toString().contains(part), said.toString());
    }
    assertTrue(Files.exists(run.resolve("checkpoints/broken-step-00000003/model.safetensors")));
    assertArrayEquals(weights(whole, "model.safetensors"), weights(run, "model.safetensors"));
  }

  @Test
  void aRunOfWhichNoCheckpointIsWholeIsRefusedAndLeftAsItIs() throws IOException {
    Path run = temp.resolve("run");
    TrainingRun.start(run, config("0.0"), silent(), List.of(), () -> false);
    List<Path> steps;
    try (var list = Files.list(run.resolve("checkpoints"))) {
      steps = list.filter(p -> p.getFileName().toString().startsWith("step-")).toList();
    }
    for (Path step : steps) {
      Files.writeString(step.resolve("state.conf"), "step = 1");
    }
    var e =
        assertThrows(
            CheckpointException.class,
            () -> TrainingRun.resume(run, silent(), List.of(), () -> false));
    assertTrue(e.getMessage().contains("none of the " + steps.size()), e.getMessage());
    steps.forEach(step -> assertTrue(Files.exists(step)));
  }
}
