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
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Laws over all settings, all defaults and all experiment files. */
final class RunSettingsTest {
  /** Tests run in the module's folder. */
  private static final Path REPOSITORY = Path.of("").toAbsolutePath().getParent();

  @TestFactory
  Stream<DynamicTest> everyExperimentFileLoadsStrictly() throws IOException {
    Path configs = REPOSITORY.resolve("configs");
    List<Path> files;
    try (Stream<Path> walk = Files.exists(configs) ? Files.walk(configs) : Stream.empty()) {
      files = walk.filter(RunSettingsTest::isExperiment).sorted().toList();
    }
    return files.stream()
        .map(
            file ->
                DynamicTest.dynamicTest(
                    configs.relativize(file).toString(),
                    () -> ConfigFile.load(file, List.of()).bind(RunSettings.class)));
  }

  /** Files below a folder named base are included by others and need not be complete. */
  private static boolean isExperiment(Path file) {
    return file.toString().endsWith(".conf") && !file.getParent().endsWith("base");
  }

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
    Path file = REPOSITORY.resolve("configs/ade20k/semantic/per-pixel-r50.conf");
    ConfigFile config = ConfigFile.load(file, List.of(override));
    ConfigException e = assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
    assertEquals(List.of(key), e.problems().stream().map(ConfigException.Problem::path).toList());
    assertTrue(e.getMessage().contains("per-pixel"), e.getMessage());
  }

  @Test
  void aModelThatClassifiesMasksIsNotTrainedByPixels() {
    Path file = REPOSITORY.resolve("configs/ade20k/semantic/maskformer-r50.conf");
    ConfigFile config = ConfigFile.load(file, List.of("criterion.type=per-pixel"));
    assertThrows(ConfigException.class, () -> config.bind(RunSettings.class));
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
