package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Task;
import org.maskwright.datasets.catalog.DatasetOpener;
import org.maskwright.datasets.catalog.DatasetSettings;
import org.maskwright.engine.process.Rendezvous;
import org.maskwright.modelzoo.text.TextBank;
import org.maskwright.modelzoo.text.WordClass;
import org.maskwright.trainer.config.ConfigException;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;
import org.maskwright.trainer.eval.EvalReports;
import org.maskwright.trainer.output.OutputFolder;

/** A run that is evaluated on several data sets, each by its own kinds of result and classes. */
class SeveralEvaluationsIT {
  private static final String BOTH =
      """
      train.steps = 2
      eval { tasks = [panoptic, semantic], best = all.panoptic.PQ }
      data.evaluations = [
        { name = all }
        {
          name = things
          dataset { type = coco-instance, annotations = annotations/instances_val.json }
          tasks = [instance]
          limit = 2
          classes { ball = somebody }
        }
      ]
      """;

  @TempDir private Path temp;

  private final StringWriter said = new StringWriter();

  private RunSummary trained(String more) throws IOException {
    Path config = TinyRun.write(temp, more);
    try (Console console = new Console(new PrintWriter(said), false)) {
      return TrainingRun.start(
          temp.resolve("run"), ConfigFile.load(config, List.of()), console, List.of(), () -> false);
    }
  }

  @Test
  void eachDataSetIsJudgedByItsOwnKindsAndClasses() throws IOException {
    RunSummary summary = trained(BOTH);
    Map<String, Double> metrics = summary.last().orElseThrow().metrics();
    assertTrue(metrics.containsKey("all.panoptic.PQ"), metrics.toString());
    assertTrue(metrics.containsKey("all.semantic.mIoU"), metrics.toString());
    assertTrue(metrics.containsKey("things.instance.AP"), metrics.toString());
    assertTrue(!metrics.containsKey("things.panoptic.PQ"), metrics.toString());
    assertEquals("all.panoptic.PQ", summary.decidedBy());
    assertTrue(
        said.toString().contains("note: things: the model does not have 1 of"), said.toString());
    Path run = temp.resolve("run");
    assertTrue(Files.readString(run.resolve("report.html")).contains("things: instance"));
    assertEquals(
        metrics.keySet(),
        MetricsLog.read(run.resolve("metrics.jsonl")).stream()
            .filter(line -> line.kind().equals("final"))
            .reduce((a, b) -> b)
            .orElseThrow()
            .values()
            .keySet());
    assertEquals(metrics, evaluatedAgain(run));
  }

  private Map<String, Double> evaluatedAgain(Path run) throws IOException {
    RunSettings settings =
        ConfigFile.load(TinyRun.write(temp, BOTH), List.of()).bind(RunSettings.class);
    Path out = temp.resolve("out");
    try (Console console = new Console(new PrintWriter(new StringWriter()), false)) {
      ModelEvaluation evaluation =
          new ModelEvaluation(
              run.resolve("checkpoints/last"),
              settings,
              new ModelEvaluation.Wishes(0, false, Optional.empty()),
              console,
              List.of());
      EvalReports reports =
          GroupMember.run(
                  Rendezvous.ALONE,
                  settings.train().processes().patience(),
                  group -> evaluation.run(group, Optional.of(OutputFolder.open(out))))
              .orElseThrow();
      for (String file :
          List.of(
              "report.html",
              "evaluation.json",
              "all/panoptic.json",
              "things/instances.json",
              "samples-things.png",
              "things-instance-confusion.csv")) {
        assertTrue(Files.exists(out.resolve(file)), file);
      }
      return reports.metrics();
    }
  }

  private List<String> things() {
    Path scenes = temp.resolve("scenes");
    DatasetSettings settings =
        DatasetSettings.of("coco-instance", scenes, "val")
            .withPlaces("images/val", "annotations/instances_val.json");
    return DatasetOpener.open(settings, Task.INSTANCE).categories().names();
  }

  /** Vectors of one word each, at random. */
  private Path bank(String... words) {
    Random random = new Random(7);
    int width = 16;
    float[] vectors = new float[words.length * width];
    for (int w = 0; w < words.length; w++) {
      double length = 0;
      for (int d = 0; d < width; d++) {
        vectors[w * width + d] = (float) random.nextGaussian();
        length += vectors[w * width + d] * vectors[w * width + d];
      }
      for (int d = 0; d < width; d++) {
        vectors[w * width + d] /= (float) Math.sqrt(length);
      }
    }
    Path file = temp.resolve("bank-" + words.length + ".safetensors");
    List<WordClass> classes = Arrays.stream(words).map(WordClass::named).toList();
    TextBank.of(classes, List.of("{}"), width, vectors).write(file);
    return file;
  }

