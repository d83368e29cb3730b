package org.maskwright.engine.nd4j.operations;

import java.util.List;
import org.maskwright.engine.conformance.CompositeConformance;

/** The suite of all backends on ND4J's own operations. */
final class OperationsCompositeConformanceTest extends CompositeConformance {
  OperationsCompositeConformanceTest() {
    super(OperationsProvider.NAME);
  }

  /** Few, as a step takes seconds. */
  @Override
  protected int longTraining() {
    return 10;
  }

  /**
   * Touched from the start and too large for the collector to run: what waits for it shows after a
   * few steps, as it makes resident memory grow. The compiler that takes memory for longer than ten
   * steps stays off.
   */
  @Override
  protected List<String> longTrainingHeap() {
    return List.of(
        "-XX:+UseSerialGC",
        "-Xms1g",
        "-Xmx1g",
        "-Xmn900m",
        "-XX:+AlwaysPreTouch",
        "-XX:TieredStopAtLevel=1");
  }
}
