package org.maskwright.trainer.export;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.trainer.result.Metric.Better;

class MetricLossTest {
  @Test
  void moreThanWasAllowedIsRefusedWithBothValues() {
    MetricLoss loss = new MetricLoss("panoptic.PQ", Better.LARGER, 51.5, 50);
    assertEquals(1.5, loss.points());
    assertDoesNotThrow(() -> loss.require(1.5));
    String refused = assertThrows(CheckpointException.class, () -> loss.require(1.49)).getMessage();
    assertTrue(refused.contains("at most 1.49 points, got 1.50"), refused);
    assertTrue(refused.contains("panoptic.PQ 51.50 in float32, 50.00 in int8"), refused);
    assertTrue(refused.contains("--most-loss"), refused);
  }

  @Test
  void whatGotBetterIsNoLoss() {
    assertDoesNotThrow(() -> new MetricLoss("a", Better.LARGER, 50, 50.2).require(0));
    assertDoesNotThrow(() -> new MetricLoss("error", Better.SMALLER, 3, 2).require(0));
    assertEquals(1, new MetricLoss("error", Better.SMALLER, 2, 3).points());
  }

  @Test
  void aMetricThatWasNotMeasuredJudgesNothing() {
    assertThrows(
        CheckpointException.class,
        () -> new MetricLoss("a", Better.LARGER, Double.NaN, Double.NaN).require(100));
  }

  @Test
  void aMetricThatWasNotMeasuredIsSaidToBeNone() {
    MetricLoss loss = new MetricLoss("instance.APl", Better.LARGER, Double.NaN, Double.NaN);
    assertEquals("instance.APl none in float32, none in int8", loss.inWords());
  }
}
