package org.maskwright.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.Window;
import org.maskwright.datasets.scenes.Scenes;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.onnx.OnnxSizes;
import org.maskwright.modelzoo.postprocess.ImageFrame;
import org.maskwright.modelzoo.postprocess.QueryOutputs;
import org.maskwright.modelzoo.postprocess.SemanticMap;
import org.maskwright.modelzoo.postprocess.SemanticPostProcessor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.CheckpointException;

class OnnxSegmenterTest {
  @TempDir private static Path folder;

  private static Engine engine;
  private static TinyModel tiny;
  private static Path file;

  @BeforeAll
  static void writeAFile() {
    engine = Engine.open(EngineOptions.DEFAULT.withSeed(4));
    tiny = new TinyModel(engine, "mask2former-tiny");
    file = folder.resolve("tiny.onnx");
    tiny.write(file, OnnxSizes.of(1, 64, 96));
  }

  @AfterAll
  static void close() {
    tiny.close();
    engine.close();
  }

  /** Of the size of the file's input, so that nothing is resized or padded. */
  private static RgbImage picture() {
    return Scenes.sample(2, 1).image().part(new Window(8, 4, 96, 64));
  }

  @Test
  void theResultIsThatOfTheModelOnAnEngine() {
    RgbImage picture = picture();
    float[] pixels = new float[3 * 64 * 96];
    for (int i = 0; i < pixels.length; i++) {
      int c = i / (64 * 96);
      int value = picture.data()[i % (64 * 96) * 3 + c] & 0xFF;
      pixels[i] = (value - TinyModel.MEAN.get(c).floatValue()) / TinyModel.STD.get(c).floatValue();
    }
    SemanticMap expected;
    Engine of = tiny.model().engine();
    try (var off = of.noGrad();
        Scope scope = of.scope()) {
      Outputs outputs = tiny.model().predict(of.floats(pixels, 1, 3, 64, 96));
      expected =
          SemanticPostProcessor.process(
              QueryOutputs.of(outputs, 0),
              ImageFrame.unchanged(64, 96),
              SemanticPostProcessor.Order.SCORE_THEN_RESIZE);
    }
    try (OnnxSegmenter segmenter = OnnxSegmenter.open(file, 1)) {
      SemanticMap got = segmenter.segment(picture).semantic();
      int unequal = 0;
      for (int i = 0; i < 64 * 96; i++) {
        unequal += expected.labels()[i] == got.labels()[i] ? 0 : 1;
      }
      assertTrue(unequal <= 6, unequal + " pixels"); // between two classes
    }
  }

  @Test
  void picturesOfAnySizeGetResultsOfTheirSize() {
    RgbImage picture = Scenes.sample(2, 3).image();
    try (OnnxSegmenter segmenter = OnnxSegmenter.open(file, 1)) {
      Segmentation seen = segmenter.segment(picture);
      assertEquals(picture.height(), seen.semantic().height());
      assertEquals(picture.width(), seen.panoptic(0.1, 0.5).width());
      assertEquals(10, seen.instances(10).instances().size());
      assertEquals(
          "ball, crate, sand",
          segmenter.classes().stream()
              .map(ClassSpace.Entry::name)
              .collect(Collectors.joining(", ")));
    }
  }

  @Test
  void aFileForFourImagesServesOne() {
    Path four = folder.resolve("four.onnx");
    tiny.write(four, OnnxSizes.of(4, 64, 96));
    try (OnnxNetwork one = OnnxNetwork.open(file, 1);
        OnnxNetwork ofFour = OnnxNetwork.open(four, 1)) {
      float[] pixels = new float[3 * 60 * 90];
      Arrays.fill(pixels, 0.5f);
      QueryOutputs a = one.run(pixels, 60, 90).outputs();
      QueryOutputs b = ofFour.run(pixels, 60, 90).outputs();
      assertEquals(a.queries(), b.queries());
      for (int q = 0; q < a.queries(); q++) {
        assertEquals(a.classProb(q, 0), b.classProb(q, 0), 1e-5f);
      }
      assertThrows(IllegalArgumentException.class, () -> one.run(pixels, 90, 60));
    }
  }

  @Test
  void aFileThatCannotBeRunIsNamedWithTheReason() throws Exception {
    Path missing = folder.resolve("missing.onnx");
    assertTrue(
        assertThrows(CheckpointException.class, () -> OnnxSegmenter.open(missing, 1))
            .getMessage()
            .contains("missing.onnx"));
    byte[] bytes = Files.readAllBytes(file);
    Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(bytes, 1000));
    assertTrue(
        assertThrows(CheckpointException.class, () -> OnnxSegmenter.open(cut, 1))
            .getMessage()
            .contains("onnxruntime"));
    // An operator of which no runtime has heard.
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    Path strange = folder.resolve("strange.onnx");
    Files.write(
        strange, text.replace("GridSample", "GridSimple").getBytes(StandardCharsets.ISO_8859_1));
    String message =
        assertThrows(CheckpointException.class, () -> OnnxSegmenter.open(strange, 1)).getMessage();
    assertTrue(message.contains("GridSimple"), message);
    assertTrue(message.contains("newer release"), message);
  }

  /** LayerNormalization came with version 17 of the operators. */
  @Test
  void aFileOfOperatorsOfAnOlderVersionIsNamedWithTheReason() throws Exception {
    String text = Files.readString(file, StandardCharsets.ISO_8859_1);
    String version = (char) (8 << 3 | 2) + "\u0004\n\0" + (char) (2 << 3);
    assertTrue(text.contains(version + (char) 17));
    Path old = folder.resolve("old.onnx");
    String older = text.replace(version + (char) 17, version + (char) 11);
    Files.writeString(old, older, StandardCharsets.ISO_8859_1);
    String message =
        assertThrows(CheckpointException.class, () -> OnnxSegmenter.open(old, 1)).getMessage();
    assertTrue(message.contains("old.onnx"), message);
    assertTrue(message.contains("11"), message);
    assertTrue(message.contains("version of the operators"), message);
  }

  @Test
  void aFileWithoutItsSecondFileIsNamedWithTheReason() throws Exception {
    Path large = folder.resolve("large.onnx");
    tiny.write(large, OnnxSizes.of(1, 64, 96), 1 << 16);
    Path data = folder.resolve("large.onnx.data");
    OnnxSegmenter.open(large, 1).close();
    byte[] weights = Files.readAllBytes(data);
    Files.write(data, Arrays.copyOf(weights, weights.length / 2));
    String cut =
        assertThrows(CheckpointException.class, () -> OnnxSegmenter.open(large, 1)).getMessage();
    assertTrue(cut.contains("large.onnx.data"), cut);
    Files.delete(data);
    String missing =
        assertThrows(CheckpointException.class, () -> OnnxSegmenter.open(large, 1)).getMessage();
    assertTrue(missing.contains("large.onnx.data"), missing);
  }
}