  @Test
  void aModelOfWordsIsAskedAboutTheClassesOfEach() throws IOException {
    String[] scenes = {
      "ball", "balloon", "cone", "crate", "ring", "starfish", "sky", "water", "grass", "sand"
    };
    String[] more = Arrays.copyOf(scenes, scenes.length + 1);
    more[scenes.length] = "somebody";
    String head = "model.class-head { type = words, words.bank = \"%s\" }\n";
    RunSummary summary = trained(BOTH + head.formatted(bank(more)));
    Map<String, Double> metrics = summary.last().orElseThrow().metrics();
    assertTrue(metrics.containsKey("things.instance.AP"), metrics.toString());
    assertFalse(said.toString().contains("does not have"), said.toString());
    Path lacking = TinyRun.write(temp, BOTH + head.formatted(bank(scenes)));
    assertThrows(
        RuntimeException.class,
        () ->
            TrainingRun.start(
                temp.resolve("lacking"),
                ConfigFile.load(lacking, List.of()),
                new Console(new PrintWriter(new StringWriter()), false),
                List.of(),
                () -> false));
  }

  private String refused(String more) throws IOException {
    Path config = TinyRun.write(temp, more);
    return assertThrows(
            ConfigException.class, () -> ConfigFile.load(config, List.of()).bind(RunSettings.class))
        .getMessage();
  }

  @Test
  void whatCannotBeMeantIsRefused() throws IOException {
    String two = "data.evaluations = [{ name = a }, { name = b, tasks = [semantic] }]\n";
    assertTrue(refused(two).contains("best one of a.panoptic.PQ"));
    assertTrue(refused(two + "eval.best = b.panoptic.PQ").contains("b.semantic.mIoU"));
    assertTrue(refused(two + "eval.best = c.panoptic.PQ").contains("best one of"));
    assertTrue(refused("data.evaluations = [{}, {}]").contains("a name of its own"));
    assertTrue(refused("data.evaluations = [{ name = semantic }]").contains("no kind of result"));
  }

  @Test
  void aDataSetWithoutAClassOfTheModelIsRefused() throws IOException {
    String other =
        """
        data.evaluation.label-space = own
        data.evaluation.dataset { type = coco-instance, annotations = annotations/instances_val.json }
        data.evaluation.tasks = [instance]
        data.evaluation.classes { %s }
        eval { tasks = [instance], best = instance.AP }
        """;
    trained("train.steps = 1");
    List<String> things = things();
    StringBuilder names = new StringBuilder();
    things.forEach(name -> names.append('"' + name + "\" = \"other " + name + "\", "));
    Path config = TinyRun.write(temp, other.formatted(names));
    ConfigException e =
        assertThrows(
            ConfigException.class,
            () ->
                TrainingRun.start(
                    temp.resolve("none"),
                    ConfigFile.load(config, List.of()),
                    new Console(new PrintWriter(new StringWriter()), false),
                    List.of(),
                    () -> false));
    assertTrue(e.getMessage().contains("expected a class of the model"), e.getMessage());
  }

  @Test
  void baseNovelAndTheirHarmonicMeanAreMeasured() throws IOException {
    trained("train.steps = 1");
    List<String> things = things();
    Map<String, Double> metrics;
    Path config = TinyRun.write(temp, "train.steps = 1, eval.novel = [\"" + things.get(0) + "\"]");
    RunSummary summary =
        TrainingRun.start(
            temp.resolve("novel"),
            ConfigFile.load(config, List.of()),
            new Console(new PrintWriter(new StringWriter()), false),
            List.of(),
            () -> false);
    metrics = summary.last().orElseThrow().metrics();
    for (String name : List.of("panoptic.PQ", "instance.AP", "semantic.mIoU")) {
      for (String part : List.of("-base", "-novel", "-harmonic")) {
        assertTrue(metrics.containsKey(name + part), metrics.toString());
      }
    }
    Path wrong = TinyRun.write(temp, "train.steps = 1, eval.novel = [nothing]");
    assertThrows(
        ConfigException.class,
        () ->
            TrainingRun.start(
                temp.resolve("wrong"),
                ConfigFile.load(wrong, List.of()),
                new Console(new PrintWriter(new StringWriter()), false),
                List.of(),
                () -> false));
  }
}
