package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.conformance.OwnershipConformance;

/** The suite of all backends on ND4J's own operations. */
final class OperationsOwnershipConformanceTest extends OwnershipConformance {
  OperationsOwnershipConformanceTest() {
    super(OperationsProvider.NAME);
  }
}
