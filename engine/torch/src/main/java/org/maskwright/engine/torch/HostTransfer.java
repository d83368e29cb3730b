package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import java.nio.FloatBuffer;
import java.util.Arrays;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.tensor.DType;
import org.maskwright.engine.tensor.Device;
import org.maskwright.engine.tensor.EngineException;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.shape.Shape;
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
    DType dtype = dtype(array.dataType());
    if (array.isEmpty()) {
      return results.of("fromHost", () -> torch.zeros(array.shape(), natives.options(dtype)));
    }
    INDArray typed = array.dataType() == hostType(dtype) ? array : array.castTo(hostType(dtype));
    boolean rowMajor = typed.ordering() == 'c' && Shape.hasDefaultStridesForShape(typed);
    INDArray dense = rowMajor ? typed : typed.dup('c');
    try {
      Tensor blob =
          torch.from_blob(dense.data().addressPointer(), dense.shape(), natives.hostOptions(dtype));
      if (device.kind() == Device.Kind.CPU) {
        return TorchArray.over(results.account(), blob, dense);
      }
      try (blob) {
        return results.of("fromHost", () -> onDevice(new Tensor(blob), dtype));
      }
    } catch (RuntimeException e) {
      throw Results.failure("fromHost " + Arrays.toString(dense.shape()), e);
    }
  }

  private static DType dtype(DataType type) {
    return switch (type) {
      case FLOAT, DOUBLE, HALF -> DType.FLOAT32;
      case BFLOAT16 -> DType.BFLOAT16;
      case LONG, UINT32 -> DType.INT64;
      case INT, SHORT, BYTE, UINT16 -> DType.INT32;
      case UBYTE -> DType.UINT8;
      case BOOL -> DType.BOOL;
      default ->
          throw new EngineException(
              "fromHost: expected an array of float, integer or bool, got " + type);
    };
  }

  private static DataType hostType(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> DataType.FLOAT;
      case BFLOAT16 -> DataType.BFLOAT16;
      case INT64 -> DataType.INT64;
      case INT32 -> DataType.INT32;
      case UINT8 -> DataType.UINT8;
      case BOOL -> DataType.BOOL;
    };
  }

  /** Moves a host tensor to the device; closes the host tensor if it was copied. */
  private Tensor onDevice(Tensor host, DType dtype) {
    if (device.kind() == Device.Kind.CPU) {
      return host;
    }
    try (host) {
      return host.to(natives.options(dtype), false, false, natives.noFormat);
    }
  }

  DeviceArray fromFloats(float[] data, long[] shape) {
    return results.of(
        "fromFloats " + Arrays.toString(shape),
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
        "fromLongs " + Arrays.toString(shape),
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
        "fromBytes " + Arrays.toString(shape),
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
    Tensor host = torch.empty(shape, natives.hostOptions(dtype), natives.noFormat);
    if (host.numel() != elements || host.itemsize() != dtype.bytes()) {
      host.close();
      throw new IllegalArgumentException(
          "expected as many elements as the shape has, got " + elements);
    }
    return host;
  }

  INDArray toHost(DeviceArray a) {
    Tensor source = tensor(a);
    DataType type =
        switch (source.scalar_type().intern()) {
          case Float, BFloat16 -> DataType.FLOAT;
          case Long -> DataType.INT64;
          case Int -> DataType.INT32;
          case Byte -> DataType.UINT8;
          case Bool -> DataType.BOOL;
          default -> throw new EngineException("toHost: no host type for " + a);
        };
    long[] shape = TorchArray.shape(source);
    INDArray target =
        shape.length == 0 ? Nd4j.scalar(type, 0) : Nd4j.createUninitialized(type, shape, 'c');
    if (source.numel() > 0) {
      results.run(
          "toHost",
          () -> {
            try (Tensor blob =
                torch.from_blob(
                    target.data().addressPointer(), shape, natives.hostOptions(dtype(type)))) {
              blob.copy_(source);
            }
          },
          a);
    }
    return target;
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
