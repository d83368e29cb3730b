package org.maskwright.modelzoo.postprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * The official rules on full-size masks in PyTorch (make_fixtures.py beside the golden files). A
 * pixel where two candidates tie but for rounding may differ: at most one in 2,000.
 */
class PostProcessorParityTest {
  private static final int CLASSES = 6;
  private static final int THINGS = 4;
  private static final double TIES = 1 / 2000.0;

  private static StateDict golden(String name) throws Exception {
    return Safetensors.read(
        Path.of(PostProcessorParityTest.class.getResource(name + ".safetensors").toURI()));
  }

  private static QueryOutputs outputs(StateDict golden) {
    long[] shape = golden.get("mask").shape();
    return new QueryOutputs(
        golden.get("class").toFloatArray(),
        CLASSES,
        golden.get("mask").toFloatArray(),
        (int) shape[1],
        (int) shape[2]);
  }

  private static ImageFrame frame(StateDict golden) {
    long[] s = golden.get("sizes").toLongArray();
    return new ImageFrame((int) s[0], (int) s[1], (int) s[2], (int) s[3], (int) s[4], (int) s[5]);
  }

  private static void assertSame(long[] expected, int[] actual, String what) {
    assertEquals(expected.length, actual.length, what);
    int different = 0;
    for (int i = 0; i < actual.length; i++) {
      different += expected[i] == actual[i] ? 0 : 1;
    }
    assertTrue(different <= TIES * actual.length, what + ": " + different + " of " + actual.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"larger", "smaller"})
  void semanticMapsEqualTheOfficialOnes(String name) throws Exception {
    StateDict golden = golden(name);
    QueryOutputs outputs = outputs(golden);
    assertSame(
        golden.get("semantic.after").toLongArray(),
        SemanticPostProcessor.process(
                outputs, frame(golden), SemanticPostProcessor.Order.RESIZE_THEN_SCORE)
            .labels(),
        "resize then score");
    assertSame(
        golden.get("semantic.before").toLongArray(),
        SemanticPostProcessor.process(
                outputs, frame(golden), SemanticPostProcessor.Order.SCORE_THEN_RESIZE)
            .labels(),
        "score then resize");
  }

