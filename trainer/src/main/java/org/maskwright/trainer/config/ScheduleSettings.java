package org.maskwright.trainer.config;

import java.util.List;
import org.maskwright.settings.Doc;
import org.maskwright.trainer.schedule.Schedule;

/** How the learning rate changes. */
@Doc("How the learning rate changes over the steps.")
public record ScheduleSettings(
    @Doc("Shape of the schedule.") Shape shape,
    @Doc("Steps of linear warm-up; 0 = none.") int warmupSteps,
    @Doc("Factor of the first step of the warm-up, in [0,1].") double warmupFactor,
    @Doc(
            "Steps in which the backbone warms up from 0 when the rest has; it stands still until then, and the shape begins behind each warm-up. 0 = all together.")
        int backboneWarmupSteps) {
  /** Checks the ranges. */
  public ScheduleSettings {
    Ranges.require(warmupSteps >= 0, "warmupSteps", "at least 0", warmupSteps);
    Ranges.require(
        warmupFactor >= 0 && warmupFactor <= 1, "warmupFactor", "a value in [0,1]", warmupFactor);
    Ranges.require(
        backboneWarmupSteps >= 0, "backboneWarmupSteps", "at least 0", backboneWarmupSteps);
  }

  /** The shapes. */
  @Doc("Shape of the learning-rate schedule.")
  public sealed interface Shape {
    /** The schedule over a number of steps. */
    Schedule over(long steps);

    /** Factor 1 throughout. */
    record Constant() implements Shape {
      @Override
      public Schedule over(long steps) {
        return new Schedule.Constant();
      }
    }

    /** Drops at given shares of the run. */
    record MultiStep(
        @Doc("Where the rate drops, as shares of all steps, ascending in (0,1).")
            List<Double> milestones,
        @Doc("Factor at each drop.") double gamma)
        implements Shape {
      /** Checks the ranges. */
      public MultiStep {
        milestones = List.copyOf(milestones);
        double before = 0;
        for (double milestone : milestones) {
          Ranges.require(
              milestone > before && milestone < 1,
              "milestones",
              "shares of all steps, ascending in (0,1)",
              milestones);
          before = milestone;
        }
        new Schedule.MultiStep(List.of(), gamma); // checks gamma
      }

      @Override
      public Schedule over(long steps) {
        return new Schedule.MultiStep(
            milestones.stream().map(m -> Math.round(m * steps)).toList(), gamma);
      }
    }

    /** (1 - t/N)^power. */
    record Poly(@Doc("The exponent, above 0.") double power) implements Shape {
      /** Checks the range. */
      public Poly {
        new Schedule.Poly(1, power); // checks the power
      }

      @Override
      public Schedule over(long steps) {
        return new Schedule.Poly(steps, power);
      }
    }

    /** Half a cosine. */
    record Cosine() implements Shape {
      @Override
      public Schedule over(long steps) {
        return new Schedule.Cosine(steps);
      }
    }
  }

  /** The factor of each step. */
  public Schedule over(long steps) {
    if (backboneWarmupSteps > 0) {
      long rest = steps - warmupSteps;
      return new Schedule.TwoStage(
          shape.over(Math.max(1, rest)),
          shape.over(Math.max(1, rest - backboneWarmupSteps)),
          warmupSteps,
          warmupFactor,
          backboneWarmupSteps);
    }
    Schedule plain = shape.over(steps);
    return warmupSteps == 0 ? plain : new Schedule.Warmup(plain, warmupSteps, warmupFactor);
  }
}
