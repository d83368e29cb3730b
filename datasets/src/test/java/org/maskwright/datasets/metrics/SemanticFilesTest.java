package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.maskwright.datasets.Category;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.cityscapes.Cityscapes;
import org.maskwright.datasets.image.LabelPng;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.metrics.SemanticFiles.Labels;

class SemanticFilesTest {
  private static final int CLASSES = 5;
  private static final int SIDE = 16;

  @TempDir private Path folder;

  private List<Path[]> randomPairs(int count) throws Exception {
    Random random = new Random(3);
    Files.createDirectories(folder.resolve("gt"));
    Files.createDirectories(folder.resolve("pred"));
    List<Path[]> pairs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path[] pair = {folder.resolve("gt/" + i + ".png"), folder.resolve("pred/" + i + ".png")};
      for (Path file : pair) {
        int[] labels = random.ints(SIDE * SIDE, 0, CLASSES).toArray();
        LabelPng.writeGrey8(file, new LabelMap(SIDE, SIDE, labels));
      }
      pairs.add(pair);
    }
    return pairs;
  }

  @Test
  void everyPixelIsCountedOnceWhateverTheNumberOfWorkers() throws Exception {
    List<Path[]> pairs = randomPairs(13);
    SemanticEvaluator one = evaluate(pairs, 1);
    ForkJoinPool threads = new ForkJoinPool(4);
    try {
      for (int workers = 2; workers <= 13; workers++) {
        int n = workers;
        SemanticEvaluator many = threads.submit(() -> evaluate(pairs, n)).get();
        for (int g = 0; g < CLASSES; g++) {
          for (int p = 0; p < CLASSES; p++) {
            assertEquals(one.count(g, p), many.count(g, p), n + " workers, " + g + " as " + p);
          }
        }
      }
    } finally {
      threads.shutdown();
    }
  }

  private static SemanticEvaluator evaluate(List<Path[]> pairs, int workers) {
    return SemanticFiles.evaluate(
        pairs, workers, CLASSES, 255, Labels.AS_STORED, SemanticProtocol.DETECTRON2);
  }

  @Test
  void reducingZeroLeavesTheTruthsZeroOutAndThePredictionsAsTheyAre() {
    Path truth = folder.resolve("t.png");
    Path prediction = folder.resolve("p.png");
    LabelPng.writeGrey8(truth, new LabelMap(1, 6, new int[] {0, 1, 1, 2, 2, 255}));
    LabelPng.writeGrey8(prediction, new LabelMap(1, 6, new int[] {1, 0, 1, 1, 1, 0}));
    SemanticEvaluator counts =
        SemanticFiles.evaluate(
            List.<Path[]>of(new Path[] {truth, prediction}),
            1,
            2,
            255,
            Labels.REDUCE_ZERO,
            SemanticProtocol.DETECTRON2);
    assertEquals(1, counts.count(0, 0));
    assertEquals(1, counts.count(0, 1));
    assertEquals(0, counts.count(1, 0));
    assertEquals(2, counts.count(1, 1));
  }

  @ParameterizedTest
  @EnumSource(SemanticProtocol.class)
  void theIgnoreLabelIsAPredictionButForDetectron2(SemanticProtocol protocol) {
    SemanticEvaluator evaluator = new SemanticEvaluator(2, 255, protocol);
    boolean allowed = protocol != SemanticProtocol.DETECTRON2;
    if (allowed) {
      evaluator.add(new int[] {1}, new int[] {255});
      assertEquals(0, evaluator.result().iou().get(1), 0);
    }
    var e =
        assertThrows(
            DatasetException.class,
            () -> evaluator.add(new int[] {1}, new int[] {allowed ? 254 : 255}));
    assertEquals(allowed, e.getMessage().contains("or the ignore label 255"), e.getMessage());
  }

  @Test
  void theListsOfCityscapesClassesAgree() {
    List<Category> all = Cityscapes.CATEGORIES.asList();
    assertEquals(
        all.stream().map(Category::id).collect(Collectors.toSet()),
        SemanticEvaluator.CITYSCAPES_EVALUATED);
    assertEquals(
        all.stream().filter(Category::thing).map(c -> c.id() + " " + c.name()).toList(),
        Arrays.stream(CityscapesClass.values()).map(c -> c.labelId() + " " + c.label()).toList());
  }
}
