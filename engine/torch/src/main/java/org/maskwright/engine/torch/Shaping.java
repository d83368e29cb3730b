package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import java.util.Arrays;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.DeviceArray;

/** Creation, changes of shape, indexing, and writes into an array. */
final class Shaping {
  private final Results results;
  private final Natives natives;

  Shaping(Results results, Natives natives) {
    this.results = results;
    this.natives = natives;
  }

  DeviceArray full(long[] shape, DType dtype, double value) {
    return results.of(
        () -> "full " + Arrays.toString(shape),
        () -> {
          if (value == 0) {
            return torch.zeros(shape, natives.options(dtype));
          }
          try (Scalar scalar = dtype.isFloating() ? new Scalar(value) : new Scalar((long) value)) {
            return torch.full(shape, scalar, natives.options(dtype));
          }
        });
  }

  /** An array of the same shape and dtype whose contents are undefined. */
  DeviceArray emptyLike(DeviceArray a) {
    return results.of("empty", () -> torch.empty_like(tensor(a)), a);
  }

  void copyInto(DeviceArray target, DeviceArray source) {
    results.run("copyInto", () -> tensor(target).copy_(tensor(source)), target, source);
  }

  void addInto(DeviceArray target, DeviceArray source) {
    results.run("addInto", () -> tensor(target).add_(tensor(source)), target, source);
  }

  void axpbyInto(DeviceArray target, double factor, DeviceArray source, double sourceFactor) {
    results.run(
        "axpbyInto",
        () -> {
          try (Scalar a = new Scalar(factor);
              Scalar b = new Scalar(sourceFactor)) {
            if (factor == 1 - sourceFactor || sourceFactor == 1 - factor) {
              // A moving average: one pass over memory instead of two.
              tensor(target).lerp_(tensor(source), b);
            } else {
              tensor(target).mul_(a);
              tensor(target).add_(tensor(source), b);
            }
          }
        },
        target,
        source);
  }

  void sliceInto(DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    results.run(
        "sliceInto",
        () -> {
          try (Tensor part = slice(tensor(target), dim, start, end, step)) {
            part.copy_(tensor(source));
          }
        },
        target,
        source);
  }

  void addSliceInto(
      DeviceArray target, int dim, long start, long end, long step, DeviceArray source) {
    results.run(
        "addSliceInto",
        () -> {
          try (Tensor part = slice(tensor(target), dim, start, end, step)) {
            part.add_(tensor(source));
          }
        },
        target,
        source);
  }

  private static Tensor slice(Tensor x, int dim, long start, long end, long step) {
    if (step == 1 && start <= end) {
      return torch.narrow(x, dim, start, end - start);
    }
    try (LongOptional from = new LongOptional(start);
        LongOptional to = new LongOptional(end)) {
      return torch.slice(x, dim, from, to, step);
    }
  }

  DeviceArray reshape(DeviceArray a, long[] shape) {
    return results.view("reshape", () -> tensor(a).reshape(shape), a);
  }

  DeviceArray permute(DeviceArray a, int[] order) {
    return results.view(
        "permute", () -> tensor(a).permute(Arrays.stream(order).asLongStream().toArray()), a);
  }

  DeviceArray expand(DeviceArray a, long[] shape) {
    return results.view("expand", () -> tensor(a).expand(shape), a);
  }

  DeviceArray slice(DeviceArray a, int dim, long start, long end, long step) {
    return results.view("slice", () -> slice(tensor(a), dim, start, end, step), a);
  }

  DeviceArray concat(DeviceArray[] parts, int dim) {
    return results.of(
        "concat",
        () -> {
          Tensor[] tensors = new Tensor[parts.length];
          for (int i = 0; i < parts.length; i++) {
            tensors[i] = tensor(parts[i]);
          }
          try (TensorVector list = new TensorVector(tensors)) {
            return torch.cat(list, dim);
          }
        },
        parts);
  }

  DeviceArray pad(DeviceArray a, long[] before, long[] after, double value) {
    return results.of(
        "pad",
        () -> {
          int rank = before.length;
          long[] pairs = new long[2 * rank]; // from the last axis to the first
          for (int i = 0; i < rank; i++) {
            pairs[2 * i] = before[rank - 1 - i];
            pairs[2 * i + 1] = after[rank - 1 - i];
          }
          try (Scalar scalar = new Scalar(value)) {
            return torch.constant_pad_nd(tensor(a), pairs, scalar);
          }
        },
        a);
  }

  DeviceArray contiguous(DeviceArray a) {
    if (tensor(a).is_contiguous()) {
      return a.retain();
    }
    return results.of("contiguous", () -> tensor(a).contiguous(), a);
  }

  DeviceArray gather(DeviceArray a, int dim, DeviceArray index) {
    return results.of("gather", () -> torch.gather(tensor(a), dim, tensor(index)), a, index);
  }

  DeviceArray scatterAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return results.of(
        "scatterAdd",
        () -> torch.scatter_add(tensor(base), dim, tensor(index), tensor(source)),
        base,
        index,
        source);
  }

  DeviceArray indexSelect(DeviceArray a, int dim, DeviceArray index) {
    return results.of(
        "indexSelect", () -> torch.index_select(tensor(a), dim, tensor(index)), a, index);
  }

  DeviceArray indexAdd(DeviceArray base, int dim, DeviceArray index, DeviceArray source) {
    return results.of(
        "indexAdd",
        () -> torch.index_add(tensor(base), dim, tensor(index), tensor(source)),
        base,
        index,
        source);
  }
}
