package org.maskwright.engine.torch;

import org.maskwright.engine.conformance.CallSequenceConformance;

final class TorchCallSequenceConformanceTest extends CallSequenceConformance {
  TorchCallSequenceConformanceTest() {
    super("torch");
  }
}
