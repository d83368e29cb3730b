package org.maskwright.engine.nd4j;

import org.maskwright.engine.conformance.CustomOpConformance;

final class Nd4jCustomOpConformanceTest extends CustomOpConformance {
  Nd4jCustomOpConformanceTest() {
    super(Nd4jBackendProvider.NAME);
  }
}