  @ParameterizedTest
  @ValueSource(strings = {"larger", "smaller"})
  void instancesEqualTheOfficialOnesAndBoxesHoldTheirMasks(String name) throws Exception {
    StateDict golden = golden(name);
    ImageFrame frame = frame(golden);
    long[] labels = golden.get("instance.label").toLongArray();
    float[] scores = golden.get("instance.score").toFloatArray();
    long[] masks = golden.get("instance.mask").toLongArray();
    int pixels = frame.height() * frame.width();
    int bytes = (pixels + Byte.SIZE - 1) / Byte.SIZE;
    List<InstanceSet.Instance> actual =
        InstancePostProcessor.process(outputs(golden), frame, 20, k -> k < THINGS).instances();
    assertEquals(labels.length, actual.size());
    List<Integer> byScore = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      byScore.add(i);
    }
    byScore.sort((a, b) -> Float.compare(scores[b], scores[a]));
    for (int i = 0; i < labels.length; i++) {
      int at = byScore.get(i);
      InstanceSet.Instance instance = actual.get(i);
      assertEquals(labels[at], instance.classIndex());
      assertEquals(scores[at], instance.score(), 1e-4);
      byte[] bitmap = instance.mask().toBitmap();
      int different = 0;
      int area = 0;
      for (int p = 0; p < pixels; p++) {
        long bit = masks[at * bytes + p / Byte.SIZE] >> (Byte.SIZE - 1 - p % Byte.SIZE) & 1;
        different += bitmap[p] == bit ? 0 : 1;
        area += bitmap[p];
      }
      assertTrue(different <= TIES * pixels, "mask " + i + ": " + different + " pixels");
      assertEquals(area, instance.mask().area());
      assertEquals(tightBox(bitmap, frame.width()), instance.mask().box());
    }
  }

  private static PixelBox tightBox(byte[] bitmap, int width) {
    int x0 = width;
    int y0 = bitmap.length;
    int x1 = -1;
    int y1 = -1;
    for (int p = 0; p < bitmap.length; p++) {
      if (bitmap[p] != 0) {
        x0 = Math.min(x0, p % width);
        x1 = Math.max(x1, p % width);
        y0 = Math.min(y0, p / width);
        y1 = Math.max(y1, p / width);
      }
    }
    return x1 < 0 ? PixelBox.EMPTY : new PixelBox(x0, y0, x1 - x0 + 1, y1 - y0 + 1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"larger", "smaller"})
  void panopticMapsEqualTheOfficialOnes(String name) throws Exception {
    StateDict golden = golden(name);
    assertPanoptic(golden, "mask2former", PanopticPostProcessor.Options.MASK2FORMER);
    assertPanoptic(golden, "maskformer", PanopticPostProcessor.Options.MASKFORMER);
  }

  @ParameterizedTest
  @CsvSource({"larger,TO_384", "larger,AS_THEY_ARE", "smaller,TO_384", "smaller,AS_THEY_ARE"})
  void namedOptionsEqualHuggingFace(String name, HuggingFacePostProcessor.First first)
      throws Exception {
    StateDict golden = golden(name);
    QueryOutputs outputs = outputs(golden);
    int height = frame(golden).height();
    int width = frame(golden).width();
    boolean second = first == HuggingFacePostProcessor.First.TO_384;
    String model = second ? "mask2former" : "maskformer";
    InstanceSet instances = HuggingFacePostProcessor.instances(outputs, first, height, width, 0.3);
    int[] map = new int[height * width];
    for (int i = 0; i < instances.instances().size(); i++) {
      InstanceSet.Instance instance = instances.instances().get(i);
      byte[] bitmap = instance.mask().toBitmap();
      for (int p = 0; p < map.length; p++) {
        map[p] += bitmap[p] * (i + 1);
      }
      assertEquals(
          golden.get("hf.instance.label." + model).toLongArray()[i], instance.classIndex());
      assertEquals(
          golden.get("hf.instance.score." + model).toFloatArray()[i], instance.score(), 1e-4);
    }
    assertEquals(
        golden.get("hf.instance.label." + model).elementCount(), instances.instances().size());
    assertSame(golden.get("hf.instance." + model).toLongArray(), map, "instances");
    PanopticMap panoptic =
        HuggingFacePostProcessor.panoptic(
            outputs, first, height, width, HuggingFacePostProcessor.PanopticOptions.DEFAULT);
    assertSame(golden.get("hf.panoptic." + model).toLongArray(), panoptic.ids(), "panoptic");
    assertArrayEquals(
        golden.get("hf.panoptic.label." + model).toLongArray(),
        panoptic.segments().stream().mapToLong(PanopticMap.Segment::classIndex).toArray());
    ImageFrame frame = first.frame(outputs, frame(golden));
    assertSame(
        golden.get("hf.semantic." + model).toLongArray(),
        SemanticPostProcessor.process(outputs, frame, SemanticPostProcessor.Order.SCORE_THEN_RESIZE)
            .labels(),
        "semantic");
  }

  private static void assertPanoptic(
      StateDict golden, String rule, PanopticPostProcessor.Options options) {
    PanopticMap map =
        PanopticPostProcessor.process(outputs(golden), frame(golden), k -> k < THINGS, options);
    assertSame(golden.get("panoptic." + rule).toLongArray(), map.ids(), rule);
    long[] expected = golden.get("segments." + rule).toLongArray();
    assertEquals(expected.length / 3, map.segments().size());
    for (int i = 0; i < map.segments().size(); i++) {
      PanopticMap.Segment segment = map.segments().get(i);
      assertEquals(expected[3 * i], segment.id());
      assertEquals(expected[3 * i + 1], segment.classIndex());
      assertEquals(expected[3 * i + 2] == 1, segment.thing());
    }
  }
}
