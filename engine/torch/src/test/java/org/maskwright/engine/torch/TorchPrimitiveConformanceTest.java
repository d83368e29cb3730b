package org.maskwright.engine.torch;

import org.maskwright.engine.conformance.PrimitiveConformance;

class TorchPrimitiveConformanceTest extends PrimitiveConformance {
  TorchPrimitiveConformanceTest() {
    super("torch");
  }
}
