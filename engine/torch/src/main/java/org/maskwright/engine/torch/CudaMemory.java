package org.maskwright.engine.torch;

import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.cuda.CUDAAllocator;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_cuda;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.MemoryLimit;

/** LibTorch's caching allocator of a GPU; loads CUDA's classes, which only builds for it have. */
final class CudaMemory {
  private CudaMemory() {}

  /**
   * Limits what the allocator may take of a device, of this process.
   *
   * @param onDevice of an array there
   */
  static void limit(
      Device device, TensorOptions onDevice, MemoryFormatOptional format, MemoryLimit limit) {
    byte index = (byte) device.index();
    // The first array makes the allocator.
    try (Tensor first = torch.empty(new long[] {1}, onDevice, format)) {
      CUDAAllocator allocator = torch_cuda.getAllocator();
      try (SizeTPair freeAndTotal = allocator.getMemoryInfo(index)) {
        allocator.setMemoryFraction(limit.shareOf(freeAndTotal.second()), index);
      }
    } catch (RuntimeException e) {
      throw Results.failure("limitMemory", e);
    }
  }
}
