package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Box;

class CocoEvaluatorTest {
  private static Box box(Random random) {
    return new Box(random.nextInt(9), random.nextInt(9), 1 + random.nextInt(9), 5);
  }

  @Test
  void aResultInBetweenAndTheOrderOfTheImagesChangeNothing() {
    List<Integer> categories = List.of(1, 2, 3);
    CocoEvaluator once = new CocoEvaluator(categories, IouType.BBOX);
    CocoEvaluator often = new CocoEvaluator(categories, IouType.BBOX);
    assertEquals(-1, often.result().all().ap());
    for (int i = 0; i < 40; i++) {
      add(once, i);
      add(often, 39 - i);
      often.result();
    }
    assertEquals(once.result(), often.result());
  }

  private static void add(CocoEvaluator evaluator, int image) {
    Random random = new Random(image);
    List<GroundTruth> truths = new ArrayList<>();
    List<Detection> found = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Box box = box(random);
      int id = image * 10 + i + 1;
      truths.add(new GroundTruth(id, 1 + random.nextInt(3), null, box, box.area(), false, false));
    }
    for (int i = 0; i < 8; i++) {
      Box box = box(random);
      double score = random.nextInt(5) / 5.0;
      found.add(new Detection(1 + random.nextInt(3), score, null, box, box.area()));
    }
    evaluator.add(ImageId.of(image), truths, found);
  }
}
