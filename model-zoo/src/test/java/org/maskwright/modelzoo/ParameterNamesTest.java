package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.head.ClassSpace;

/** Names, shapes and totals against the lists of the official checkpoints. */
class ParameterNamesTest {
  /** Computed from the input size or from the classes, not learned; a model does not hold them. */
  private static boolean derived(String key) {
    return key.endsWith("relative_position_index") || key.equals("criterion.empty_weight");
  }

  @ParameterizedTest
  @CsvSource({
    "mask2former-r50,133,mask2former-r50-detectron2-coco-panoptic",
    "mask2former-swin-t,133,mask2former-swin-t-detectron2-coco-panoptic",
    "maskformer-r50-encoder,133,maskformer-r50-6enc-detectron2-coco-panoptic",
    "maskformer-r50,150,maskformer-r50-detectron2-ade20k-semantic",
    "maskformer-swin-t,150,maskformer-swin-t-detectron2-ade20k-semantic",
  })
  void namesAndShapesAreThoseOfTheOfficialCheckpoints(String variant, int classes, String list)
      throws IOException {
    String shared = System.getProperty("maskwright.shared", "");
    Path file = Path.of(shared, "reference", "keys", list + ".tsv");
    assumeTrue(Files.exists(file), () -> "needs the key lists: " + file);
    Map<String, String> expected = new TreeMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] parts = line.split("\t", -1);
      if (!derived(parts[0])) {
        expected.put(parts[0], parts[1]);
      }
    }
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get(variant), ClassSpace.ofSize(classes))) {
      Map<String, String> actual = new TreeMap<>();
      model.state().forEach((name, p) -> actual.put(name, text(p.shape())));
      assertEquals(lines(expected), lines(actual));
    }
  }

  private static String lines(Map<String, String> map) {
    return map.entrySet().stream().map(Object::toString).collect(Collectors.joining("\n"));
  }

  private static String text(long[] shape) {
    return Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining("x"));
  }

  @ParameterizedTest
  @CsvSource({
    "mask2former-r50,133,44036998",
    "mask2former-r101,133,63029126",
    "mask2former-swin-t,133,47435264",
    "mask2former-swin-s,133,68753168",
    "mask2former-swin-b,133,106917822",
    "mask2former-swin-l,133,215535610",
    "maskformer-r50-encoder,133,45065158",
    "maskformer-r50,150,41307863",
    "maskformer-swin-t,150,41757009",
  })
  void parameterCountsArePublishedOnes(String variant, int classes, long count) {
    try (Engine engine = Engine.shapesOnly();
        SegmentationModel model =
            SegmentationModels.build(engine, Variants.get(variant), ClassSpace.ofSize(classes))) {
      assertEquals(count, model.parameterCount());
    }
  }
}
