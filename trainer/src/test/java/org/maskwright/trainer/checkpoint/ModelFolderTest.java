package org.maskwright.trainer.checkpoint;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.Normalization;
import org.maskwright.datasets.metrics.ScoreThresholds;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.modelzoo.weights.TrainedLoss;

/** A model on disk is the model that was written, or is refused. */
class ModelFolderTest {
  private static final ModelConfig MODEL = Variants.get("mask2former-tiny");
  private static final ClassSpace CLASSES =
      new ClassSpace(
          List.of(new ClassSpace.Entry("cone", true), new ClassSpace.Entry("sky", false)));
  private static final ModelFile FILE =
      ModelFile.of(MODEL, CLASSES, 64, 96, Normalization.IMAGENET, "mine");

  @TempDir private Path folder;
  private Engine engine;
  private SegmentationModel model;

  @BeforeEach
  void writeAModel() {
    engine = Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1));
    model = SegmentationModels.build(engine, MODEL, CLASSES);
    ModelFolder.write(folder, FILE, model);
  }

  @AfterEach
  void close() {
    model.close();
    engine.close();
  }

  private String refused(Runnable call) {
    return assertThrows(CheckpointException.class, call::run).getMessage();
  }

  @Test
  void theModelThatIsOpenedIsTheOneThatWasWritten() {
    assertEquals(FILE, ModelFolder.describe(folder));
    long live = engine.memory().liveArrays();
    try (SegmentationModel opened = ModelFolder.open(engine, folder)) {
      assertEquals(model.state().keySet(), opened.state().keySet());
      model
          .state()
          .forEach(
              (name, p) ->
                  assertArrayEquals(
                      p.tensor().toFloats(), opened.state().get(name).tensor().toFloats(), name));
    }
    assertEquals(live, engine.memory().liveArrays());
  }

  @Test
  void thresholdsAreThoseThatWereKeptUnderTheModelsNames() throws IOException {
    assertEquals(Map.of(), ModelFolder.thresholds(folder), "a folder of before");
    ScoreThresholds best = new ScoreThresholds(0.5, Map.of("Kegel", 0.1 + 0.2));
    ModelFolder.writeThresholds(folder, Map.of("instance", best), List.of("Kegel", "Himmel"));
    assertEquals(
        Map.of("instance", new ScoreThresholds(0.5, Map.of("cone", 0.1 + 0.2))),
        ModelFolder.thresholds(folder));
    ModelFolder.writeThresholds(folder, Map.of(), List.of("cone", "sky"));
    assertEquals(Map.of(), ModelFolder.thresholds(folder), "in place of the earlier ones");
    ModelFolder.open(engine, folder).close();
    ScoreThresholds some = new ScoreThresholds(0.5, Map.of("sky", 0.3));
    ModelFolder.writeThresholds(folder, Map.of("instance", some), List.of("sky"));
    assertEquals(Map.of("instance", some), ModelFolder.thresholds(folder), "some classes by name");
    assertTrue(
        refused(() -> ModelFolder.writeThresholds(folder, Map.of(), List.of("tree")))
            .contains("thresholds of 1 classes, the model has 2"));
  }

  @Test
  void thresholdsOfOtherClassesOrWithoutANumberAreRefused() throws IOException {
    Path file = folder.resolve(ModelFolder.THRESHOLDS);
    String text = "kinds = [{ kind = instance, otherwise = 0.5, classes = [%s] }]";
    for (String classes :
        List.of(
            "{ name = tree, threshold = 0.5 }",
            "{ name = cone, threshold = 0.5 }, { name = cone, threshold = 0.6 }",
            "{ name = cone }",
            "{ name = cone, threshold = high }")) {
      Files.writeString(file, text.formatted(classes));
      String message = refused(() -> ModelFolder.thresholds(folder));
      assertTrue(message.contains(ModelFolder.THRESHOLDS), message);
    }
    Files.writeString(file, text.formatted("{ name = cone, threshold = 0.25 }"));
    assertEquals(0.25, ModelFolder.thresholds(folder).get("instance").of("cone"));
    assertEquals(0.5, ModelFolder.thresholds(folder).get("instance").of("sky"));
  }

  @Test
  void theWeightsSayWithWhichLossTheyWereTrainedIfOneIsGiven() {
    assertTrue(
        ModelFolder.weights(folder).metadata().keySet().stream()
            .noneMatch(key -> key.contains("loss")));
    TrainedLoss loss =
        new TrainedLoss(
            1, 2, 3, 0.5, Optional.empty(), Optional.of(new TrainedLoss.Focal(0.25, 2)));
    ModelFolder.write(folder, FILE, model, Optional.of(loss), Optional.empty());
    assertTrue(
        ModelFolder.weights(folder)
            .metadata()
            .entrySet()
            .containsAll(loss.toMetadata().entrySet()));
  }

  @Test
  void aModelThatWasWrittenBeforeTheClassHeadCouldBeChosenOpens() throws IOException {
    Path conf = folder.resolve(ModelFolder.SETTINGS);
    String text = Files.readString(conf);
    String older = text.replaceFirst("class-head \\{\\s*linear \\{\\}\\s*type=linear\\s*\\}", "");
    assertFalse(older.contains("class-head"), older);
    Files.writeString(conf, older);
    Checksums.write(folder);
    assertEquals(FILE, ModelFolder.describe(folder));
    Files.delete(folder.resolve(Checksums.FILE)); // as of one who took two files along
    assertEquals(FILE, ModelFolder.describe(folder));
  }

  @Test
  void aFolderWithoutAModelIsRefused() throws IOException {
    Files.delete(folder.resolve(ModelFolder.SETTINGS));
    String message = refused(() -> ModelFolder.describe(folder));
    assertTrue(message.startsWith(folder + ": expected a model folder with model.conf"), message);
    assertTrue(message.contains("maskwright import"), message);
  }

  @Test
  void settingsThatDescribeNoModelAreRefusedWithTheirFile() throws IOException {
    Path conf = folder.resolve(ModelFolder.SETTINGS);
    String text = Files.readString(conf);
    for (String wrong :
        List.of(
            text.replace("short-edge", "short-side"),
            text.replaceFirst("max-size *= *96", "max-size=32"),
            text + "\n}")) {
      Files.writeString(conf, wrong);
      String message = refused(() -> ModelFolder.describe(folder));
      assertTrue(message.contains("model.conf"), message);
    }
  }

  @Test
  void filesThatWereChangedAreRefusedWhereTheFolderHasAList() throws IOException {
    assertDoesNotThrow(() -> ModelFolder.verify(folder));
    Checksums.write(folder);
    ModelFolder.verify(folder);
    Path conf = folder.resolve(ModelFolder.SETTINGS);
    String text = Files.readString(conf);
    Files.writeString(conf, text.replace("mine", "ours"));
    assertTrue(refused(() -> ModelFolder.describe(folder)).contains("is not what was written"));
    assertTrue(refused(() -> ModelFolder.verify(folder)).startsWith(conf.toString()));
    Files.writeString(conf, text);
    Path weights = folder.resolve(ModelFolder.WEIGHTS);
    byte[] bytes = Files.readAllBytes(weights);
    bytes[bytes.length - 1] ^= 1;
    Files.write(weights, bytes);
    for (Runnable call :
        List.<Runnable>of(
            () -> ModelFolder.verify(folder),
            () -> ModelFolder.weights(folder),
            () -> ModelFolder.load(model, folder))) {
      assertTrue(refused(call).startsWith(weights + ": is not what was written"));
    }
    long live = engine.memory().liveArrays();
    refused(() -> ModelFolder.open(engine, folder).close());
    assertEquals(live, engine.memory().liveArrays(), "the model that was built is closed");
  }

  @Test
  void weightsThatAreNotFiniteAreRefusedByName() {
    Map<String, HostTensor> values = new LinkedHashMap<>(ModelFolder.weights(folder).asMap());
    String name = values.keySet().iterator().next();
    HostTensor first = values.get(name);
    float[] floats = first.toFloatArray();
    floats[0] = Float.NaN;
    floats[1] = Float.NEGATIVE_INFINITY;
    values.put(name, HostTensor.ofFloats(floats, first.shape()));
    Path weights = folder.resolve(ModelFolder.WEIGHTS);
    Safetensors.write(weights, StateDict.of(values));
    for (Runnable call :
        List.<Runnable>of(
            () -> ModelFolder.weights(folder), () -> ModelFolder.load(model, folder))) {
      String message = refused(call);
      assertTrue(message.startsWith(weights + ": expected finite values"), message);
      assertTrue(message.contains(name + ": 2 of " + floats.length), message);
      assertFalse(message.contains("more"), message);
    }
  }

  @Test
  void theNumbersOfANormalisationAreWrittenAsTheyAreSpoken() {
    ModelFile file = ModelFile.of(MODEL, CLASSES, 64, 96, Normalization.IMAGENET, "mine");
    assertEquals(List.of(123.675, 116.28, 103.53), file.mean());
    assertEquals(List.of(58.395, 57.12, 57.375), file.std());
    assertEquals(Normalization.IMAGENET, file.normalization());
    assertEquals(CLASSES, file.classSpace());
  }

  private static ModelFile file(int shortEdge, int maxSize, List<Double> mean, List<Double> std) {
    return new ModelFile(MODEL, CLASSES.classes(), shortEdge, maxSize, mean, std, "");
  }

  @Test
  void sizesAndDeviationsOutOfTheirRangeAreRefused() {
    List<Double> three = List.of(1.0, 2.0, 3.0);
    file(1, 1, three, three);
    for (int[] edges : new int[][] {{0, 1}, {2, 1}}) {
      String message =
          assertThrows(IllegalArgumentException.class, () -> file(edges[0], edges[1], three, three))
              .getMessage();
      assertTrue(message.endsWith("got " + edges[0] + " and " + edges[1]), message);
    }
    List<Double> two = List.of(1.0, 2.0);
    for (List<List<Double>> wrong :
        List.of(List.of(two, three), List.of(three, two), List.of(three, List.of(1.0, 0.0, 1.0)))) {
      assertThrows(IllegalArgumentException.class, () -> file(1, 1, wrong.get(0), wrong.get(1)));
    }
  }
}
