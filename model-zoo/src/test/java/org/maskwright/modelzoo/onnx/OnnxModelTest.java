package org.maskwright.modelzoo.onnx;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OrtException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Recording;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModel;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.SwinPart;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.EomtPart;
import org.maskwright.modelzoo.decoder.PerPixelPart;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.pixeldecoder.TransformerFpnPart;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;

/** Models of each kind, small, as files that onnxruntime runs. */
class OnnxModelTest {
  private static final double RELATIVE = 1e-3;

  @TempDir private Path folder;

  private static Map<String, ModelConfig> models() {
    ModelConfig tiny = Variants.get("mask2former-tiny");
    ModelConfig detr =
        new ModelConfig(
            64,
            64,
            32,
            tiny.backbone(),
            new FpnPart.Settings(),
            new DetrPart.Settings(10, 2, 4, 64, 0));
    Map<String, ModelConfig> all = new LinkedHashMap<>();
    all.put("deformable", tiny);
    all.put("swin", tiny.withBackbone(swin()));
    all.put("pyramid", detr);
    all.put("encoder", detr.withPixelDecoder(new TransformerFpnPart.Settings(1, 4, 64, 0)));
    all.put("per-pixel", detr.withDecoder(new PerPixelPart.Settings()));
    for (VitFamily family : List.of(VitFamily.MAE, VitFamily.DINOV2_PATCHES, VitFamily.DINOV3)) {
      all.put("eomt " + family, eomt(family));
    }
    return all;
  }

  private static SwinPart.Settings swin() {
    return new SwinPart.Settings(16, List.of(2, 2, 2, 2), List.of(2, 2, 4, 4), 4, 2, 0, false);
  }

  private static ModelConfig eomt(VitFamily family) {
    VitPart.Settings encoder =
        new VitPart.Settings(
            family,
            16,
            32,
            3,
            2,
            64,
            VitActivation.GELU,
            false,
            family == VitFamily.DINOV3 ? 0 : 4,
            family == VitFamily.MAE ? 0 : 4,
            0,
            List.of(),
            0,
            2,
            32,
            0,
            false);
    return new ModelConfig(
        32, 32, 32, encoder, new TokensPart.Settings(), new EomtPart.Settings(10));
  }

  private static Stream<String> names() {
    return models().keySet().stream();
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
        SegmentationModel model = build(recording.engine(), models().get(name))) {
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
        SegmentationModel model = build(recording.engine(), models().get(name))) {
      OnnxSizes sizes = OnnxSizes.of(1, 64, 96).withAnyImages();
      OnnxGraph graph = OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS);
      assertEquals(List.of("batch", "3", "64", "96"), graph.inputs().get(0).sizes());
      assertEquals("batch", graph.outputs().get(1).sizes().get(0));
      Path file = write(graph);
      compare(file, model, 1, 3, 64, 96);
      compare(file, model, 4, 3, 64, 96);
    }
  }

  @Test
  void aModelWithoutPositionsServesAnySize() throws OrtException {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), models().get("per-pixel"))) {
      OnnxSizes sizes = OnnxSizes.of(1, 64, 64).withAnyImages().withAnySize();
      Path file = write(OnnxModel.record(recording, model, sizes, OnnxModel.Ending.LOGITS));
      compare(file, model, 1, 3, 64, 96);
      compare(file, model, 2, 3, 224, 32);
    }
  }

  @Test
  void aTableOfPositionsForASizeIsNotBakedIntoAFileForAnySize() {
    try (Engine engine = Engine.open(EngineOptions.DEFAULT);
        Recording recording = Recording.over(engine);
        SegmentationModel model = build(recording.engine(), models().get("deformable"))) {
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
        SegmentationModel model = build(recording.engine(), models().get("pyramid"))) {
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
        SegmentationModel model = build(recording.engine(), models().get("deformable"))) {
      OnnxGraph graph =
          OnnxModel.record(recording, model, OnnxSizes.of(1, 64, 64), OnnxModel.Ending.LOGITS);
      assertTrue(
          graph.constants().containsKey("sem_seg_head.predictor.class_embed.weight"),
          graph.constants().keySet().toString());
    }
  }
}
