package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.conformance.DeliveryConformance;

/** The suite of all backends on ND4J's own operations. */
final class OperationsDeliveryConformanceTest extends DeliveryConformance {
  OperationsDeliveryConformanceTest() {
    super(OperationsProvider.NAME);
  }
}
