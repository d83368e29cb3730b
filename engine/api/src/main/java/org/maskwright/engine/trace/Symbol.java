package org.maskwright.engine.trace;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;

/** A value of a graph that is recorded: it has a shape and a name but no elements. */
final class Symbol extends DeviceArray {
  private final String name;
  private final DType dtype;
  private final long[] shape;

  /**
   * A value.
   *
   * @param name in the graph; "" of a by-product that is not recorded
   */
  Symbol(MemoryAccount account, String name, DType dtype, long... shape) {
    super(account, 0);
    this.name = name;
    this.dtype = dtype;
    this.shape = shape.clone();
  }

  /**
   * Its name in the graph.
   *
   * @throws EngineException if it is not recorded
   */
  String name() {
    if (name.isEmpty()) {
      throw new EngineException(
          "recording: statistics of a normalisation and positions of maxima are not recorded; a"
              + " recorded model runs without gradient");
    }
    return name;
  }

  DType dtype() {
    return dtype;
  }

  long[] shape() {
    return shape;
  }

  int rank() {
    return shape.length;
  }

  @Override
  protected void free() {}
}
