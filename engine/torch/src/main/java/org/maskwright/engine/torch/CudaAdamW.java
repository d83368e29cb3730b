package org.maskwright.engine.torch;

import java.util.List;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.DeviceKernel;
import org.maskwright.engine.kernel.AdamWKernel;
import org.maskwright.engine.spi.AdamWArrays;
import org.maskwright.engine.spi.KernelArgument;

/** AdamW on a GPU: one launch for many parameters, each in pieces of about the same size. */
final class CudaAdamW {
  static final DeviceKernel KERNEL = DeviceKernel.ofResource(CudaAdamW.class, "adamw.cu", "adamw");

  /** Longs of a piece: four pointers and a size. */
  static final int FIELDS = 5;

  /** Elements of a piece; many of them keep all processors of a GPU busy. */
  static final int LARGEST = 1 << 16;

  /** Where the arrays of a parameter begin, and how many elements each has. */
  record Place(long p, long gradient, long first, long second, long elements) {
    /** That of arrays in float32, row-major. */
    static Place of(AdamWArrays arrays) {
      return new Place(
          address(TorchArray.tensor(arrays.p())),
          address(TorchArray.tensor(arrays.grad())),
          address(TorchArray.tensor(arrays.m())),
          address(TorchArray.tensor(arrays.v())),
          TorchArray.tensor(arrays.p()).numel());
    }

    private static long address(Tensor tensor) {
      try (Pointer memory = tensor.data_ptr()) {
        return memory.address();
      }
    }
  }

  private CudaAdamW() {}

  /** Whether the kernel can walk a parameter's arrays: float32, one element behind the other. */
  static boolean fits(AdamWArrays arrays) {
    return isDense(TorchArray.tensor(arrays.p()))
        && isDense(TorchArray.tensor(arrays.grad()))
        && isDense(TorchArray.tensor(arrays.m()))
        && isDense(TorchArray.tensor(arrays.v()));
  }

  private static boolean isDense(Tensor tensor) {
    return Natives.is(tensor, ScalarType.Float) && tensor.is_contiguous();
  }

  /** The pieces of parameters as the kernel reads them: {@link #FIELDS} longs each. */
  static long[] pieces(List<Place> places) {
    int count = 0;
    for (Place place : places) {
      count += Math.toIntExact((place.elements() + LARGEST - 1) / LARGEST);
    }
    long[] out = new long[Math.multiplyExact(count, FIELDS)];
    int at = 0;
    for (Place place : places) {
      for (long from = 0; from < place.elements(); from += LARGEST) {
        long offset = from * Float.BYTES;
        out[at++] = place.p() + offset;
        out[at++] = place.gradient() + offset;
        out[at++] = place.first() + offset;
        out[at++] = place.second() + offset;
        out[at++] = Math.min(LARGEST, place.elements() - from);
      }
    }
    return out;
  }

  /** What every element is updated by, in the order of the kernel's struct. */
  static KernelArgument numbers(AdamWStep step) {
    return KernelArgument.of(AdamWKernel.numbers(step));
  }
}
