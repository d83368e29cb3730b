package org.maskwright.engine.torch;

import org.maskwright.engine.conformance.CompositeConformance;

class TorchCompositeConformanceTest extends CompositeConformance {
  TorchCompositeConformanceTest() {
    super("torch");
  }
}
