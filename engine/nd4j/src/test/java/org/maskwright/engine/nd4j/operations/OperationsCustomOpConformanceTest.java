package org.maskwright.engine.nd4j.operations;

import org.maskwright.engine.conformance.CustomOpConformance;

/** The suite of all backends on ND4J's own operations. */
final class OperationsCustomOpConformanceTest extends CustomOpConformance {
  OperationsCustomOpConformanceTest() {
    super(OperationsProvider.NAME);
  }
}
