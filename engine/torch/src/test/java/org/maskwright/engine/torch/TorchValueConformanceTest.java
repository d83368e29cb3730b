package org.maskwright.engine.torch;

import org.maskwright.engine.conformance.ValueConformance;

class TorchValueConformanceTest extends ValueConformance {
  TorchValueConformanceTest() {
    super("torch");
  }
}
