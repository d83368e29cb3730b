package org.maskwright.trainer.schedule;

import java.util.List;

/**
 * A learning-rate schedule: the factor on each parameter group's base learning rate. A pure
 * function of the step, so a resumed run needs nothing but its step.
 *
 * <p><b>Source</b> the schedules of the Mask2Former and MaskFormer recipes (detectron2 {@code
 * WarmupMultiStepLR}, {@code WarmupPolyLR}, {@code WarmupCosineLR}). <b>Differs:</b> none in value;
 * warm-up is a schedule around another one.
 *
 * <p>t is the index of a step, counted from 0; N is the number of steps of the whole run.
 */
public sealed interface Schedule {

  /**
   * The factor for step {@code step}. Steps past the end of a schedule keep its last value.
   *
   * @param step index of the step, counted from 0
   * @return the factor, in [0, 1] unless a multi-step gamma is above 1
   * @throws IllegalArgumentException if {@code step} is negative
   */
  double factor(long step);

  /** The factor of the backbone's parameters, where it is another than that of the rest. */
  default double backboneFactor(long step) {
    return factor(step);
  }

  /** factor(t) = 1. */
  record Constant() implements Schedule {
    @Override
    public double factor(long step) {
      checkStep(step);
      return 1;
    }
  }

  /**
   * factor(t) = gamma^(number of milestones &lt;= t).
   *
   * @param milestones steps at which the rate drops, in order; two may be the same in a short run
   * @param gamma what the rate is multiplied with at each milestone, above 0; 0.1 in the recipes
   */
  record MultiStep(List<Long> milestones, double gamma) implements Schedule {
    public MultiStep {
      milestones = List.copyOf(milestones);
      for (int i = 0; i < milestones.size(); i++) {
        if (milestones.get(i) < 0 || (i > 0 && milestones.get(i) < milestones.get(i - 1))) {
          throw new IllegalArgumentException(
              "milestones: expected steps in order, at least 0, got " + milestones);
        }
      }
      if (!(gamma > 0) || Double.isInfinite(gamma)) {
        throw new IllegalArgumentException("gamma: expected a number above 0, got " + gamma);
      }
    }

    @Override
    public double factor(long step) {
      checkStep(step);
      long passed = milestones.stream().filter(m -> m <= step).count();
      return Math.pow(gamma, passed);
    }
  }

  /**
   * factor(t) = (1 - t/N)^power.
   *
   * @param steps N, at least 1
   * @param power the exponent, above 0; 0.9 in the recipes
   */
  record Poly(long steps, double power) implements Schedule {
    public Poly {
      checkLength(steps);
      if (!(power > 0) || Double.isInfinite(power)) {
        throw new IllegalArgumentException("power: expected a number above 0, got " + power);
      }
    }

    @Override
    public double factor(long step) {
      checkStep(step);
      return Math.pow(1 - (double) Math.min(step, steps) / steps, power);
    }
  }

  /**
   * factor(t) = (1 + cos(pi t/N)) / 2.
   *
   * @param steps N, at least 1
   */
  record Cosine(long steps) implements Schedule {
    public Cosine {
      checkLength(steps);
    }

    @Override
    public double factor(long step) {
      checkStep(step);
      return 0.5 * (1 + Math.cos(Math.PI * Math.min(step, steps) / steps));
    }
  }

  /**
   * factor(t) = w(t) * after(t), with w(t) = f(1 - a) + a and a = t/W for t &lt; W, then 1.
   *
   * @param after the schedule behind the warm-up; it counts from step 0 too
   * @param steps W, at least 0
   * @param startFactor f, in [0, 1]
   */
  record Warmup(Schedule after, long steps, double startFactor) implements Schedule {
    public Warmup {
      if (steps < 0) {
        throw new IllegalArgumentException("warm-up steps: expected at least 0, got " + steps);
      }
      if (!(startFactor >= 0 && startFactor <= 1)) {
        throw new IllegalArgumentException(
            "warm-up start factor: expected a number in [0, 1], got " + startFactor);
      }
    }

    @Override
    public double factor(long step) {
      double factor = after.factor(step);
      if (step >= steps) {
        return factor;
      }
      double progress = (double) step / steps;
      return factor * (startFactor * (1 - progress) + progress);
    }
  }

  /**
   * Two warm-ups: first all but the backbone, which stands still meanwhile, then the backbone. What
   * follows begins behind the warm-up of each. With a = t/W and b = (t - W)/V: f(1 - a) + a for t
   * &lt; W, then rest(t - W); of the backbone 0 for t &lt; W, b for t &lt; W + V, then backbone(t -
   * W - V).
   *
   * <p><b>Source</b> the recipe of EoMT (arXiv 2503.19108), whose f is 0 and which goes on with the
   * power 0.9
   *
   * @param rest behind the first warm-up, of all but the backbone
   * @param backbone behind the second, of the backbone
   * @param steps W, at least 0
   * @param startFactor f, in [0, 1]
   * @param backboneSteps V, at least 1
   */
  record TwoStage(
      Schedule rest, Schedule backbone, long steps, double startFactor, long backboneSteps)
      implements Schedule {
    public TwoStage {
      new Warmup(rest, steps, startFactor); // checks both
      checkLength(backboneSteps);
    }

    @Override
    public double factor(long step) {
      checkStep(step);
      if (step >= steps) {
        return rest.factor(step - steps);
      }
      double progress = (double) step / steps;
      return startFactor * (1 - progress) + progress;
    }

    @Override
    public double backboneFactor(long step) {
      checkStep(step);
      long since = step - steps;
      if (since >= backboneSteps) {
        return backbone.factor(since - backboneSteps);
      }
      return since <= 0 ? 0 : (double) since / backboneSteps;
    }
  }

  private static void checkStep(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step: expected at least 0, got " + step);
    }
  }

  private static void checkLength(long steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("steps: expected at least 1, got " + steps);
    }
  }
}
