package org.maskwright.engine.torch;

import org.junit.jupiter.api.Tag;
import org.maskwright.engine.conformance.CompositeConformance;

/**
 * Composite operations and whole-array updates on an NVIDIA GPU; see {@link
 * TorchCudaConformanceTest}.
 */
@Tag("gpu")
final class TorchCudaCompositeConformanceTest extends CompositeConformance {
  TorchCudaCompositeConformanceTest() {
    super("torch", "cuda");
  }
}
