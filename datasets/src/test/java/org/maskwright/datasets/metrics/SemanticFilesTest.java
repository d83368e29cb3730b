package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ForkJoinPool;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.maskwright.datasets.image.LabelMap;
import org.maskwright.datasets.image.LabelPng;
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
}
