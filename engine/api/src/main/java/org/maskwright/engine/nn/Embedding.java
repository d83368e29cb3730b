package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/** A table of learned vectors; weight [count,width], N(0,1). */
public final class Embedding extends Module {
  private final Parameter weight;

  /** N(0,1) initial values. */
  public Embedding(Engine engine, int count, int width) {
    super(engine);
    weight = parameter("weight", engine.normal(engine.random().get("init"), 0, 1, count, width));
  }

  /** The whole table [count,width]. */
  public Tensor table() {
    return weight.tensor();
  }
}
