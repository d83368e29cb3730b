package org.maskwright.engine.torch;

import java.util.EnumMap;
import java.util.Map;
import org.bytedeco.javacpp.BoolPointer;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;

/** Small native objects that calls need again and again, made once and closed with the backend. */
final class Natives implements AutoCloseable {
  private final Map<DType, TensorOptions> onDevice = new EnumMap<>(DType.class);
  private final Map<DType, TensorOptions> onHost = new EnumMap<>(DType.class);
  private final Map<DType, TensorOptions> staging = new EnumMap<>(DType.class);
  private final BoolPointer[] masks3 = new BoolPointer[8];
  private final BoolPointer[] masks2 = new BoolPointer[4];

  final Scalar zero = new Scalar(0.0);
  final Scalar one = new Scalar(1.0);
  final Scalar softplusThreshold = new Scalar(20.0);
  final TensorOptional noTensor = new TensorOptional();
  final ScalarTypeOptional noType = new ScalarTypeOptional();
  final MemoryFormatOptional noFormat = new MemoryFormatOptional();

  Natives(Device device) {
    for (DType dtype : DType.values()) {
      onHost.put(dtype, options(dtype, Device.CPU));
      onDevice.put(
          dtype, device.kind() == Device.Kind.CPU ? onHost.get(dtype) : options(dtype, device));
      staging.put(
          dtype, device.kind() == Device.Kind.CPU ? onHost.get(dtype) : pinned(onHost.get(dtype)));
    }
    for (int i = 0; i < masks3.length; i++) {
      masks3[i] = mask(i, 3);
    }
    for (int i = 0; i < masks2.length; i++) {
      masks2[i] = mask(i, 2);
    }
  }

  private static TensorOptions options(DType dtype, Device device) {
    try (var place = new org.bytedeco.pytorch.Device(device.toString());
        var optionalPlace = new DeviceOptional(place);
        var plain = new TensorOptions(scalarType(dtype))) {
      return plain.device(optionalPlace);
    }
  }

  private static TensorOptions pinned(TensorOptions host) {
    try (BoolOptional yes = new BoolOptional(true)) {
      return host.pinned_memory(yes);
    }
  }

  private static BoolPointer mask(int bits, int size) {
    BoolPointer mask = new BoolPointer(size);
    for (int i = 0; i < size; i++) {
      mask.put(i, (bits >> i & 1) != 0);
    }
    return mask;
  }

  /** Options of a new tensor on the backend's device. */
  TensorOptions options(DType dtype) {
    return onDevice.get(dtype);
  }

  /** Options of a new tensor on the host. */
  TensorOptions hostOptions(DType dtype) {
    return onHost.get(dtype);
  }

  /**
   * Options of a new tensor on the host whose values are about to go to the device: of a GPU in
   * pinned memory, from which copies run beside the host's work.
   */
  TensorOptions stagingOptions(DType dtype) {
    return staging.get(dtype);
  }

  /** Which of three gradients to compute. */
  BoolPointer mask(boolean first, boolean second, boolean third) {
    return masks3[(first ? 1 : 0) | (second ? 2 : 0) | (third ? 4 : 0)];
  }

  /** Which of two gradients to compute. */
  BoolPointer mask(boolean first, boolean second) {
    return masks2[(first ? 1 : 0) | (second ? 2 : 0)];
  }

  /** An optional to close after the call; null gives an empty one. */
  static TensorOptional optional(Tensor tensor) {
    return tensor == null ? new TensorOptional() : new TensorOptional(tensor);
  }

  static ScalarType scalarType(DType dtype) {
    return switch (dtype) {
      case FLOAT32 -> ScalarType.Float;
      case BFLOAT16 -> ScalarType.BFloat16;
      case FLOAT16 -> ScalarType.Half;
      case INT64 -> ScalarType.Long;
      case INT32 -> ScalarType.Int;
      case UINT8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
    };
  }

  static boolean isFloating(Tensor tensor) {
    byte type = tensor.scalar_type().value;
    return type == ScalarType.Float.value
        || type == ScalarType.BFloat16.value
        || type == ScalarType.Half.value;
  }

  /** Whether a tensor has a type; JavaCPP's enum values are equal by value, not identity. */
  static boolean is(Tensor tensor, ScalarType type) {
    return tensor.scalar_type().value == type.value;
  }

  @Override
  public void close() {
    onDevice.values().forEach(Pointer::close);
    onHost.values().forEach(Pointer::close);
    staging.values().forEach(Pointer::close);
    for (BoolPointer mask : masks3) {
      mask.close();
    }
    for (BoolPointer mask : masks2) {
      mask.close();
    }
    zero.close();
    one.close();
    softplusThreshold.close();
    noTensor.close();
    noType.close();
    noFormat.close();
  }
}
