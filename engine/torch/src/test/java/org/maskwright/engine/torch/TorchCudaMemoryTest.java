package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.array.DeviceMemoryException;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.MemoryLimit;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;

/** Memory, uploads and kernels of an NVIDIA GPU; see {@link TorchCudaConformanceTest}. */
@Tag("gpu")
final class TorchCudaMemoryTest {
  private static Backend open() {
    TorchBackendProvider provider = new TorchBackendProvider();
    Assumptions.assumeTrue(provider.unavailableBecause().isEmpty(), "LibTorch does not load");
    Assumptions.assumeTrue(provider.cudaDevices() > 0, "no CUDA device");
    return provider.create("cuda", 0);
  }

  @Test
  void anArrayBeyondTheLimitIsOutOfMemoryAndOneWithinItIsNot() {
    try (Backend backend = open()) {
      backend.limitMemory(new MemoryLimit(1, 256));
      DeviceArray small = backend.full(new long[] {1 << 24}, DType.FLOAT32, 1); // 64 MiB
      DeviceMemoryException error =
          assertThrows(
              DeviceMemoryException.class,
              () -> backend.full(new long[] {1 << 27}, DType.FLOAT32, 1)); // 512 MiB
      assertTrue(error.getMessage().contains("lower the batch"), error.getMessage());
      small.release();
      backend.limitMemory(MemoryLimit.NONE);
      backend.full(new long[] {1 << 27}, DType.FLOAT32, 1).release();
    }
  }

  /** Copies that are only begun must not read memory that the next one writes already. */
  @Test
  void manyUploadsInARowArriveAsTheyWereSent() {
    try (Backend backend = open()) {
      DeviceArray[] sent = new DeviceArray[50];
      int n = 1 << 18;
      for (int i = 0; i < sent.length; i++) {
        float[] values = new float[n];
        Arrays.fill(values, i);
        sent[i] = backend.fromFloats(values, new long[] {n});
        Arrays.fill(values, -1);
      }
      for (int i = 0; i < sent.length; i++) {
        float[] expected = new float[n];
        Arrays.fill(expected, i);
        assertArrayEquals(expected, backend.toFloats(sent[i]));
        sent[i].release();
      }
    }
  }

  @Test
  void aKernelThatDoesNotCompileIsAnErrorWithTheCompilersMessages() {
    try (Backend backend = open()) {
      DeviceKernel wrong = new DeviceKernel("wrong.cu", "extern \"C\" __global__ void f( {}", "f");
      EngineException error =
          assertThrows(EngineException.class, () -> backend.launch(wrong, 1, List.of()));
      assertTrue(error.getMessage().contains("wrong.cu"), error.getMessage());
      assertTrue(error.getMessage().contains("error"), error.getMessage());
      assertEquals(0, backend.memory().liveArrays());
    }
  }
}
