package org.maskwright.modelzoo.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Numpy arrays and scalars as their pickles describe them. */
final class NumpyPickles {
  private static final Map<String, ElementType> TYPES =
      Map.of(
          "f2", ElementType.F16,
          "f4", ElementType.F32,
          "f8", ElementType.F64,
          "i1", ElementType.I8,
          "i2", ElementType.I16,
          "i4", ElementType.I32,
          "i8", ElementType.I64,
          "u1", ElementType.U8,
          "b1", ElementType.BOOL);

  private NumpyPickles() {}

  /** Something whose content comes by the BUILD opcode. */
  interface Stateful {
    void setState(Object[] state);
  }

  /** {@code numpy.dtype('f4', False, True)}, then state (3, '<', ...). */
  static final class Dtype implements Stateful {
    private final String code;
    private boolean bigEndian;

    private Dtype(String code) {
      this.code = code;
    }

    static Dtype of(Object[] arguments) {
      return new Dtype(RestrictedUnpickler.text(arguments[0]));
    }

    @Override
    public void setState(Object[] state) {
      bigEndian = ">".equals(RestrictedUnpickler.text(state[1]));
    }

    /** The supported type, or a fault naming the dtype. */
    ElementType type() {
      return typeOf(code);
    }
  }

  /** The type of a dtype such as {@code f4}, or a fault naming it. */
  static ElementType typeOf(String code) {
    ElementType type = TYPES.get(code);
    if (type == null) {
      throw new CheckpointException(
          "numpy arrays of dtype '" + code + "' are not weights; expected one of " + TYPES);
    }
    return type;
  }

  /** An array under construction; complete after {@link #setState}. */
  static final class Array implements Stateful {
    private Dtype dtype;
    private long[] shape;
    private boolean columnMajor;
    private ByteBuffer data;

    /** State (1, shape, dtype, is_fortran, data). */
    @Override
    public void setState(Object[] state) {
      shape = TorchStorage.longs(state[1]);
      dtype = (Dtype) state[2];
      columnMajor = Boolean.TRUE.equals(state[3]) || Integer.valueOf(1).equals(state[3]);
      if (state[4] instanceof List) {
        data = null; // an object array: its elements are Python objects
      } else {
        data = bytes(state[4]);
      }
    }

    /**
     * The tensor.
     *
     * @throws CheckpointException if the dtype is not a number or the size does not fit the shape
     */
    HostTensor tensor() {
      if (dtype == null || shape == null || data == null) {
        throw new CheckpointException("a numpy array without data in the pickle");
      }
      ElementType type = dtype.type();
      ByteBuffer littleEndian = dtype.bigEndian ? swapped(data, type) : data;
      if (columnMajor && shape.length > 1) {
        TorchStorage storage = TorchStorage.of(type, littleEndian);
        return storage.view(0, shape, columnMajorStrides(shape));
      }
      return HostTensor.of(type, shape, littleEndian);
    }
  }

  /** {@code numpy.core.multiarray.scalar(dtype, bytes)}. */
  static Object scalar(Object[] arguments) {
    Array array = new Array();
    array.dtype = (Dtype) arguments[0];
    array.shape = new long[0];
    array.data = arguments.length > 1 ? bytes(arguments[1]) : null;
    return array;
  }

  /** {@code numpy.core.numeric._frombuffer(buffer, dtype, shape, order)} of protocol 5. */
  static Object fromBuffer(Object[] arguments) {
    Array array = new Array();
    array.data = bytes(arguments[0]);
    array.dtype = (Dtype) arguments[1];
    array.shape = TorchStorage.longs(arguments[2]);
    array.columnMajor = "F".equals(arguments[3]);
    return array;
  }

  private static ByteBuffer bytes(Object value) {
    if (value instanceof ByteBuffer buffer) {
      return buffer;
    }
    // Python 2 str of at most 255 bytes, read as Latin-1.
    return ByteBuffer.wrap(((String) value).getBytes(StandardCharsets.ISO_8859_1));
  }

  private static long[] columnMajorStrides(long[] shape) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      strides[i] = stride;
      try {
        stride = Math.multiplyExact(stride, shape[i]);
      } catch (ArithmeticException e) {
        throw new CheckpointException("shape " + Arrays.toString(shape) + " overflows", e);
      }
    }
    return strides;
  }

  private static ByteBuffer swapped(ByteBuffer data, ElementType type) {
    int width = type.byteSize();
    ByteBuffer source = data.duplicate().order(ByteOrder.BIG_ENDIAN);
    ByteBuffer target = HostTensor.allocate(data.remaining());
    while (source.remaining() >= width) {
      switch (width) {
        case Short.BYTES -> target.putShort(source.getShort());
        case Integer.BYTES -> target.putInt(source.getInt());
        case Long.BYTES -> target.putLong(source.getLong());
        default -> target.put(source.get());
      }
    }
    return target.rewind();
  }
}
