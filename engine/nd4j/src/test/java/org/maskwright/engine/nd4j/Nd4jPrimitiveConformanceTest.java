package org.maskwright.engine.nd4j;

import org.maskwright.engine.conformance.PrimitiveConformance;

/** The suite of all backends on ND4J. */
final class Nd4jPrimitiveConformanceTest extends PrimitiveConformance {
  Nd4jPrimitiveConformanceTest() {
    super(Nd4jBackendProvider.NAME);
  }
}
