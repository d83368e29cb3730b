package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.DeviceArray;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Numbers in from Java and ND4J, and out to them. */
final class HostTransfer {
  private final Results results;
  private final Natives natives;
  private final Device device;

  HostTransfer(Results results, Natives natives, Device device) {
    this.results = results;
    this.natives = natives;
    this.device = device;
  }

  DeviceArray fromHost(INDArray array) {
    DType dtype = DType.of(array.dataType());
    long[] shape = array.shape();
    String op = "fromHost " + Arrays.toString(shape);
    if (array.isEmpty()) {
      return results.of(op, () -> torch.zeros(shape, natives.options(dtype)));
    }
    try {
      Tensor blob =
          torch.from_blob(
              array.data().addressPointer(), shape, array.stride(), natives.hostOptions(dtype));
      try (blob) {
        return results.of(op, () -> onDevice(copy(blob, dtype), dtype));
      }
    } catch (RuntimeException e) {
      throw Results.failure(op, e);
    } finally {
      Reference.reachabilityFence(array); // its memory goes with it
    }
  }

  /** A row-major copy: the lender may free or change its memory at any time. */
  private Tensor copy(Tensor blob, DType dtype) {
    if (device.kind() == Device.Kind.CPU) {
      return blob.is_contiguous() ? torch.clone(blob) : blob.contiguous();
    }
    Tensor staged =
        torch.empty(TorchArray.shape(blob), natives.stagingOptions(dtype), natives.noFormat);
    staged.copy_(blob);
    return staged;
  }

  /**
   * Moves a staged host tensor to the device, and closes it if it was copied. The copy is only
   * begun here, behind what was handed to the device before; LibTorch's allocator of pinned memory
   * gives that of the closed tensor to another one when the copy is done, and until then the next
   * tensor gets other memory.
   */
  private Tensor onDevice(Tensor host, DType dtype) {
    if (device.kind() == Device.Kind.CPU) {
      return host;
    }
    try (host) {
      return host.to(natives.options(dtype), true, false, natives.noFormat);
    }
  }

  DeviceArray fromFloats(float[] data, long[] shape) {
    return results.of(
        () -> "fromFloats " + Arrays.toString(shape),
        () -> {
          Tensor host = empty(shape, DType.FLOAT32, data.length);
          if (data.length > 0) {
            try (FloatPointer memory = host.data_ptr_float()) {
              memory.put(data, 0, data.length);
            }
          }
          return onDevice(host, DType.FLOAT32);
        });
  }

  DeviceArray fromLongs(long[] data, long[] shape) {
    return results.of(
        () -> "fromLongs " + Arrays.toString(shape),
        () -> {
          Tensor host = empty(shape, DType.INT64, data.length);
          if (data.length > 0) {
            try (Pointer memory = host.data_ptr();
                LongPointer longs = new LongPointer(memory)) {
              longs.put(data, 0, data.length);
            }
          }
          return onDevice(host, DType.INT64);
        });
  }

  DeviceArray fromBytes(byte[] data, DType dtype, long[] shape) {
    return results.of(
        () -> "fromBytes " + Arrays.toString(shape),
        () -> {
          Tensor host = empty(shape, dtype, data.length);
          if (data.length > 0) {
            try (Pointer memory = host.data_ptr();
                BytePointer bytes = new BytePointer(memory)) {
              bytes.put(data, 0, data.length);
            }
          }
          return onDevice(host, dtype);
        });
  }

  private Tensor empty(long[] shape, DType dtype, int elements) {
    Tensor host = torch.empty(shape, natives.stagingOptions(dtype), natives.noFormat);
    if (host.numel() != elements || host.itemsize() != dtype.bytes()) {
      host.close();
      throw new IllegalArgumentException(
          "expected as many elements as the shape has, got " + elements);
    }
    return host;
  }

  INDArray toHost(DeviceArray a) {
    Tensor source = tensor(a);
    DType dtype = hostDType(source);
    DataType type = dtype.host();
    long[] shape = TorchArray.shape(source);
    INDArray target =
        shape.length == 0 ? Nd4j.scalar(type, 0) : Nd4j.createUninitialized(type, shape, 'c');
    if (source.numel() > 0) {
      results.run(
          "toHost",
          () -> {
            try (Tensor blob =
                torch.from_blob(
                    target.data().addressPointer(), shape, natives.hostOptions(dtype))) {
              blob.copy_(source);
            }
          },
          a);
    }
    return target;
  }

  /** The type in which a tensor leaves: those of 16 bits, which Java lacks, as float32. */
  private static DType hostDType(Tensor source) {
    return switch (source.scalar_type().intern()) {
      case Float, BFloat16, Half -> DType.FLOAT32;
      case Long -> DType.INT64;
      case Int -> DType.INT32;
      case Byte -> DType.UINT8;
      case Bool -> DType.BOOL;
      default -> throw new EngineException("toHost: no host type for " + source.scalar_type());
    };
  }

  float[] toFloats(DeviceArray a) {
    try (Tensor host = dense(a, DType.FLOAT32)) {
      float[] data = new float[Math.toIntExact(host.numel())];
      if (data.length > 0) {
        try (FloatPointer memory = host.data_ptr_float()) {
          memory.get(data);
        }
      }
      return data;
    }
  }

  long[] toLongs(DeviceArray a) {
    try (Tensor host = dense(a, DType.INT64)) {
      long[] data = new long[Math.toIntExact(host.numel())];
      if (data.length > 0) {
        try (Pointer memory = host.data_ptr();
            LongPointer longs = new LongPointer(memory)) {
          longs.get(data);
        }
      }
      return data;
    }
  }

  byte[] toBytes(DeviceArray a) {
    DType dtype = Natives.is(tensor(a), ScalarType.Bool) ? DType.BOOL : DType.UINT8;
    try (Tensor host = dense(a, dtype)) {
      byte[] data = new byte[Math.toIntExact(host.numel())];
      if (data.length > 0) {
        try (Pointer memory = host.data_ptr();
            BytePointer bytes = new BytePointer(memory)) {
          bytes.get(data);
        }
      }
      return data;
    }
  }

  /** A row-major host tensor of the dtype; shares memory where nothing had to change. */
  private Tensor dense(DeviceArray a, DType dtype) {
    try (Tensor host = tensor(a).to(natives.hostOptions(dtype), false, false, natives.noFormat)) {
      return host.contiguous();
    } catch (RuntimeException e) {
      throw Results.failure("copy to the host", e, a);
    }
  }

  FloatBuffer hostFloats(DeviceArray a) {
    Tensor x = tensor(a);
    if (device.kind() != Device.Kind.CPU
        || !Natives.is(x, ScalarType.Float)
        || !x.is_contiguous()
        || x.nbytes() > Integer.MAX_VALUE) {
      return null;
    }
    int elements = (int) x.numel();
    if (elements == 0) {
      return java.nio.ByteBuffer.allocateDirect(0).asFloatBuffer();
    }
    try (FloatPointer memory = x.data_ptr_float()) {
      return memory.capacity(elements).asBuffer();
    }
  }
}
