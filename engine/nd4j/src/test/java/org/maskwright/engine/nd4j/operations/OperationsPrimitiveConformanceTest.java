package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.conformance.PrimitiveConformance;

/** The suite of all backends on ND4J's own operations. */
final class OperationsPrimitiveConformanceTest extends PrimitiveConformance {
  OperationsPrimitiveConformanceTest() {
    super(OperationsProvider.NAME);
  }
}
