package org.maskwright.engine.nd4j;

import org.maskwright.engine.conformance.ValueConformance;

class Nd4jValueConformanceTest extends ValueConformance {
  Nd4jValueConformanceTest() {
    super("nd4j");
  }
}
