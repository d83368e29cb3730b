package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Box;
import org.maskwright.datasets.mask.Rle;

class LvisEvaluatorTest {
  private static final Box HERE = new Box(0, 0, 10, 10);
  private static final Box ELSEWHERE = new Box(50, 50, 10, 10);

  private static GroundTruth truth(int category, double area, boolean crowd) {
    return new GroundTruth(category, category, null, HERE, area, crowd, false);
  }

  private static Detection found(int category, double score, Box box) {
    return new Detection(category, score, null, box, box.area());
  }

  private static LvisMetrics scored(List<GroundTruth> truths, List<Detection> found) {
    LvisEvaluator evaluator = new LvisEvaluator(Map.of(1, "f", 2, "r"), IouType.BBOX);
    evaluator.add(ImageId.of(1), truths, found, List.of(), List.of());
    return evaluator.result();
  }

  /** The detection of the rare category is the least sure one. */
  @Test
  void only300DetectionsOfAnImageCountWhateverTheirCategory() {
    List<GroundTruth> truths = List.of(truth(1, 100, false), truth(2, 100, false));
    List<Detection> detections = new ArrayList<>();
    detections.add(found(2, 0.1, HERE));
    for (int i = 0; i < 299; i++) {
      detections.add(found(1, 0.5, ELSEWHERE));
    }
    assertEquals(1, scored(truths, detections).all().apRare(), 1e-12);
    detections.add(found(1, 0.5, ELSEWHERE));
    assertEquals(0, scored(truths, detections).all().apRare());
  }

  @Test
  void aCrowdIsAnInstanceLikeOthersAndNothingHasNoArea() {
    // It lies inside: a crowd's detection would match.
    List<Detection> part = List.of(found(1, 0.5, new Box(0, 0, 10, 4)));
    assertEquals(0, scored(List.of(truth(1, 100, true)), part).all().ap());
    List<Detection> exact = List.of(found(1, 0.5, HERE));
    assertEquals(1, scored(List.of(truth(1, 100, true)), exact).all().ap(), 1e-12);
    assertEquals(-1, scored(List.of(truth(1, 0, false)), exact).all().ap());
  }

  /** Image 1 has no instance of category 2, which counts only if that was looked for. */
  @Test
  void aDetectionOfACategoryThatWasNotLookedForDoesNotCount() {
    for (boolean looked : new boolean[] {false, true}) {
      LvisEvaluator evaluator = new LvisEvaluator(Map.of(1, "f", 2, "r"), IouType.BBOX);
      evaluator.add(
          ImageId.of(1),
          List.of(truth(1, 100, false)),
          List.of(found(1, 0.5, HERE), found(2, 0.9, ELSEWHERE)),
          looked ? List.of(2) : List.of(),
          List.of());
      evaluator.add(
          ImageId.of(2),
          List.of(truth(2, 100, false)),
          List.of(found(2, 0.3, HERE)),
          List.of(),
          List.of());
      assertEquals(looked ? 0.5 : 1, evaluator.result().all().apRare(), 1e-12);
      assertEquals(1, evaluator.result().all().apFrequent(), 1e-12);
    }
  }

  @Test
  void boundariesAndUnknownFrequenciesAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new LvisEvaluator(Map.of(1, "f"), IouType.BOUNDARY));
    for (String wrong : List.of("", "F", "x")) {
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> new LvisEvaluator(Map.of(1, wrong), IouType.SEGM))
              .getMessage();
      assertTrue(message.startsWith("category 1: expected frequency r, c or f, got"), message);
    }
  }

  @Test
  void aMaskAloneSaysItsBoxAndArea() {
    Rle mask = Rle.ofCounts(4, 4, new int[] {5, 2, 9});
    assertEquals(
        new GroundTruth(1, 3, mask, new Box(1, 1, 1, 2), 2, false, false),
        GroundTruth.ofMask(3, mask));
    assertEquals(
        new GroundTruth(1, 3, mask, new Box(1, 1, 1, 2), 2, true, false),
        GroundTruth.ofCrowd(3, mask));
    assertEquals(
        new Detection(3, 0.5, mask, new Box(1, 1, 1, 2), 2), Detection.ofMask(3, 0.5, mask));
    for (double wrong : new double[] {Double.NaN, Double.NEGATIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> Detection.ofMask(3, wrong, mask));
    }
  }
}
