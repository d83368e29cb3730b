package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;

/** Every file under configs/ that is an experiment. */
class ExperimentsTest {
  private static final Path CONFIGS = Path.of("..", "configs");

  /** Included by experiments. */
  private static final Set<String> PARTS =
      Set.of("base.conf", "crops-640.conf", "squares-640.conf");

  /** An experiment, alone or with the model of a recipe of its. */
  record Experiment(Path file, Optional<String> model) {
    ConfigFile load() {
      return ConfigFile.load(file, model, List.of());
    }

    @Override
    public String toString() {
      return CONFIGS.relativize(file) + model.map(m -> " with " + m).orElse("");
    }
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(CONFIGS)) {
      return files
          .filter(f -> f.toString().endsWith(".conf"))
          .filter(f -> !f.startsWith(CONFIGS.resolve("models")))
          .filter(f -> !PARTS.contains(f.getFileName().toString()))
          .sorted()
          .toList();
    }
  }

  static List<Experiment> experiments() throws IOException {
    List<Experiment> out = new ArrayList<>();
    for (Path file : files()) {
      out.add(new Experiment(file, Optional.empty()));
      for (Recipe recipe : ConfigFile.recipes(file)) {
        out.add(new Experiment(file, Optional.of(recipe.model())));
      }
    }
    return out;
  }

  @Test
  void thereAreExperiments() throws IOException {
    assertTrue(experiments().size() > 70);
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void bindsStrictlyAndIsWrittenBackEqual(Experiment experiment, @TempDir Path folder)
      throws IOException {
    RunSettings settings = experiment.load().bind(RunSettings.class);
    Path copy = folder.resolve("copy.conf");
    Files.writeString(copy, SettingsWriter.render(settings));
    assertEquals(settings, ConfigFile.load(copy, List.of()).bind(RunSettings.class));
  }

  @Test
  void everyNameOfTheZooIsAModelFileOfThatModel() {
    Path quickstart = CONFIGS.resolve("quickstart.conf");
    for (String name : Variants.names()) {
      Path file = ModelFiles.find(name, quickstart);
      assertEquals(
          Variants.get(name),
          ConfigFile.load(file, List.of()).bind(RunSettings.class).model(),
          name);
    }
  }

  @Test
  void everyExperimentOfPublishedDataTakesEveryModelOfQueries() throws IOException {
    for (Path file : files()) {
      for (String name : Variants.names()) {
        if (Variants.get(name).decoder().isAsked()) {
          continue; // its task and what it is judged by are others
        }
        boolean pixels = name.startsWith("per-pixel");
        if (!ConfigFile.recipes(file).isEmpty() && (!pixels || file.endsWith("semantic.conf"))) {
          ConfigFile.load(file, Optional.of(name), List.of()).bind(RunSettings.class);
        }
      }
    }
  }

  @Test
  void publishedModelsHaveTheirPublishedParameterCounts() {
    assertEquals(44_036_998, parameters("coco/panoptic.conf", "mask2former-r50", 133));
    assertEquals(63_029_126, parameters("coco/panoptic.conf", "mask2former-r101", 133));
    assertEquals(47_435_264, parameters("coco/panoptic.conf", "mask2former-swin-t", 133));
    assertEquals(215_535_610, parameters("coco/panoptic.conf", "mask2former-swin-l", 133));
    assertEquals(45_065_158, parameters("coco/panoptic.conf", "maskformer-r50-encoder", 133));
    assertEquals(41_307_863, parameters("ade20k/semantic.conf", "maskformer-r50", 150));
    assertEquals(41_757_009, parameters("ade20k/semantic.conf", "maskformer-swin-t", 150));
  }

  private static long parameters(String file, String model, int classes) {
    RunSettings settings =
        ConfigFile.load(CONFIGS.resolve(file), Optional.of(model), List.of())
            .bind(RunSettings.class);
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel built =
            SegmentationModels.build(engine, settings.model(), ClassSpace.ofSize(classes))) {
      return built.parameterCount();
    }
  }
}
