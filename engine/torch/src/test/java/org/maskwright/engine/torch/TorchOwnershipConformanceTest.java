package org.maskwright.engine.torch;

import org.maskwright.engine.conformance.OwnershipConformance;

final class TorchOwnershipConformanceTest extends OwnershipConformance {
  TorchOwnershipConformanceTest() {
    super("torch");
  }
}
