package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.mask.LabelMap;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.CityscapesInstanceEvaluator.Prediction;

/** Which predictions count, and which are excused, on one image with one car that is found. */
class CityscapesInstanceEvaluatorTest {
  private static final int HEIGHT = 20;
  private static final int WIDTH = 60;
  private static final int CAR = CityscapesClass.CAR.labelId();
  private static final int ROAD = 7;

  /** With a prediction on the road that is surer than the car's, half of the curve's upper end. */
  private static final double WITH_FALSE_POSITIVE = 0.25;

  /** The pixels x0 to x1 - 1 of the upper ten rows. */
  private static Rle mask(int x0, int x1) {
    byte[] bitmap = new byte[HEIGHT * WIDTH];
    for (int y = 0; y < 10; y++) {
      Arrays.fill(bitmap, y * WIDTH + x0, y * WIDTH + x1, (byte) 1);
    }
    return Rle.ofBitmap(bitmap, HEIGHT, WIDTH);
  }

  /** A car of 100 pixels, a group of cars, void, and a car of 99 pixels; the rest is road. */
  private static LabelMap truth() {
    int[] ids = new int[HEIGHT * WIDTH];
    Arrays.fill(ids, ROAD);
    mask(0, 10).paint(ids, 1000 * CAR + 1);
    mask(10, 20).paint(ids, CAR);
    mask(20, 30).paint(ids, 0);
    mask(30, 40).paint(ids, 1000 * CAR + 2);
    ids[30] = ROAD;
    return new LabelMap(HEIGHT, WIDTH, ids);
  }

  private static CityscapesMetrics.ClassAp car(Prediction... predictions) {
    CityscapesInstanceEvaluator evaluator = new CityscapesInstanceEvaluator();
    evaluator.add(truth(), List.of(predictions));
    CityscapesMetrics result = evaluator.result();
    assertEquals(result.perClass().get(CityscapesClass.CAR).ap50(), result.ap50());
    assertTrue(Double.isNaN(result.perClass().get(CityscapesClass.BUS).ap()), "no bus is true");
    return result.perClass().get(CityscapesClass.CAR);
  }

  /** The car, found with a score of 0.5, and another prediction that is surer. */
  private static double ap50WithCarAnd(Rle other) {
    return car(new Prediction(CAR, 0.5, mask(0, 10)), new Prediction(CAR, 0.9, other)).ap50();
  }

  @Test
  void aPredictionOnTheRoadIsWrongAndOneOnAGroupOnVoidOrOnASmallInstanceIsExcused() {
    assertEquals(1, car(new Prediction(CAR, 0.5, mask(0, 10))).ap());
    assertEquals(WITH_FALSE_POSITIVE, ap50WithCarAnd(mask(40, 50)));
    assertEquals(1, ap50WithCarAnd(mask(10, 20)), "a group");
    assertEquals(1, ap50WithCarAnd(mask(20, 30)), "void");
    assertEquals(1, ap50WithCarAnd(mask(30, 40)), "99 pixels");
    assertEquals(1, ap50WithCarAnd(mask(15, 25)), "half a group, half void");
  }

  @Test
  void moreThanTheThresholdMustBeExcused() {
    Rle half = Rle.union(List.of(mask(25, 30), mask(40, 45)));
    assertEquals(WITH_FALSE_POSITIVE, ap50WithCarAnd(half));
    assertEquals(1, ap50WithCarAnd(Rle.union(List.of(mask(24, 30), mask(40, 45)))));
  }

  @Test
  void aMaskMustOverlapMoreThanTheThreshold() {
    assertEquals(0, car(new Prediction(CAR, 0.5, mask(0, 5))).ap50());
    assertEquals(1, car(new Prediction(CAR, 0.5, mask(0, 6))).ap50());
    assertEquals(0.2, car(new Prediction(CAR, 0.5, mask(0, 6))).ap(), 1e-12); // 0.5 and 0.55
  }

  @Test
  void anEmptyMaskAndAnotherClassAreLeftOut() {
    assertEquals(1, ap50WithCarAnd(mask(0, 0)));
    assertEquals(
        1,
        car(new Prediction(CAR, 0.5, mask(0, 10)), new Prediction(ROAD, 0.9, mask(40, 50))).ap50());
    assertEquals(0, car().ap50());
  }

  @Test
  void aMaskOfAnotherSizeIsRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () -> car(new Prediction(CAR, 1, Rle.ofCounts(2, 3, new int[] {0, 6}))))
            .getMessage();
    assertEquals("mask of 3 x 2 pixels, expected the image's 60 x 20", message);
  }
}
