package org.maskwright.engine.nd4j;

import org.maskwright.engine.conformance.CallSequenceConformance;

final class Nd4jCallSequenceConformanceTest extends CallSequenceConformance {
  Nd4jCallSequenceConformanceTest() {
    super(Nd4jBackendProvider.NAME);
  }
}
