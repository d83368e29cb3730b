package org.maskwright.engine.torch;

import java.util.List;

/** What LibTorch says where memory has run out: on the CPU, on CUDA, and by CUDA's libraries. */
final class OutOfMemory {
  private static final List<String> SIGNS =
      List.of(
          "can't allocate memory", // DefaultCPUAllocator
          "not enough memory", // the same on Windows
          "CUDA out of memory", // the caching allocator
          "CUDA error: out of memory", // cudaMalloc, cudaHostAlloc, the context itself
          "cudaErrorMemoryAllocation",
          "CUBLAS_STATUS_ALLOC_FAILED",
          "CUDNN_STATUS_ALLOC_FAILED",
          "CUSOLVER_STATUS_ALLOC_FAILED");

  /** What the caching allocator says after the numbers: about its own environment variable. */
  private static final String ADVICE_OF_LIBTORCH = "If reserved but unallocated memory is large";

  private OutOfMemory() {}

  /** Whether a native error is that memory has run out. */
  static boolean isToldBy(String text) {
    return SIGNS.stream().anyMatch(text::contains);
  }

  /** The native error without LibTorch's advice, and with ours. */
  static String inWords(String text) {
    int advice = text.indexOf(ADVICE_OF_LIBTORCH);
    String first = (advice < 0 ? text : text.substring(0, advice)).lines().findFirst().orElse("");
    return first.strip()
        + "; out of memory: lower the batch, the crop, or the number of points that losses are"
        + " sampled at, take checkpointing of the backbone or engine.precision = bf16, or close"
        + " tensors earlier (scopes)";
  }
}
