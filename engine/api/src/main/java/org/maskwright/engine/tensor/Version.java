package org.maskwright.engine.tensor;

/** How often memory that changes in place was written: that of a parameter and of its gradient. */
final class Version {
  private long writes;

  long writes() {
    return writes;
  }

  void written() {
    writes++;
  }
}
