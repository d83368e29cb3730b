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
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
        "criterion.points { class-weight = 0, mask-weight = 0, dice-weight = 0 } | criterion.points.class-weight | nothing would be learnt",
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
}
