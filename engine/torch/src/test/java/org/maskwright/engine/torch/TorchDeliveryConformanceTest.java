package org.maskwright.engine.torch;

import org.maskwright.engine.conformance.DeliveryConformance;

final class TorchDeliveryConformanceTest extends DeliveryConformance {
  TorchDeliveryConformanceTest() {
    super("torch");
  }
}
