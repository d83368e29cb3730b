package org.maskwright.modelzoo.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Recording;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.ImplicitPointsPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.FpnEmbeddingPart;
import org.maskwright.modelzoo.pixeldecoder.NonePart;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderPart;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.pretext.PictureClassesPart;
import org.maskwright.settings.Registry;

/** Models of each kind, small, as files that onnxruntime runs. */
class OnnxModelTest {
  private static final double RELATIVE = 1e-3;

  @TempDir private Path folder;

  private static Stream<String> names() {
    return TinyModels.all().keySet().stream();
  }

  private static SegmentationModel build(Engine engine, ModelConfig config) {
    SegmentationModel model = SegmentationModels.build(engine, config, ClassSpace.ofSize(3));
    model.setTraining(false);
    return model;
  }

  private static float[] pixels(long... shape) {
    long count = shape[0] * shape[1] * shape[2] * shape[3];
    return RandomStream.of(11, "pixels").normal((int) count, 0, 1);
  }

  /** Compares the file with the model at inputs of a shape. */
  private static void compare(Path file, SegmentationModel model, long... shape)
      throws OrtException {
    float[] pixels = pixels(shape);
    Map<String, Onnxruntime.Output> got =
        Onnxruntime.run(file, Map.of(OnnxModel.PIXELS, new Onnxruntime.Input(pixels, shape)));
    Engine engine = model.engine();
    try (var off = engine.noGrad();
        var scope = engine.scope()) {
      Outputs expected = model.predict(engine.floats(pixels, shape));
      same(
          expected.classLogits().toFloats(),
          expected.classLogits().shape(),
          got.get(OnnxModel.CLASS_LOGITS));
      same(
          expected.imageMaskLogits().toFloats(),
          expected.imageMaskLogits().shape(),
          got.get(OnnxModel.MASK_LOGITS));
    }
  }

