package org.maskwright.engine.nd4j;

import org.maskwright.engine.conformance.OwnershipConformance;

final class Nd4jOwnershipConformanceTest extends OwnershipConformance {
  Nd4jOwnershipConformanceTest() {
    super(Nd4jBackendProvider.NAME);
  }
}
