package org.maskwright.modelzoo.weights;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A PyTorch storage: the flat memory that one or several tensors view. Its bytes may become known
 * after the tensors (legacy files put them at the end).
 */
final class TorchStorage {
  private static final int MAX_RANK = 32;

  /** Elements a view may have beyond its storage's, by strides of 0. */
  private static final long MAX_EXPANSION = 1 << 20;

  private static final Map<String, ElementType> DTYPES =
      Map.of(
          "torch.float64", ElementType.F64,
          "torch.float32", ElementType.F32,
          "torch.float16", ElementType.F16,
          "torch.bfloat16", ElementType.BF16,
          "torch.int64", ElementType.I64,
          "torch.int32", ElementType.I32,
          "torch.int16", ElementType.I16,
          "torch.int8", ElementType.I8,
          "torch.uint8", ElementType.U8,
          "torch.bool", ElementType.BOOL);

  /** Storage types by PyTorch's names. */
  enum Kind {
    DOUBLE("DoubleStorage", ElementType.F64),
    FLOAT("FloatStorage", ElementType.F32),
    HALF("HalfStorage", ElementType.F16),
    BFLOAT16("BFloat16Storage", ElementType.BF16),
    LONG("LongStorage", ElementType.I64),
    INT("IntStorage", ElementType.I32),
    SHORT("ShortStorage", ElementType.I16),
    CHAR("CharStorage", ElementType.I8),
    BYTE("ByteStorage", ElementType.U8),
    BOOL("BoolStorage", ElementType.BOOL);

    private final String storageName;
    private final ElementType type;

    Kind(String storageName, ElementType type) {
      this.storageName = storageName;
      this.type = type;
    }

    String storageName() {
      return storageName;
    }

    ElementType type() {
      return type;
    }

    static Kind of(ElementType type) {
      for (Kind kind : values()) {
        if (kind.type == type) {
          return kind;
        }
      }
      throw new IllegalStateException("no storage of " + type);
    }
  }

  private final ElementType type;
  private final long elements;
  private Supplier<ByteBuffer> bytes;

  /** A storage whose bytes follow by {@link #setBytes}. */
  TorchStorage(ElementType type, long elements) {
    if (elements < 0 || elements > Integer.MAX_VALUE / type.byteSize()) {
      throw new CheckpointException(
          "a storage of %d x %s; one storage may take at most 2 GiB".formatted(elements, type));
    }
    this.type = type;
    this.elements = elements;
  }

  static TorchStorage of(ElementType type, ByteBuffer bytes) {
    TorchStorage storage = new TorchStorage(type, bytes.remaining() / type.byteSize());
    storage.setBytes(() -> bytes);
    return storage;
  }

  ElementType type() {
    return type;
  }

  long elements() {
    return elements;
  }

  int byteSize() {
    return (int) elements * type.byteSize();
  }

  void setBytes(Supplier<ByteBuffer> newBytes) {
    bytes = newBytes;
  }

  private ByteBuffer bytes() {
    if (bytes == null) {
      throw new CheckpointException("a tensor's storage is not in the file");
    }
    return bytes.get();
  }

  /** Part of this storage as one of its own, sharing the bytes (legacy storage views). */
  TorchStorage part(long offset, long length) {
    if (offset < 0 || length < 0 || offset > elements - length) {
      throw new CheckpointException("a storage view lies outside its storage");
    }
    TorchStorage part = new TorchStorage(type, length);
    int width = type.byteSize();
    part.setBytes(() -> bytes().slice((int) offset * width, (int) length * width));
    return part;
  }

  /** {@code _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)}. */
  static Object rebuildTensor(Object[] arguments) {
    if (arguments[0] instanceof PicklePlaceholder unknown) {
      return ofUnknownType(unknown.name(), unknown);
    }
    TorchStorage storage = (TorchStorage) arguments[0];
    long offset = ((Number) arguments[1]).longValue();
    return storage.view(offset, longs(arguments[2]), longs(arguments[3]));
  }

