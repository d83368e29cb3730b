package org.maskwright.trainer.doctor;

import java.util.function.Consumer;
import org.maskwright.engine.tensor.Engine;

/**
 * A computation whose right answer is known.
 *
 * @param name lower case
 * @param body computes it
 */
record Check(String name, Body body) {
  /** The computation. */
  @FunctionalInterface
  interface Body {
    /**
     * Computes on an engine.
     *
     * @param engine open, with no scope
     * @param now told what comes next, where a check has several parts: what a report names if the
     *     process ends in it
     */
    Outcome run(Engine engine, Consumer<String> now);
  }

  /**
   * What came out.
   *
   * @param right whether it is the right answer, up to rounding
   * @param message how far it is from it
   */
  record Outcome(boolean right, String message) {}
}
