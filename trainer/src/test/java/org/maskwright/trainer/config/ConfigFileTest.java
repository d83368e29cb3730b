package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {
  @TempDir private Path folder;

  enum Precision {
    FP32,
    BF16_MIXED
  }

  record Optimizer(double lr, double weightDecay) {
    Optimizer {
      if (!(lr > 0)) {
        throw new IllegalArgumentException("lr: expected a number above 0, got " + lr);
      }
    }
  }

  record Stage(String name, int depth) {}

  sealed interface Rate permits Flat, MultiDrop {}

  record Flat() implements Rate {}

  record MultiDrop(List<Long> milestones, double gamma) implements Rate {}

  record Sample(
      Path data,
      long steps,
      float dropPath,
      boolean flip,
      Precision precision,
      List<Integer> sizes,
      List<Stage> stages,
      Map<String, Double> multipliers,
      Optional<Path> initFrom,
      Optional<Integer> limit,
      Optimizer optimizer,
      Rate rate) {}

  private static final String DEFAULTS =
      """
      steps = 100
      drop-path = 0.3
      flip = true
      precision = fp32
      sizes = [640, 672]
      stages = [{name = res2, depth = 3}, {name = res3, depth = 4}]
      multipliers { backbone = 0.1 }
      init-from = null
      optimizer { lr = 1e-4, weight-decay = 0.05 }
      rate { type = flat, multi-drop { gamma = 0.1, milestones = [] } }
      """;

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static ConfigFile load(Path file, String... overrides) {
    return ConfigFile.load(
        file, Optional.empty(), List.of(overrides), ConfigFile.parse(DEFAULTS, Origins.REFERENCE));
  }

  private List<String> problems(String text, String... overrides) throws IOException {
    Path file = write("bad.conf", text);
    ConfigException error =
        assertThrows(ConfigException.class, () -> load(file, overrides).bind(Sample.class));
    return error.problems().stream()
        .map(problem -> problem.toString().replace(Origins.shortened(folder) + "/", ""))
        .toList();
  }

  @Test
  void everyTypeOfComponentIsRead() throws IOException {
    Path file =
        write(
            "good.conf",
            """
            data = /data/coco
            precision = bf16-mixed
            limit = 8
            multipliers { "pixel.decoder" = 2 }
            rate { type = multi-drop, multi-drop.milestones = [10, 20] }
            """);
    Sample sample = load(file).bind(Sample.class);
    assertEquals(
        new Sample(
            Path.of("/data/coco"),
            100,
            0.3f,
            true,
            Precision.BF16_MIXED,
            List.of(640, 672),
            List.of(new Stage("res2", 3), new Stage("res3", 4)),
            Map.of("backbone", 0.1, "pixel.decoder", 2.0),
            Optional.empty(),
            Optional.of(8),
            new Optimizer(1e-4, 0.05),
            new MultiDrop(List.of(10L, 20L), 0.1)),
        sample);
  }

  @Test
  void allProblemsAreReportedAtOnceWithFileAndLine() throws IOException {
    List<String> problems =
        problems(
            """
            steps = many
            flip = 3
            precision = bf16
            sizes = [640, 6.5]
            stages = 5
            optimizer {
              lr = -1
            }
            optimizer.weightDecay = 0
            weight-decay = 0
            mutlipliers = {}
            rate.type = multidrop
            """);
    assertEquals(
        List.of(
            "bad.conf: data: missing; expected a path; set it there or with --set data=...",
            "bad.conf:1: steps: expected a whole number, got \"many\"",
            "bad.conf:2: flip: expected true or false, got 3",
            "bad.conf:3: precision: expected one of fp32, bf16-mixed, got \"bf16\"",
            "bad.conf:4: sizes[1]: expected a whole number, got 6.5",
            "bad.conf:5: stages: expected a list [ ... ], got 5",
            "bad.conf:9: optimizer.weightDecay: unknown key; did you mean weight-decay?",
            "bad.conf:7: optimizer.lr: expected a number above 0, got -1.0",
            "bad.conf:12: rate.type: expected one of flat, multi-drop, got \"multidrop\";"
                + " did you mean multi-drop?",
            "bad.conf:11: mutlipliers: unknown key; did you mean multipliers?",
            "bad.conf:10: weight-decay: unknown key; did you mean optimizer.weight-decay?"),
        problems);
  }

  @Test
  void keysOfAVariantThatIsNotChosenAreCheckedToo() throws IOException {
    assertEquals(
        List.of("bad.conf:2: rate.multi-drop.gama: unknown key; did you mean gamma?"),
        problems("data = x\nrate.multi-drop.gama = 0.2\n"));
  }

  @Test
  void valuesFromIncludedFilesKeepTheirOwnFileAndLine() throws IOException {
    Files.createDirectories(folder.resolve("base"));
    write("base/common.conf", "data = x\n\nsteps = few\n");
    assertEquals(
        List.of("base/common.conf:3: steps: expected a whole number, got \"few\""),
        problems("include required(\"base/common.conf\")\nflip = false\n"));
  }

  @Test
  void aMissingIncludeIsAnErrorThatNamesIt() throws IOException {
    List<String> problems = problems("include required(\"nowhere.conf\")\n");
    assertTrue(problems.get(0).contains("not found: nowhere.conf"), problems.toString());
    assertTrue(problems.get(0).startsWith("bad.conf: "), problems.toString());
  }

  @Test
  void aSyntaxErrorIsReportedWithItsLine() throws IOException {
    List<String> problems = problems("data = x\noptimizer {\n  lr = 1\n");
    assertTrue(problems.get(0).startsWith("bad.conf:"), problems.toString());
  }

  @Test
  void aMissingFileIsReported() {
    ConfigException error =
        assertThrows(
            ConfigException.class, () -> ConfigFile.load(folder.resolve("no.conf"), List.of()));
    assertTrue(error.getMessage().contains("no.conf: no such file"), error.getMessage());
  }

  @Test
  void overridesWinAndSayWhereTheyComeFrom() throws IOException {
    Path file = write("good.conf", "data = x\nsteps = 5\n");
    ConfigFile loaded = load(file, "steps=7", "steps=1e3", "data=/a b#c//d", "sizes=[1,2]");
    Sample sample = loaded.bind(Sample.class);
    assertEquals(1000, sample.steps());
    assertEquals(Path.of("/a b#c//d"), sample.data());
    assertEquals(List.of(1, 2), sample.sizes());
    assertEquals("--set", origin(loaded, "steps"));
    assertEquals(
        List.of("--set: steps: expected a whole number, got \"x\""),
        problems("data = x", "steps=x"));
    assertEquals(
        List.of("--set: stepps: unknown key; did you mean steps?"), problems("data=x", "stepps=1"));
    assertEquals(List.of("--set: expected key=value, got steps"), problems("data = x", "steps"));
  }

  @Test
  void aSubstitutionSeesOverrides() throws IOException {
    Path file = write("good.conf", "data = x\nsteps = ${limit}\nlimit = 3\n");
    assertEquals(9, load(file, "limit=9").bind(Sample.class).steps());
  }

  @Test
  void theEnvironmentFillsSubstitutionsAndIsNamedAsOrigin() throws IOException {
    // PATH is the one variable that every machine has.
    Path file = write("good.conf", "data = ${PATH}\ninit-from = ${?MASKWRIGHT_TEST_UNSET}\n");
    ConfigFile loaded = load(file);
    assertEquals(Path.of(System.getenv("PATH")), loaded.bind(Sample.class).data());
    assertEquals(Optional.empty(), loaded.bind(Sample.class).initFrom());
    assertEquals("environment", origin(loaded, "data"));
  }

  @Test
  void aSubstitutionWithoutAValueIsAnError() throws IOException {
    List<String> problems = problems("data = ${MASKWRIGHT_TEST_UNSET}\n");
    assertTrue(problems.get(0).contains("MASKWRIGHT_TEST_UNSET"), problems.toString());
    assertTrue(problems.get(0).startsWith("bad.conf:1"), problems.toString());
  }

  @Test
  void renderedValuesReadBackToTheSameSettings() throws IOException {
    Path file = write("good.conf", "data = \"/a \\\"b\\\"\"\nlimit = 2\nrate.type = flat\n");
    ConfigFile loaded = load(file, "optimizer.lr=0.5");
    Path copy = write("resolved.conf", loaded.render());
    assertEquals(loaded.bind(Sample.class), load(copy).bind(Sample.class));
  }

  @Test
  void entriesSayWhereEachValueWasWritten() throws IOException {
    ConfigFile loaded = load(write("good.conf", "data = x\n\noptimizer.lr = 0.5\n"));
    assertTrue(origin(loaded, "optimizer.lr").endsWith("good.conf:3"));
    assertEquals("reference.conf:9", origin(loaded, "optimizer.weight-decay"));
    assertEquals("reference.conf:5", origin(loaded, "sizes"));
  }

  private static String origin(ConfigFile file, String path) {
    return file.entries().stream()
        .filter(entry -> entry.path().equals(path))
        .findFirst()
        .orElseThrow()
        .origin();
  }
}
