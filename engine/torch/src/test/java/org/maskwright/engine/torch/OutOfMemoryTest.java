package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.array.DeviceMemoryException;
import org.maskwright.engine.array.EngineException;

/** The texts are those of LibTorch 2.10's sources. */
class OutOfMemoryTest {
  private static final String OF_THE_ALLOCATOR =
      "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 7.79 GiB of"
          + " which 512.00 MiB is free. 6.00 GiB allowed; Of the allocated memory 5.50 GiB is"
          + " allocated by PyTorch, and 20.00 MiB is reserved by PyTorch but unallocated. If"
          + " reserved but unallocated memory is large try setting"
          + " PYTORCH_ALLOC_CONF=expandable_segments:True to avoid fragmentation.  See"
          + " documentation for Memory Management "
          + " (https://pytorch.org/docs/stable/notes/cuda.html#environment-variables)\n"
          + "Exception raised from malloc at CUDACachingAllocator.cpp:1440";

  private static EngineException failure(String text) {
    return Results.failure("conv2d", new RuntimeException(text));
  }

  @Test
  void theAllocatorsNumbersStayAndItsAdviceBecomesOurs() {
    EngineException error = failure(OF_THE_ALLOCATOR);
    assertInstanceOf(DeviceMemoryException.class, error);
    String message = error.getMessage();
    assertTrue(message.startsWith("torch: conv2d() failed: CUDA out of memory."), message);
    for (String kept : new String[] {"2.00 GiB", "7.79 GiB", "512.00 MiB", "6.00 GiB allowed"}) {
      assertTrue(message.contains(kept), message);
    }
    for (String lower : new String[] {"batch", "crop", "points", "engine.precision = bf16"}) {
      assertTrue(message.contains(lower), message);
    }
    assertFalse(message.contains("PYTORCH_ALLOC_CONF"), message);
    assertFalse(message.contains("https"), message);
    assertEquals(1, message.lines().count());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory:"
            + " you tried to allocate 400000000000 bytes. Error code 12 (Cannot allocate memory)",
        "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some"
            + " other API call, so the stacktrace below might be incorrect.",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED"
      })
  void everyAllocatorsRefusalIsOutOfMemory(String text) {
    assertInstanceOf(DeviceMemoryException.class, failure(text));
    assertTrue(failure(text).getMessage().contains("; out of memory: lower the batch"));
  }

  @Test
  void anotherErrorIsNoLackOfMemory() {
    EngineException error = failure("CUDA error: device-side assert triggered");
    assertEquals(EngineException.class, error.getClass());
  }
}
