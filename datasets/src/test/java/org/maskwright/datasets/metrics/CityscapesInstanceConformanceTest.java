package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.maskwright.datasets.SharedData.number;
import static org.maskwright.datasets.SharedData.object;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.datasets.SharedData;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.CityscapesInstanceEvaluator.Prediction;

class CityscapesInstanceConformanceTest {
  @ParameterizedTest
  @ValueSource(strings = {"set-0", "set-1", "set-2", "set-3"})
  void setsEqualTheOfficialAnswers(String set) throws IOException {
    Path cases = SharedData.require("conformance/" + set);
    Map<String, Object> expected = object(SharedData.json(cases.resolve("expected.json")));
    Map<String, Object> want = object(object(expected.get("cityscapes")).get("instance"));
    CityscapesInstanceEvaluator evaluator = new CityscapesInstanceEvaluator();
    try (Stream<Path> lists = Files.list(cases.resolve("cityscapes/inst"))) {
      for (Path list : lists.filter(f -> f.toString().endsWith("_pred.txt")).toList()) {
        add(evaluator, cases, list);
      }
    }
    CityscapesMetrics got = evaluator.result();
    assertEquals(number(want.get("allAp")), got.ap(), 1e-12);
    assertEquals(number(want.get("allAp50")), got.ap50(), 1e-12);
    for (CityscapesClass label : CityscapesClass.values()) {
      Map<String, Object> ofClass = object(object(want.get("classes")).get(label.label()));
      assertEquals(number(ofClass.get("ap")), got.perClass().get(label).ap(), 1e-12, label.label());
      assertEquals(
          number(ofClass.get("ap50")), got.perClass().get(label).ap50(), 1e-12, label.label());
    }
  }

  private static void add(CityscapesInstanceEvaluator evaluator, Path cases, Path list)
      throws IOException {
    String frame = list.getFileName().toString().replace("_pred.txt", "");
    List<Prediction> predictions = new ArrayList<>();
    for (String line : Files.readAllLines(list)) {
      String[] parts = line.trim().split("\\s+", -1);
      LabelMap mask = LabelPng.read(list.resolveSibling(parts[0]));
      byte[] bits = new byte[mask.labels().length];
      for (int i = 0; i < bits.length; i++) {
        bits[i] = (byte) (mask.labels()[i] == 0 ? 0 : 1);
      }
      predictions.add(
          new Prediction(
              Integer.parseInt(parts[1]),
              Double.parseDouble(parts[2]),
              Rle.ofBitmap(bits, mask.height(), mask.width())));
    }
    evaluator.add(
        LabelPng.read(cases.resolve("cityscapes/gt/" + frame + "_gtFine_instanceIds.png")),
        predictions);
  }
}
