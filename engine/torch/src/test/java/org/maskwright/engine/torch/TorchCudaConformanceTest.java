package org.maskwright.engine.torch;

import org.junit.jupiter.api.Tag;
import org.maskwright.engine.conformance.PrimitiveConformance;

/**
 * The primitives on an NVIDIA GPU: {@code mvn -Pcuda -pl engine/torch -am test -Dgroups=gpu}.
 * Skipped, with the reason, where there is none.
 */
@Tag("gpu")
final class TorchCudaConformanceTest extends PrimitiveConformance {
  TorchCudaConformanceTest() {
    super("torch", "cuda");
  }
}
