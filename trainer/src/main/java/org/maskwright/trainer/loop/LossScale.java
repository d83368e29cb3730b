package org.maskwright.trainer.loop;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.maskwright.engine.array.Precision;

/**
 * The factor on the loss before a backward pass in float16, so that gradients that are small do not
 * become 0 there. Gradients are divided by it as soon as they are there: whoever reads them does
 * not see it. A gradient that is not finite is a factor that was too large; its step is left out.
 *
 * <p><b>Source</b> arXiv 1710.03740, section 3.2; start, growth, back-off and interval are those of
 * PyTorch's GradScaler. All are powers of two, so that scaling rounds nothing. <b>Differs</b>: the
 * factor never falls below 1, where it is not the scale that a gradient fails at: training has
 * diverged then.
 *
 * <p>Processes that take a step together find the same gradients, and so the same factor.
 */
public final class LossScale {
  private static final double START = 65536;
  private static final double GROWTH = 2;
  private static final double BACK_OFF = 0.5;
  private static final int INTERVAL = 2000;
  private static final double LEAST = 1;

  /** What the log calls the factor of a step. */
  static final String FACTOR = "lossScale";

  /** What the log calls the share of steps that were left out. */
  static final String SKIPPED = "skipped";

  /**
   * What a checkpoint holds of it.
   *
   * @param factor of the next step
   * @param taken steps in a row since it changed last
   */
  public record State(double factor, int taken) {
    /** Checks the ranges. */
    public State {
      if (!(factor >= LEAST && Double.isFinite(factor)) || taken < 0 || taken >= INTERVAL) {
        throw new IllegalArgumentException(
            "loss scale: expected a factor of %s or more and 0 to %d steps, got %s and %d"
                .formatted(LEAST, INTERVAL - 1, factor, taken));
      }
    }
  }

  private State state = new State(START, 0);

  /** One where products are computed in float16, none elsewhere. */
  static Optional<LossScale> of(Precision precision) {
    return precision == Precision.FP16 ? Optional.of(new LossScale()) : Optional.empty();
  }

  /** Above 0. */
  double factor() {
    return state.factor();
  }

  State state() {
    return state;
  }

  void resume(State at) {
    state = at;
  }

  /** A step was taken. */
  void taken() {
    int taken = state.taken() + 1;
    double grown = state.factor() * GROWTH;
    state =
        taken < INTERVAL || Double.isInfinite((float) grown)
            ? new State(state.factor(), taken % INTERVAL)
            : new State(grown, 0);
  }

  /**
   * A gradient was not finite.
   *
   * @return whether the factor could be lowered; if not, the gradient itself is not finite
   */
  boolean lowered() {
    if (state.factor() <= LEAST) {
      return false;
    }
    state = new State(Math.max(LEAST, state.factor() * BACK_OFF), 0);
    return true;
  }

  /** The measures of a step with those of the factor that it was computed with. */
  static Map<String, Double> with(Map<String, Double> measures, double factor, boolean skipped) {
    Map<String, Double> out = new LinkedHashMap<>(measures);
    out.put(FACTOR, factor);
    out.put(SKIPPED, skipped ? 1.0 : 0.0);
    return out;
  }
}
