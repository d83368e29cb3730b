package org.maskwright.trainer.loss;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the computation of a part of a step decided from its predictions: which query is matched
 * with which target, where losses are sampled. The first computation decides; whoever computes the
 * same part again, as an optimiser of two passes does, gets the same decisions, though the
 * predictions are others by then.
 *
 * <p>Decisions are told apart by the order in which they are asked for.
 *
 * <p><b>Threads</b> one.
 */
public final class Decisions {
  private final List<Object> made = new ArrayList<>();
  private int next;

  /**
   * The next decision: the one made before, or else a new one.
   *
   * @throws IllegalStateException if the one made before is of another type: the step is not
   *     computed as it was
   */
  public <T> T once(Class<T> type, Supplier<T> decide) {
    if (next == made.size()) {
      made.add(decide.get());
    }
    Object decision = made.get(next++);
    if (!type.isInstance(decision)) {
      throw new IllegalStateException(
          "decision %d of a step: expected the %s made before, got asked for a %s; a step must be computed alike each time"
              .formatted(next, decision.getClass().getSimpleName(), type.getSimpleName()));
    }
    return type.cast(decision);
  }

  /** Goes back to the first decision: the part is about to be computed again. */
  public void replay() {
    next = 0;
  }
}
