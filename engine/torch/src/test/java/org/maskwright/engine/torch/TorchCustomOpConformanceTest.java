package org.maskwright.engine.torch;

import org.maskwright.engine.conformance.CustomOpConformance;

final class TorchCustomOpConformanceTest extends CustomOpConformance {
  TorchCustomOpConformanceTest() {
    super("torch");
  }
}
