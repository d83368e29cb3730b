package org.maskwright.trainer.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.head.ClassSpace;

/** Every file under configs/ that is an experiment. */
class ExperimentsTest {
  private static final Path CONFIGS = Path.of("..", "configs");

  static List<Path> experiments() throws IOException {
    try (Stream<Path> files = Files.walk(CONFIGS)) {
      return files
          .filter(f -> f.toString().endsWith(".conf"))
          .filter(
              f ->
                  !f.getFileName().toString().equals("base.conf")
                      && !f.getParent().getFileName().toString().equals("models"))
          .sorted()
          .toList();
    }
  }

  @Test
  void thereAreExperiments() throws IOException {
    assertTrue(experiments().size() > 40);
  }

  @ParameterizedTest
  @MethodSource("experiments")
  void bindsStrictlyAndIsWrittenBackEqual(Path file, @org.junit.jupiter.api.io.TempDir Path folder)
      throws IOException {
    RunSettings settings = ConfigFile.load(file, List.of()).bind(RunSettings.class);
    Path copy = folder.resolve("copy.conf");
    Files.writeString(copy, SettingsWriter.render(settings));
    assertEquals(settings, ConfigFile.load(copy, List.of()).bind(RunSettings.class));
  }

  @Test
  void publishedModelsHaveTheirPublishedParameterCounts() {
    assertEquals(44_036_998, parameters("coco/panoptic/mask2former-r50.conf", 133));
    assertEquals(63_029_126, parameters("coco/panoptic/mask2former-r101.conf", 133));
    assertEquals(47_435_264, parameters("coco/panoptic/mask2former-swin-t.conf", 133));
    assertEquals(215_535_610, parameters("coco/panoptic/mask2former-swin-l.conf", 133));
    assertEquals(45_065_158, parameters("coco/panoptic/maskformer-r50-encoder.conf", 133));
    assertEquals(41_307_863, parameters("ade20k/semantic/maskformer-r50.conf", 150));
    assertEquals(41_757_009, parameters("ade20k/semantic/maskformer-swin-t.conf", 150));
  }

  private static long parameters(String file, int classes) {
    RunSettings settings =
        ConfigFile.load(CONFIGS.resolve(file), List.of()).bind(RunSettings.class);
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, settings.model(), ClassSpace.ofSize(classes))) {
      return model.parameterCount();
    }
  }
}
