package org.maskwright.trainer.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.trainer.schedule.Schedule.Constant;
import org.maskwright.trainer.schedule.Schedule.Cosine;
import org.maskwright.trainer.schedule.Schedule.MultiStep;
import org.maskwright.trainer.schedule.Schedule.Poly;
import org.maskwright.trainer.schedule.Schedule.TwoStage;
import org.maskwright.trainer.schedule.Schedule.Warmup;

final class ScheduleTest {
  private static final double TOLERANCE = 1e-15; // a few roundings of a double near 1

  @Test
  void multiStepDropsAtTheMilestoneItself() {
    // COCO, 50 epochs, batch 16: the recipe's milestones.
    var schedule = new MultiStep(List.of(327_778L, 355_092L), 0.1);
    assertEquals(1, schedule.factor(0));
    assertEquals(1, schedule.factor(327_777));
    assertEquals(0.1, schedule.factor(327_778), TOLERANCE);
    assertEquals(0.1, schedule.factor(355_091), TOLERANCE);
    assertEquals(0.01, schedule.factor(355_092), TOLERANCE);
    assertEquals(0.01, schedule.factor(368_749), TOLERANCE);
  }

  @Test
  void polyFallsFromOneToZeroAndStaysThere() {
    var schedule = new Poly(160_000, 0.9);
    assertEquals(1, schedule.factor(0));
    assertEquals(Math.pow(0.5, 0.9), schedule.factor(80_000), TOLERANCE);
    assertEquals(Math.pow(1 / 160_000.0, 0.9), schedule.factor(159_999), TOLERANCE);
    assertEquals(0, schedule.factor(160_000));
    assertEquals(0, schedule.factor(200_000));
  }

  @Test
  void cosineIsHalfAtHalfWay() {
    var schedule = new Cosine(1000);
    assertEquals(1, schedule.factor(0));
    assertEquals(0.5, schedule.factor(500), TOLERANCE);
    assertEquals(0.5 * (1 + Math.cos(Math.PI * 0.25)), schedule.factor(250), TOLERANCE);
    assertEquals(0, schedule.factor(1000), TOLERANCE);
    assertEquals(0, schedule.factor(5000), TOLERANCE);
  }

  @Test
  void warmupIsLinearFromItsStartFactorToOne() {
    // MaskFormer with Swin: 1,500 steps from 1e-6.
    var schedule = new Warmup(new Constant(), 1500, 1e-6);
    assertEquals(1e-6, schedule.factor(0), TOLERANCE);
    assertEquals(1e-6 * 0.5 + 0.5, schedule.factor(750), TOLERANCE);
    assertEquals(1, schedule.factor(1500));
    assertEquals(1, schedule.factor(1_000_000));
  }

  @Test
  void warmupMultipliesWithoutShiftingWhatFollows() {
    var poly = new Poly(100, 0.9);
    var schedule = new Warmup(poly, 10, 0);
    assertEquals(0.4 * poly.factor(4), schedule.factor(4), TOLERANCE);
    assertEquals(poly.factor(10), schedule.factor(10));
    assertEquals(poly.factor(60), schedule.factor(60));
  }

  @Test
  void inTwoStagesTheBackboneStandsStillWhileTheRestWarmsUp() {
    // EoMT on COCO: 500 and 1,000 steps, then the power 0.9 of what is left of 88,692.
    var schedule = new TwoStage(new Poly(88_192, 0.9), new Poly(87_192, 0.9), 500, 0, 1000);
    assertEquals(0, schedule.factor(0));
    assertEquals(0.5, schedule.factor(250), TOLERANCE);
    assertEquals(1, schedule.factor(500));
    assertEquals(Math.pow(0.5, 0.9), schedule.factor(500 + 44_096), TOLERANCE);
    assertEquals(0, schedule.backboneFactor(0));
    assertEquals(0, schedule.backboneFactor(500));
    assertEquals(0.25, schedule.backboneFactor(750), TOLERANCE);
    assertEquals(1, schedule.backboneFactor(1500));
    assertEquals(Math.pow(0.5, 0.9), schedule.backboneFactor(1500 + 43_596), TOLERANCE);
    assertEquals(0, schedule.backboneFactor(88_692));
  }

  @Test
  void inOneStageTheBackbonesFactorIsThatOfTheRest() {
    for (var schedule : List.of(new Poly(100, 0.9), new Warmup(new Cosine(100), 10, 0.1))) {
      for (long step : new long[] {0, 5, 50, 100}) {
        assertEquals(schedule.factor(step), schedule.backboneFactor(step));
      }
    }
  }

  @Test
  void aRunOfOneStepHasASchedule() {
    assertEquals(1, new Poly(1, 0.9).factor(0));
    assertEquals(1, new Cosine(1).factor(0));
  }

  @Test
  void warmupOfNoStepsChangesNothing() {
    assertEquals(1, new Warmup(new Constant(), 0, 0).factor(0));
  }

  @Test
  void impossibleSettingsAreRefusedWithTheirValue() {
    for (var refused :
        List.<org.junit.jupiter.api.function.Executable>of(
            () -> new MultiStep(List.of(20L, 10L), 0.1),
            () -> new MultiStep(List.of(-1L), 0.1),
            () -> new MultiStep(List.of(), 0),
            () -> new Poly(0, 0.9),
            () -> new Poly(10, Double.NaN),
            () -> new Cosine(-5),
            () -> new Warmup(new Constant(), -1, 0.5),
            () -> new Warmup(new Constant(), 1, 1.5),
            () -> new Constant().factor(-1),
            () -> new MultiStep(List.of(), 0.1).factor(-1),
            () -> new Poly(10, 0.9).factor(-1),
            () -> new Cosine(10).factor(-1))) {
      assertThrows(IllegalArgumentException.class, refused);
    }
  }
}
