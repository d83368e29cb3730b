package org.maskwright.engine.nd4j;

import java.util.ArrayList;
import java.util.List;

/** Arrays that are freed at the end of a block, also where it fails. */
final class Temporaries implements AutoCloseable {
  private final List<NdArray> arrays = new ArrayList<>();

  /** Takes over an array. */
  NdArray add(NdArray array) {
    arrays.add(array);
    return array;
  }

  @Override
  public void close() {
    arrays.forEach(NdArray::release);
  }
}
