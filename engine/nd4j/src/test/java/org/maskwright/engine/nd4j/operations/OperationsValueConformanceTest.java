package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.conformance.ValueConformance;

/** The suite of all backends on ND4J's own operations. */
final class OperationsValueConformanceTest extends ValueConformance {
  OperationsValueConformanceTest() {
    super(OperationsProvider.NAME);
  }
}