  private static void same(float[] expected, long[] shape, Onnxruntime.Output got) {
    assertArrayEquals(shape, got.shape());
    double most = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      most = Math.max(most, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - got.values()[i]));
    }
    assertTrue(difference <= RELATIVE * most, difference + " of " + most);
  }

  private Path write(OnnxGraph graph) {
    Path file = folder.resolve("model.onnx");
    assertEquals(List.of(file), OnnxFile.write(file, graph, Map.of(), "test", "1"));
    return file;
  }

  @ParameterizedTest
  @MethodSource("names")
  void theFileComputesWhatTheModelDoes(String name) throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), TinyModels.all().get(name))) {
      OnnxGraph graph =
          OnnxModel.record(recording, model, OnnxSizes.of(1, 96, 75), OnnxModel.Ending.LOGITS);
      compare(write(graph), model, 1, 3, 96, 75);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aFileForAnyNumberOfImagesServesOneAndFour(String name) throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), TinyModels.all().get(name))) {
      OnnxSizes sizes = OnnxSizes.of(1, 64, 96).withAnyImages();
      OnnxGraph graph = OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS);
      assertEquals(List.of("batch", "3", "64", "96"), graph.inputs().get(0).sizes());
      assertEquals("batch", graph.outputs().get(1).sizes().get(0));
      Path file = write(graph);
      compare(file, model, 1, 3, 64, 96);
      compare(file, model, 4, 3, 64, 96);
    }
  }

  /** A new part that is published is among the models by its registration alone. */
  @Test
  void everyPartOfTheZooIsInOneOfTheModels() {
    Set<Class<?>> missing = new LinkedHashSet<>();
    Registry.of(BackbonePart.class).variants().forEach(part -> missing.add(part.settings()));
    Registry.of(PixelDecoderPart.class).variants().forEach(part -> missing.add(part.settings()));
    Registry.of(DecoderPart.class).variants().forEach(part -> missing.add(part.settings()));
    missing.remove(CHOOSES_PLACES.getClass());
    // What is asked with prompts or examples is no function of a picture alone.
    missing.removeAll(TinyModels.heads(Variants.get("sam-vit-b")));
    missing.removeAll(TinyModels.heads(Variants.get("seggpt-vit-l")));
    missing.remove(Variants.get("mobile-sam").backbone().getClass()); // with prompts alone
    missing.remove(FpnEmbeddingPart.Settings.class); // likewise
    // Nor is what a pretraining has besides the backbone.
    missing.remove(NonePart.Settings.class);
    missing.removeIf(part -> part.getPackage().equals(PictureClassesPart.class.getPackage()));
    for (ModelConfig config : TinyModels.all().values()) {
      missing.remove(config.backbone().getClass());
      missing.removeAll(TinyModels.heads(config));
    }
    assertEquals(Set.of(), missing, "publish a model with it, or give one here");
  }

  /** Which places of a mask are computed again depends on its values, which a graph cannot read. */
  private static final ImplicitPointsPart.Settings CHOOSES_PLACES =
      new ImplicitPointsPart.Settings(5, 1, 4, 32, 8, 2, 8, 4, false, 1, 1, 4);

  @Test
  void aModelThatChoosesByItsOwnValuesIsRefused() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model =
            build(
                recording.engine(),
                TinyModels.all().get("deformable").withDecoder(CHOOSES_PLACES))) {
      EngineException e =
          assertThrows(
              EngineException.class,
              () ->
                  OnnxModel.record(
                      recording, model, OnnxSizes.of(1, 64, 96), OnnxModel.Ending.LOGITS));
      assertTrue(e.getMessage().contains("a recorded model cannot choose by"), e.getMessage());
    }
  }

  @Test
  void aModelWithoutPositionsServesAnySize() throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), TinyModels.all().get("per-pixel"))) {
      OnnxSizes sizes = OnnxSizes.of(1, 64, 64).withAnyImages().withAnySize();
      Path file = write(OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS));
      compare(file, model, 1, 3, 64, 96);
      compare(file, model, 2, 3, 224, 32);
    }
  }

  /** The tables are of 4 x 4 patches of 16 pixels. */
  @ParameterizedTest
  @CsvSource({"MAE, 64, 64", "MAE, 96, 32", "CLIP, 50, 75", "DINOV2_PATCHES, 33, 100"})
  void tablesOfAnotherGridAndSizesBesideThePatchAreServed(String family, int height, int width)
      throws OrtException {
    ModelConfig config = TinyModels.all().get("eomt " + family);
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), config)) {
      OnnxSizes sizes = OnnxSizes.of(1, height, width);
      Path file = write(OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS));
      compare(file, model, 1, 3, height, width);
    }
  }

  @Test
  void aTableOfPositionsForASizeIsNotBakedIntoAFileForAnySize() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), TinyModels.all().get("deformable"))) {
      OnnxSizes sizes = OnnxSizes.of(1, 64, 64).withAnySize();
      SizesException refused =
          assertThrows(
              SizesException.class,
              () -> OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS));
      assertTrue(refused.getMessage().contains("height or width"), refused.getMessage());
    }
  }

  @Test
  void weightsBeyondTheLimitOfAFileStandInASecondOne() throws Exception {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), TinyModels.all().get("pyramid"))) {
      OnnxGraph graph =
          OnnxModel.record(recording, model, OnnxSizes.of(1, 64, 64), OnnxModel.Ending.LOGITS);
      Path file = folder.resolve("large.onnx");
      List<Path> files = OnnxFile.write(file, graph, Map.of(), "test", "1", 1 << 16);
      assertEquals(List.of(file, folder.resolve("large.onnx.data")), files);
      assertTrue(Files.size(file) < Files.size(files.get(1)));
      compare(file, model, 1, 3, 64, 64);
    }
  }

  @Test
  void constantsHaveTheNamesOfTheParameters() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), TinyModels.all().get("deformable"))) {
      OnnxGraph graph =
          OnnxModel.record(recording, model, OnnxSizes.of(1, 64, 64), OnnxModel.Ending.LOGITS);
      assertTrue(
          graph.constants().containsKey("sem_seg_head.predictor.class_embed.weight"),
          graph.constants().keySet().toString());
    }
  }
}
