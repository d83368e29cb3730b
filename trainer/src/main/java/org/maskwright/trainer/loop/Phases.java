package org.maskwright.trainer.loop;

import java.util.EnumMap;
import java.util.Map;

/** Where the time of a step goes. */
public final class Phases {
  /** Parts of a step. */
  public enum Phase {
    /** Waiting for the loader. */
    DATA,
    /** The model. */
    FORWARD,
    /** Matching and losses. */
    LOSS,
    /** Gradients. */
    BACKWARD,
    /** Waiting, behind the backward pass, for what other processes send. */
    EXCHANGE,
    /** Norm, clipping, update, moving average; what an optimiser does between evaluations. */
    OPTIMIZER
  }

  private final Map<Phase, Double> millis = new EnumMap<>(Phase.class);
  private long since = System.nanoTime();

  /** Books the time since the last mark to a phase. */
  public void mark(Phase phase) {
    long now = System.nanoTime();
    millis.merge(phase, (now - since) / 1e6, Double::sum);
    since = now;
  }

  /** Adds another step's times. */
  public void add(Phases other) {
    other.millis.forEach((phase, value) -> millis.merge(phase, value, Double::sum));
  }

  /** Milliseconds of a phase. */
  public double millis(Phase phase) {
    return millis.getOrDefault(phase, 0.0);
  }

  /** Milliseconds of all phases. */
  public double total() {
    return millis.values().stream().mapToDouble(Double::doubleValue).sum();
  }
}
