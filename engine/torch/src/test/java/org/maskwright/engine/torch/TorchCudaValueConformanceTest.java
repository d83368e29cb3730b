package org.maskwright.engine.torch;

import org.junit.jupiter.api.Tag;
import org.maskwright.engine.conformance.ValueConformance;

/** Values beyond the ordinary on an NVIDIA GPU; see {@link TorchCudaConformanceTest}. */
@Tag("gpu")
final class TorchCudaValueConformanceTest extends ValueConformance {
  TorchCudaValueConformanceTest() {
    super("torch", "cuda");
  }
}
