package org.maskwright.engine.nd4j;

import org.maskwright.engine.conformance.CompositeConformance;

/** The suite of all backends on ND4J. */
final class Nd4jCompositeConformanceTest extends CompositeConformance {
  Nd4jCompositeConformanceTest() {
    super(Nd4jBackendProvider.NAME);
  }
}
