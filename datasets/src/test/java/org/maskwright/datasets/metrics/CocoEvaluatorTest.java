package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    CocoMetrics result = once.result();
    assertEquals(10, result.apByThreshold().size());
    assertEquals(result.all().ap50(), result.apByThreshold().get(0));
    assertEquals(result.all().ap75(), result.apByThreshold().get(5));
    double sum = result.apByThreshold().stream().mapToDouble(ap -> ap).sum();
    assertEquals(result.all().ap(), sum / 10, 1e-12);
    assertTrue(result.all().ap50() > result.all().ap75(), "not all boxes fit well");
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

  /** Ties go by the image, then by the place in it. */
  @Test
  void aScoreOfMinusZeroIsZero() {
    Box box = new Box(0, 0, 8, 8);
    Box elsewhere = new Box(50, 50, 8, 8);
    CocoEvaluator images = new CocoEvaluator(List.of(1), IouType.BBOX);
    GroundTruth truth = new GroundTruth(1, 1, null, box, 64, false, false);
    images.add(ImageId.of(1), List.of(truth), List.of(new Detection(1, -0.0, null, box, 64)));
    images.add(ImageId.of(2), List.of(), List.of(new Detection(1, 0.0, null, elsewhere, 64)));
    assertEquals(1, images.result().all().ap(), 1e-12, "the first image's comes first");
    CocoEvaluator one = new CocoEvaluator(List.of(1), IouType.BBOX);
    one.add(
        ImageId.of(1),
        List.of(truth),
        List.of(new Detection(1, -0.0, null, box, 64), new Detection(1, 0.0, null, elsewhere, 64)));
    assertEquals(1, one.result().all().ap(), 1e-12, "the first of the image comes first");
  }
}
