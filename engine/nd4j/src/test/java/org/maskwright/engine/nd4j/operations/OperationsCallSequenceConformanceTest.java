package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.conformance.CallSequenceConformance;

/** The suite of all backends on ND4J's own operations. */
final class OperationsCallSequenceConformanceTest extends CallSequenceConformance {
  OperationsCallSequenceConformanceTest() {
    super(OperationsProvider.NAME);
  }
}
