package org.maskwright.modelzoo.head;

import org.maskwright.engine.tensor.Engine;

/** Makes the class heads of a model. */
public interface ClassHeads {
  /** The classes that they tell apart. */
  ClassSpace space();

  /**
   * Settings that make the same heads again with what was read for these, so that nothing has to be
   * read again.
   */
  ClassHeadConfig settings();

  /**
   * A head with fresh initial values from the engine's stream {@code init}.
   *
   * @param channels C, width of the queries' states
   */
  ClassHead of(Engine engine, int channels);
}
