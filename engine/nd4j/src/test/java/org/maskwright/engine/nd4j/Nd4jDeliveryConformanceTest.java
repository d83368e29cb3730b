package org.maskwright.engine.nd4j;

import org.maskwright.engine.conformance.DeliveryConformance;

final class Nd4jDeliveryConformanceTest extends DeliveryConformance {
  Nd4jDeliveryConformanceTest() {
    super(Nd4jBackendProvider.NAME);
  }
}
