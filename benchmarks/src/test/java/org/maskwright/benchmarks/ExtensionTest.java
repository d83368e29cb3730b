package org.maskwright.benchmarks;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import example.TinyNet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Normalization;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.LoadPolicy;
import org.maskwright.modelzoo.weights.LoadReport;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigFile;
import org.maskwright.trainer.config.RunSettings;

/**
 * What one class outside Maskwright's packages, named in one line of {@code META-INF/services},
 * adds. Here and not in the trainer, so that the trainer's own reference of keys stays its own.
 */
class ExtensionTest {
  private static final String SMALL =
      """
      model {
        hidden-dim = 32
        mask-dim = 32
        backbone { type = tiny-net, tiny-net { width = %d } }
        pixel-decoder.deformable { layers = 1, heads = 4, feedforward-dim = 32 }
        decoder.masked-attention { queries = 5, layers = 2, heads = 4, feedforward-dim = 32 }
      }
      """;

  @TempDir Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private Path experiment(int width) throws IOException {
    return Files.writeString(folder.resolve("my.conf"), SMALL.formatted(width));
  }

  private ModelConfig model() throws IOException {
    return ConfigFile.load(experiment(8), List.of()).bind(RunSettings.class).model();
  }

  @Test
  void aBackboneIsChosenByItsNameInAConfigurationFile() throws IOException {
    assertEquals(new TinyNet.Settings(8), model().backbone());
    assertEquals(0, run("inspect", "model", experiment(8).toString(), "--size", "64x64"));
  }

  @Test
  void itsKeysAreInTheReference() {
    assertEquals(0, run("config", "reference"));
    assertTrue(out.toString().contains("## `model.backbone.tiny-net`"), out::toString);
    assertTrue(
        out.toString()
            .contains(
                "| one of resnet, swin, mobilenet-v2, efficientnet-lite, convnext, tiny-vit, clip-resnet, vit, tiny-net |"),
        out::toString);
  }

  @Test
  void itsPublishedVariantsAreModelsOfTheZoo() {
    assertEquals(0, run("inspect", "models"));
    List<String> names = out.toString().lines().toList();
    assertTrue(names.contains("mask2former-tiny-net"), out::toString);
    assertTrue(names.contains("maskformer-tiny-net"), out::toString);
    assertEquals(new TinyNet.Settings(16), Variants.get("mask2former-tiny-net").backbone());
  }

  @Test
  void aModelWithItIsSavedAndOpenedAgain() throws IOException {
    ModelConfig config = model();
    ClassSpace classes = ClassSpace.ofSize(3);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
        SegmentationModel model = SegmentationModels.build(engine, config, classes)) {
      ModelFolder.write(
          folder, ModelFile.of(config, classes, 64, 64, Normalization.IMAGENET, "mine"), model);
      try (SegmentationModel opened = ModelFolder.open(engine, folder)) {
        assertEquals(config, opened.config());
        assertArrayEquals(logits(engine, model), logits(engine, opened));
      }
    }
  }

  private static float[] logits(Engine engine, SegmentationModel model) {
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      model.setTraining(false);
      return model.predict(engine.ones(1, 3, 64, 64)).maskLogits().toFloats();
    }
  }

  @Test
  void aFileWithItsAuthorsNamesIsRecognisedAndLoaded() throws IOException {
    Map<String, HostTensor> theirs = new LinkedHashMap<>();
    ModelConfig config = model();
    try (Engine engine = Engine.open(EngineOptions.DEFAULT.withBackend("torch"));
        SegmentationModel model = SegmentationModels.build(engine, config, ClassSpace.ofSize(3))) {
      model
          .backbone()
          .state()
          .forEach(
              (name, p) ->
                  theirs.put(
                      name.replace("stages.", "tiny."),
                      HostTensor.ofFloats(p.tensor().toFloats(), p.shape())));
      Path file = folder.resolve("theirs.safetensors");
      Safetensors.write(file, StateDict.of(theirs));
      ImportedWeights weights = WeightImport.read(file);
      assertEquals("tiny net (example)", weights.provenance().family());
      assertEquals(new TinyNet.Settings(8), DeducedArchitecture.of(weights.state()).backbone());
      LoadReport report = model.load(weights, LoadPolicy.backbone());
      assertEquals(theirs.size(), report.loaded().size());
    }
  }

  @Test
  void whatItThrowsEndsWithItsNameAndTheExitCodeOfAConfiguration() throws IOException {
    assertEquals(3, run("inspect", "model", experiment(7).toString()));
    assertTrue(
        err.toString().contains("BackbonePart tiny-net (example.TinyNet) threw"), err::toString);
  }
}
