package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.datasets.Task;

/** Laws over all settings and all defaults. */
final class RunSettingsTest {
  @TempDir private Path folder;

  /** Tests run in the module's folder. */
  private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

  @Test
  void everyDefaultBelongsToAKey() {
    List<String> problems;
    try {
      ConfigFile.defaults().bind(RunSettings.class);
      problems = List.of();
    } catch (ConfigException e) {
      problems =
          e.problems().stream()
              .map(ConfigException.Problem::toString)
              .filter(problem -> !problem.contains(": missing; ")) // an experiment must set those
              .toList();
    }
    assertEquals(List.of(), problems);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "criterion       | criterion.type=points",
        "task            | task=panoptic",
        "task            | task=instance",
        "eval            | eval.tasks=[semantic,panoptic]",
      })
  void aModelThatClassifiesPixelsIsForTheSemanticTaskAlone(String key, String override) {
    Path file = REPOSITORY.resolve("configs/ade20k/semantic.conf");
    ConfigFile config = ConfigFile.load(file, Optional.of("per-pixel-r50"), List.of(override));
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals(List.of(key), e.problems().stream().map(ConfigException.Problem::path).toList());
    assertTrue(e.getMessage().contains("per-pixel"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data.sources[0].clips.frames | data.source.clips.frames=65               | 1 to 64",
        "data.sources[0].clips.range | data.source.clips.range=0                 | at least 1",
        "data.sources[0].clips.shift | data.source.clips.shift=1                 | in [0,1)",
        "data.sources[0].tiles | data.source.tiles.size=64                 | whole images",
        "data.sources[0].repeat-threshold | data.source.repeat-threshold=0.1          | once in an epoch",
        "data.sources[0].supervision | data.source.supervision.type=boxes        | got boxes",
        "data.sources[0].supervision | data.source.supervision.type=as-annotated | got as-annotated",
      })
  void clipsGoWithWholeMasksOfWholeImages(String key, String override, String said) {
    Path file = REPOSITORY.resolve("configs/quickstart.conf");
    List<String> overrides =
        List.of(
            "task=instance",
            "model.decoder.type=masked-attention-video",
            "data.source.clips.frames=2",
            override);
    ConfigFile config = ConfigFile.load(file, overrides);
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals(key, e.problems().get(0).path(), e.getMessage());
    assertTrue(e.getMessage().contains(said), e.getMessage());
  }

  @Test
  void clipsAreForModelsThatTakeThem() {
    Path file = REPOSITORY.resolve("configs/quickstart.conf");
    ConfigFile config =
        ConfigFile.load(file, List.of("task=instance", "data.source.clips.frames=2"));
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertTrue(e.getMessage().contains("got masked-attention"), e.getMessage());
    assertTrue(e.getMessage().contains("masked-attention-video"), e.getMessage());
  }

  @Test
  void aMixedBatchHasClipsOfOneLength() {
    Path file = REPOSITORY.resolve("configs/quickstart.conf");
    List<String> overrides =
        List.of("data.sources=[{ clips.frames = 2 }, { clips.frames = 3 }]", "data.sampling=mixed");
    ConfigFile config = ConfigFile.load(file, overrides);
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertTrue(e.getMessage().contains("by-source"), e.getMessage());
  }

  @Test
  void aRateThatDecaysFromLayerToLayerIsOfABackboneWithLayers() {
    Path file = REPOSITORY.resolve("configs/coco/panoptic.conf");
    ConfigFile.load(
            file,
            Optional.of("mask2former-convnext-t"),
            List.of("optimizer.layer-decay.factor=0.7"))
        .bind(RunSettings.class);
    for (String override :
        List.of("optimizer.layer-decay.factor=0.7", "optimizer.layer-decay.spared=1")) {
      ConfigFile config = ConfigFile.load(file, List.of(override));
      ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
      assertEquals("optimizer", e.problems().get(0).path());
      assertTrue(e.getMessage().contains("layer-decay"), e.getMessage());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "eomt-s          | model.pixel-decoder.type=fpn  | model | tokens",
        "eomt-s          | model.decoder.type=detr       | model | eomt",
        "eomt-s          | model.backbone.vit.held-back=0 | model | held-back",
        "eomt-s          | model.hidden-dim=256          | model | 384",
        "mask2former-r50 | model.pixel-decoder.type=tokens | model | tokens",
        "mask2former-r50 | model.decoder.type=eomt       | model | held-back",
      })
  void blocksThatABackboneHoldsBackAreForTheDecoderThatRunsThem(
      String model, String override, String key, String named) {
    Path file = REPOSITORY.resolve("configs/coco/panoptic.conf");
    ConfigFile config = ConfigFile.load(file, Optional.of(model), List.of(override));
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertTrue(e.problems().get(0).path().startsWith(key), e.getMessage());
    assertTrue(e.getMessage().contains(named), e.getMessage());
  }

  @Test
  void aModelThatClassifiesMasksIsNotTrainedByPixels() {
    Path file = REPOSITORY.resolve("configs/ade20k/semantic.conf");
    ConfigFile config =
        ConfigFile.load(file, Optional.of("maskformer-r50"), List.of("criterion.type=per-pixel"));
    assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "schedule.warmup-steps                       | -1",
        "schedule.warmup-factor                      | 3",
        "schedule.warmup-factor                      | -0.1",
        "schedule.backbone-warmup-steps              | -1",
        "optimizer.layer-decay.factor                | 0",
        "optimizer.layer-decay.factor                | 1.5",
        "optimizer.layer-decay.spared                | -1",
        "schedule.shape.multi-step.gamma             | 0",
        "schedule.shape.multi-step.milestones        | [0.9, 0.8]",
        "schedule.shape.multi-step.milestones        | [0.5, 0.5]",
        "schedule.shape.multi-step.milestones        | [327778, 355092]",
        "augment.lsj.height                          | 0",
        "augment.lsj.width                           | 2147483647",
        "augment.lsj.min-scale                       | 0",
        "augment.lsj.max-scale                       | 0.01",
        "augment.lsj.flip                            | 2",
        "engine.threads                              | -1",
        "engine.memory-fraction                      | 0",
        "engine.memory-limit                         | -1",
        "data.workers                                | 2000000000",
        "data.val.hold-out                           | 1.5",
        "model.hidden-dim                            | 2147483616",
        "model.mask-dim                              | 2147483647",
        "model.size-divisibility                     | 2147483647",
        "model.backbone.resnet.width                 | 2147483647",
        "model.backbone.resnet.blocks                | [3, 4, 6, 2147483647]",
        "model.pixel-decoder.deformable.layers       | 2147483647",
        "model.pixel-decoder.deformable.points       | 2147483647",
        "model.decoder.masked-attention.queries      | 2147483647",
        "model.decoder.masked-attention.feedforward-dim | 2147483647",
      })
  void aValueOutOfItsRangeIsNamedWithItsPlace(String key, String value) {
    Path file = REPOSITORY.resolve("configs/coco/panoptic.conf");
    ConfigFile config = ConfigFile.load(file, List.of(key + "=" + value));
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals(key, e.problems().get(0).path());
    assertTrue(e.getMessage().startsWith("--set: "), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "type=crop | crop.height | 0",
        "type=crop | crop.short-edges | []",
        "type=crop | crop.short-edges | [0]",
        "type=crop | crop.max-size | 0",
        "type=crop | crop.single-category-max-area | 0",
        "type=crop | crop.flip | NaN",
        "type=none | none.short-edge | 0",
        "type=none | none.max-size | -1",
      })
  void anAugmentationOutOfItsRangeIsNamed(String type, String key, String value) {
    ConfigFile config =
        ConfigFile.load(
            REPOSITORY.resolve("configs/quickstart.conf"),
            List.of("augment." + type, "augment." + key + "=" + value));
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals("augment." + key, e.problems().get(0).path());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "eval.tasks=[panoptic, panoptic] | eval.tasks | each task once",
        "criterion.points { class-weight = 0, mask-weight = 0, dice-weight = 0 } |"
            + " criterion.points.class-weight | nothing would be learnt",
        "init { backbone = r50.pth, frozen-encoder.type = memory } | init |"
            + " got augment.type = lsj, which hardly ever does",
      })
  void whatCannotBeMeantIsRefused(String override, String key, String why) throws IOException {
    Path file = Files.writeString(folder.resolve("a.conf"), override);
    ConfigFile config = ConfigFile.load(file, List.of());
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals(key, e.problems().get(0).path());
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  @Test
  void aLearningRateOfZeroIsAllowedAsInPyTorch() {
    Path file = REPOSITORY.resolve("configs/quickstart.conf");
    ConfigFile config = ConfigFile.load(file, List.of("optimizer.learning-rate=0"));
    assertEquals(0, config.bind(RunSettings.class).optimizer().learningRate());
  }

  @Test
  void milestonesThatFallOnOneStepOfAShortRunDropTogether() {
    Path file = REPOSITORY.resolve("configs/coco/panoptic.conf");
    RunSettings settings = ConfigFile.load(file, List.of("train.steps=2")).bind(RunSettings.class);
    assertEquals(0.01, settings.schedule().over(2).factor(2), 1e-12);
  }

  private SourceSettings only(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("one.conf"), text);
    List<SourceSettings> trained =
        ConfigFile.load(file, List.of()).bind(RunSettings.class).data().sources();
    assertEquals(1, trained.size());
    return trained.get(0);
  }

  @Test
  void oneDataSetIsASourceOfWhatIsSaidForTheRun() throws IOException {
    SourceSettings source =
        only(
            "data.train.split = a, augment.lsj.height = 77, train.batch-size = 5, task = semantic");
    assertEquals("a", source.dataset().split());
    assertEquals(77, ((AugmentSettings.Lsj) source.augment()).height());
    assertEquals(5, source.batchSize());
    assertEquals(Task.SEMANTIC, source.task(Task.SEMANTIC));
    assertEquals(only("data.sources = [{}]"), only(""));
    assertEquals(0.5, only("data.source.repeat-threshold = 0.5").repeatThreshold());
  }

  @Test
  void sourcesAreAsTheRunWhereTheySayNothingElse() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("two.conf"),
            """
            augment.lsj.height = 77
            train.batch-size = 5
            data {
              train.type = coco-panoptic
              sources = [
                { dataset.split = a, ratio = 3 }
                { dataset.split = b, task = semantic, batch-size = 2, augment.lsj.height = 33, classes { "a b" = c } }
              ]
            }
            """);
    List<SourceSettings> trained =
        ConfigFile.load(file, List.of()).bind(RunSettings.class).data().sources();
    assertEquals(List.of("a", "b"), trained.stream().map(s -> s.dataset().split()).toList());
    assertEquals("coco-panoptic", trained.get(1).dataset().type());
    assertEquals(List.of(3.0, 1.0), trained.stream().map(SourceSettings::ratio).toList());
    assertEquals(List.of(5, 2), trained.stream().map(SourceSettings::batchSize).toList());
    assertEquals(
        List.of(77, 33),
        trained.stream().map(s -> ((AugmentSettings.Lsj) s.augment()).height()).toList());
    assertEquals(Map.of("a b", "c"), trained.get(1).classes());
    assertEquals(Task.SEMANTIC, trained.get(1).task(Task.PANOPTIC));
    assertEquals(Task.PANOPTIC, trained.get(0).task(Task.PANOPTIC));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ratio = 0            | ratio            | above 0",
        "ratio = -1           | ratio            | above 0",
        "batch-size = 0       | batch-size       | at least 1",
        "repeat-threshold = 2 | repeat-threshold | [0,1]",
        "ratios = 2           | ratios           | did you mean ratio?",
        "loss-weights.ce = -1 | loss-weights     | at least 0",
        "other-classes = none | other-classes    | unknown, absent",
      })
  void aMistakeInASourceIsNamedWithItsPlace(String mistake, String key, String why)
      throws IOException {
    Path file =
        Files.writeString(folder.resolve("a.conf"), "data.sources = [{}, { " + mistake + " }]");
    ConfigFile config = ConfigFile.load(file, List.of());
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals("data.sources[1]." + key, e.problems().get(0).path());
    assertTrue(e.getMessage().contains(why), e.getMessage());
    assertTrue(e.getMessage().contains("a.conf:1"), e.getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data.source.loss-weights.masks = 2 | data | ce, mask, dice",
        "data.source.loss-weights.masks = 2 | data | did you mean mask?",
        "eval.best = loss.dise | eval | best a loss of the criterion",
        "criterion.points.matching.type = hungarien | criterion.points.matching.type | did you mean"
            + " hungarian?",
      })
  void aTermThatTheCriterionDoesNotHaveIsRefused(String mistake, String key, String why)
      throws IOException {
    ConfigFile config =
        ConfigFile.load(Files.writeString(folder.resolve("a.conf"), mistake), List.of());
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals(key, e.problems().get(0).path());
    assertTrue(e.getMessage().contains(why), e.getMessage());
  }

  @Test
  void theLossOfATermCanDecide() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("a.conf"),
            "criterion.points.terms.my-term { type = dice, dice.weight = 1 }\n"
                + "eval.best = loss.my_term, data.source.loss-weights { my-term = 0.5 }");
    RunSettings settings = ConfigFile.load(file, List.of()).bind(RunSettings.class);
    assertTrue(settings.eval().isBetter(1, 2));
    assertEquals(Map.of("my-term", 0.5), settings.data().sources().get(0).lossWeights());
  }

  @Test
  void aMistakeInWhatSourcesAreMadeOfIsSaidOnce() throws IOException {
    Path file =
        Files.writeString(folder.resolve("a.conf"), "data.train.typ = x\naugment.lsj.height = 0");
    ConfigFile config = ConfigFile.load(file, List.of());
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals(
        List.of("data.train.typ", "augment.lsj.height"),
        e.problems().stream().map(ConfigException.Problem::path).toList());
  }

  @Test
  void everyKeyIsReadBySomeClass() {
    var production =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("org.maskwright");
    assertEquals(List.of(), UnreadKeys.find(RunSettings.class, production));
  }

  @Test
  void aKeyThatNobodyReadsIsFound() {
    var here = new ClassFileImporter().importClasses(RunSettingsTest.class, Read.class, Part.class);
    assertEquals("ab", readSome(new Read("a", "x", Optional.of(new Part("b", "y")))));
    assertEquals(List.of("Read.unread", "Part.ignored"), UnreadKeys.find(Read.class, here));
  }

  private record Read(String used, String unread, Optional<Part> part) {}

  private record Part(String name, String ignored) {}

  private static String readSome(Read read) {
    return read.used() + read.part().map(Part::name).orElseThrow();
  }

  @Test
  void theReferenceOfKeysIsUpToDate() throws IOException {
    // Repair with: ./maskwright config reference > docs/configuration.md
    assertEquals(
        ConfigReference.markdown(RunSettings.class, ConfigFile.defaults()),
        Files.readString(REPOSITORY.resolve("docs/configuration.md")));
  }

  @Test
  void operationsOfNd4jAreAnEngineOfTheirOwn() {
    String set = "engine.backend = nd4j, engine.nd4j.operations = ";
    assertEquals("nd4j-operations", engine(set + "nd4j").options(0).backend());
    assertEquals("nd4j", engine(set + "kernels").options(0).backend());
    assertEquals("torch", engine("engine.backend = torch").options(0).backend());
    String message = assertThrows(ConfigException.class, () -> engine(set + "native")).getMessage();
    assertTrue(message.contains("auto, kernels, nd4j"), message);
  }

  @Test
  void kernelsOfNd4jComputeOnTheProcessorAlone() {
    String set = "engine { backend = nd4j, nd4j.operations = kernels, device = %s }";
    assertEquals("cpu", engine(set.formatted("auto")).options(0).device());
    String message =
        assertThrows(ConfigException.class, () -> engine(set.formatted("cuda"))).getMessage();
    assertTrue(message.contains("nd4j.operations = kernels, got 'cuda'"), message);
  }

  private static EngineSettings engine(String text) {
    return ConfigFile.of("run.conf", text).bind(RunSettings.class).engine();
  }
}