  /**
   * {@code _rebuild_tensor_v3(storage, offset, size, stride, requires_grad, hooks, dtype,
   * metadata)}: the storage is bytes, and the type a name such as {@code torch.uint16}.
   */
  static Object rebuildTyped(Object[] arguments) {
    TorchStorage storage = (TorchStorage) arguments[0];
    String dtype = arguments[6] instanceof PicklePlaceholder type ? type.name() : "";
    ElementType type = DTYPES.get(dtype);
    if (type == null) {
      return ofUnknownType(dtype, storage);
    }
    TorchStorage typed = new TorchStorage(type, storage.byteSize() / type.byteSize());
    typed.setBytes(() -> storage.bytes().slice(0, typed.byteSize()));
    long offset = ((Number) arguments[1]).longValue();
    return typed.view(offset, longs(arguments[2]), longs(arguments[3]));
  }

  /** A storage of a type that no weight of ours has; what is made of it is a placeholder too. */
  static PicklePlaceholder ofUnknownKind(String type) {
    PicklePlaceholder storage = new PicklePlaceholder(type);
    storage.drop(new TorchStorage(ElementType.U8, 0));
    return storage;
  }

  private static PicklePlaceholder ofUnknownType(String type, Object storage) {
    PicklePlaceholder tensor = new PicklePlaceholder("a tensor of " + type);
    tensor.drop(storage);
    return tensor;
  }

  static long[] longs(Object sizes) {
    Object[] values = sizes instanceof List<?> list ? list.toArray() : (Object[]) sizes;
    if (values.length > MAX_RANK) {
      throw new CheckpointException("a tensor of " + values.length + " axes");
    }
    return Arrays.stream(values).mapToLong(value -> ((Number) value).longValue()).toArray();
  }

  /**
   * A tensor over this storage; copied to row-major order when its bytes are asked for, unless they
   * lie so already.
   *
   * @param offset first element
   * @param strides in elements
   * @throws CheckpointException if an element would lie outside the storage
   */
  HostTensor view(long offset, long[] shape, long[] strides) {
    if (strides.length != shape.length) {
      throw new CheckpointException(
          "%d strides for shape %s".formatted(strides.length, Arrays.toString(shape)));
    }
    long count = HostTensor.byteSize(type, shape) / type.byteSize();
    long last = lastElement(offset, shape, strides);
    boolean outside = offset < 0 || offset > elements || (count > 0 && last >= elements);
    if (outside || count > Math.max(elements, MAX_EXPANSION)) {
      throw new CheckpointException(
          "a tensor of shape %s, strides %s, offset %d does not fit its storage of %d elements"
              .formatted(Arrays.toString(shape), Arrays.toString(strides), offset, elements));
    }
    int start = (int) offset * type.byteSize();
    int length = (int) count * type.byteSize();
    if (count == 0 || isRowMajor(shape, strides)) {
      return HostTensor.lazy(type, shape, () -> bytes().slice(start, length));
    }
    long[] sizes = shape.clone();
    long[] steps = strides.clone();
    return HostTensor.lazy(type, shape, () -> gather(start, length, sizes, steps));
  }

  private static long lastElement(long offset, long[] shape, long[] strides) {
    long last = offset;
    try {
      for (int i = 0; i < shape.length; i++) {
        if (strides[i] < 0) {
          throw new CheckpointException("negative stride " + strides[i]);
        }
        last = Math.addExact(last, Math.multiplyExact(Math.max(shape[i] - 1, 0), strides[i]));
      }
      return last;
    } catch (ArithmeticException e) {
      throw new CheckpointException("strides " + Arrays.toString(strides) + " overflow", e);
    }
  }

  private static boolean isRowMajor(long[] shape, long[] strides) {
    long expected = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && strides[i] != expected) {
        return false;
      }
      expected *= shape[i];
    }
    return true;
  }

  private ByteBuffer gather(int start, int length, long[] shape, long[] strides) {
    ByteBuffer source = bytes();
    ByteBuffer target = HostTensor.allocate(length);
    int width = type.byteSize();
    long[] index = new long[shape.length];
    for (int at = 0; at < length; at += width) {
      long element = 0;
      for (int i = 0; i < index.length; i++) {
        element += index[i] * strides[i];
      }
      target.put(at, source, start + (int) element * width, width);
      for (int i = index.length - 1; i >= 0 && ++index[i] == shape[i]; i--) {
        index[i] = 0;
      }
    }
    return target;
  }
}
