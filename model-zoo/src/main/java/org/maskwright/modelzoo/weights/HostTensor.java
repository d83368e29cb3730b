package org.maskwright.modelzoo.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.ShortBuffer;
import java.nio.channels.FileChannel;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import org.maskwright.engine.array.SmallFloats;
import org.maskwright.files.OutputFile;
import org.nd4j.linalg.api.buffer.DataBuffer;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * One array of a checkpoint on the host: element type, shape, and row-major little-endian bytes, on
 * the heap, off it, or in a mapped file. Belongs to no engine.
 *
 * <p><b>Cost, memory, threads</b> Type and shape are known at once, the bytes are produced by
 * {@link #bytes()}: a mapped tensor costs address space until it is touched, a concatenation is
 * copied anew at each call. Immutable; thread-safe. One tensor holds at most 2 GiB - 1 bytes (a
 * file may be larger).
 */
public final class HostTensor {
  private final ElementType type;
  private final long[] shape;
  private final int byteSize;
  private final Source source;

  /** Where the bytes of a tensor come from, as often as they are asked for. */
  @FunctionalInterface
  public interface Source {
    /** All of them, from position to limit. */
    ByteBuffer bytes();

    /** Writes all of them, for which they need not be in memory together. */
    default void writeTo(FileChannel channel) throws IOException {
      OutputFile.writeFully(channel, bytes().duplicate());
    }
  }

  private HostTensor(ElementType type, long[] shape, Source source) {
    this.type = Objects.requireNonNull(type, "type");
    this.shape = shape.clone();
    long bytes = byteSize(type, shape);
    if (bytes > Integer.MAX_VALUE) {
      throw new CheckpointException(
          "a tensor of %s %s takes %d bytes; one tensor may take at most %d"
              .formatted(type, Arrays.toString(shape), bytes, Integer.MAX_VALUE));
    }
    this.byteSize = (int) bytes;
    this.source = source;
  }

  /**
   * A tensor over these bytes (position to limit), which must not change afterwards.
   *
   * @throws CheckpointException if the bytes are not exactly shape x element size
   */
  public static HostTensor of(ElementType type, long[] shape, ByteBuffer bytes) {
    ByteBuffer view = bytes.slice().asReadOnlyBuffer();
    HostTensor tensor = new HostTensor(type, shape, () -> view);
    if (view.remaining() != tensor.byteSize) {
      throw new CheckpointException(
          "a tensor of %s %s takes %d bytes, got %d"
              .formatted(type, Arrays.toString(shape), tensor.byteSize, view.remaining()));
    }
    return tensor;
  }

  /** A tensor whose bytes are asked for when they are needed; the supplier must be repeatable. */
  public static HostTensor lazy(ElementType type, long[] shape, Supplier<ByteBuffer> bytes) {
    return new HostTensor(type, shape, bytes::get);
  }

  /** As {@link #lazy}, of bytes that are written without being in memory together. */
  public static HostTensor streamed(ElementType type, long[] shape, Source source) {
    return new HostTensor(type, shape, source);
  }

  /** An F32 tensor with a copy of these values. */
  public static HostTensor ofFloats(float[] values, long... shape) {
    ByteBuffer bytes = allocate(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    return of(ElementType.F32, shape, bytes);
  }

  /** An I64 tensor with a copy of these values. */
  public static HostTensor ofLongs(long[] values, long... shape) {
    ByteBuffer bytes = allocate(Math.multiplyExact(values.length, Long.BYTES));
    bytes.asLongBuffer().put(values);
    return of(ElementType.I64, shape, bytes);
  }

  /**
   * A copy of an ND4J array's values in row-major order.
   *
   * @throws CheckpointException if its type is none of DOUBLE, FLOAT, HALF, BFLOAT16, LONG, INT,
   *     SHORT, BYTE, UBYTE and BOOL
   */
  public static HostTensor ofIndArray(INDArray array) {
    ElementType type = typeOf(array.dataType());
    long[] shape = array.shape();
    ByteBuffer bytes = allocate(Math.toIntExact(byteSize(type, shape)));
    if (array.length() > 0 && bytes.hasRemaining()) {
      try (INDArray dense = array.dup('c')) {
        put(bytes, type, dense.data());
      }
    }
    return of(type, shape, bytes.rewind());
  }

  private static void put(ByteBuffer bytes, ElementType type, DataBuffer values) {
    switch (type) {
      case F64 -> bytes.asDoubleBuffer().put(values.asDouble());
      case F32 -> bytes.asFloatBuffer().put(values.asFloat());
      case F16 -> {
        for (float value : values.asFloat()) {
          bytes.putShort(SmallFloats.floatToHalf(value));
        }
      }
      case BF16 -> {
        for (float value : values.asFloat()) {
          bytes.putShort(SmallFloats.floatToBfloat16(value));
        }
      }
      case I64 -> bytes.asLongBuffer().put(values.asLong());
      case I32, I16, I8, U8, BOOL -> putIntegers(bytes, type, values.asInt());
    }
  }

  private static void putIntegers(ByteBuffer bytes, ElementType type, int[] values) {
    for (int value : values) {
      switch (type.byteSize()) {
        case Integer.BYTES -> bytes.putInt(value);
        case Short.BYTES -> bytes.putShort((short) value);
        default -> bytes.put((byte) value);
      }
    }
  }

  private static ElementType typeOf(DataType type) {
    return switch (type) {
      case DOUBLE -> ElementType.F64;
      case FLOAT -> ElementType.F32;
      case HALF -> ElementType.F16;
      case BFLOAT16 -> ElementType.BF16;
      case LONG -> ElementType.I64;
      case INT -> ElementType.I32;
      case SHORT -> ElementType.I16;
      case BYTE -> ElementType.I8;
      case UBYTE -> ElementType.U8;
      case BOOL -> ElementType.BOOL;
      default ->
          throw new CheckpointException("an ND4J array of type " + type + " cannot be stored");
    };
  }

  public ElementType type() {
    return type;
  }

  /** A copy of the shape; empty for a scalar. */
  public long[] shape() {
    return shape.clone();
  }

  public int rank() {
    return shape.length;
  }

  /** Length of one axis. */
  public long size(int axis) {
    return shape[axis];
  }

  public boolean hasShape(long... other) {
    return Arrays.equals(shape, other);
  }

  public long elementCount() {
    return byteSize / type.byteSize();
  }

  public int byteSize() {
    return byteSize;
  }

  /** A fresh read-only little-endian view of all bytes, position 0. */
  public ByteBuffer bytes() {
    ByteBuffer bytes = source.bytes().slice().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    require(bytes.remaining());
    return bytes;
  }

  /** Appends all bytes to a file. */
  void writeTo(FileChannel channel) throws IOException {
    long start = channel.position();
    source.writeTo(channel);
    require(channel.position() - start);
  }

  private void require(long bytes) {
    if (bytes != byteSize) {
      throw new CheckpointException(
          "%s: expected %d bytes, the source gave %d".formatted(this, byteSize, bytes));
    }
  }

  /**
   * All values as float, position 0: the bytes themselves of F32, converted ones of other types.
   */
  public FloatBuffer floats() {
    return type == ElementType.F32 ? bytes().asFloatBuffer() : FloatBuffer.wrap(toFloatArray());
  }

  /** All values as float; F64 and wide integers are rounded to nearest, BOOL is 0 or 1. */
  public float[] toFloatArray() {
    float[] values = new float[Math.toIntExact(elementCount())];
    ByteBuffer bytes = bytes();
    if (type == ElementType.F32) {
      bytes.asFloatBuffer().get(values);
      return values;
    }
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type) {
            case F32 -> bytes.getFloat(Float.BYTES * i);
            case F16 -> SmallFloats.halfToFloat(bytes.getShort(Short.BYTES * i));
            case BF16 -> SmallFloats.bfloat16ToFloat(bytes.getShort(Short.BYTES * i));
            case F64 -> (float) bytes.getDouble(Double.BYTES * i);
            case I64, I32, I16, I8, U8, BOOL -> (float) integerAt(bytes, i);
          };
    }
    return values;
  }

  /** All values as double. */
  public double[] toDoubleArray() {
    if (type == ElementType.F64) {
      double[] values = new double[Math.toIntExact(elementCount())];
      bytes().asDoubleBuffer().get(values);
      return values;
    }
    if (type.isFloating()) {
      float[] floats = toFloatArray();
      double[] values = new double[floats.length];
      Arrays.setAll(values, i -> floats[i]);
      return values;
    }
    long[] integers = toLongArray();
    double[] values = new double[integers.length];
    Arrays.setAll(values, i -> (double) integers[i]);
    return values;
  }

  /**
   * All values of an integer or BOOL tensor.
   *
   * @throws CheckpointException if the type is floating
   */
  public long[] toLongArray() {
    if (type.isFloating()) {
      throw new CheckpointException("expected integers, got " + this);
    }
    long[] values = new long[Math.toIntExact(elementCount())];
    ByteBuffer bytes = bytes();
    Arrays.setAll(values, i -> integerAt(bytes, i));
    return values;
  }

  private long integerAt(ByteBuffer bytes, int index) {
    return switch (type) {
      case I64 -> bytes.getLong(index * Long.BYTES);
      case I32 -> bytes.getInt(index * Integer.BYTES);
      case I16 -> bytes.getShort(index * Short.BYTES);
      case I8 -> bytes.get(index);
      case U8 -> Byte.toUnsignedInt(bytes.get(index));
      case BOOL -> bytes.get(index) == 0 ? 0 : 1;
      case F16, BF16, F32, F64 -> throw new IllegalStateException(type + " is not an integer type");
    };
  }

  /**
   * A new ND4J array of the same type, shape and values, row-major; the caller closes it. Needs an
   * ND4J backend.
   */
  public INDArray toIndArray() {
    DataType dataType = dataType();
    if (byteSize == 0) {
      return Nd4j.create(dataType, shape);
    }
    INDArray flat =
        switch (type) {
          case F64 -> Nd4j.createFromArray(toDoubleArray());
          case F32, F16, BF16 -> Nd4j.createFromArray(toFloatArray());
          case I64 -> Nd4j.createFromArray(toLongArray());
          case I32, I16, I8, U8, BOOL ->
              Nd4j.createFromArray(
                  Arrays.stream(toLongArray()).mapToInt(Math::toIntExact).toArray());
        };
    INDArray cast = flat.castTo(dataType);
    if (cast != flat) {
      flat.close();
    }
    return cast.reshape('c', shape);
  }

  private DataType dataType() {
    return switch (type) {
      case F64 -> DataType.DOUBLE;
      case F32 -> DataType.FLOAT;
      case F16 -> DataType.FLOAT16;
      case BF16 -> DataType.BFLOAT16;
      case I64 -> DataType.INT64;
      case I32 -> DataType.INT32;
      case I16 -> DataType.INT16;
      case I8 -> DataType.INT8;
      case U8 -> DataType.UINT8;
      case BOOL -> DataType.BOOL;
    };
  }

  /**
   * Rows [from, to) of the first axis, without a copy.
   *
   * @throws CheckpointException if this is a scalar or the range leaves the axis
   */
  public HostTensor rows(long from, long to) {
    if (rank() == 0 || from < 0 || to < from || to > shape[0]) {
      throw new CheckpointException("rows [%d, %d) of %s do not exist".formatted(from, to, this));
    }
    long[] part = shape.clone();
    part[0] = to - from;
    int rowBytes = shape[0] == 0 ? 0 : (int) (byteSize / shape[0]);
    int start = (int) from * rowBytes;
    int length = (int) (to - from) * rowBytes;
    return new HostTensor(type, part, () -> bytes().slice(start, length));
  }

  /**
   * The parts one after another along the first axis; copied when the bytes are asked for.
   *
   * @throws CheckpointException if types or inner shapes differ
   */
  public static HostTensor concatRows(List<HostTensor> parts) {
    HostTensor first = parts.get(0);
    long rows = 0;
    for (HostTensor part : parts) {
      if (part.type != first.type
          || part.rank() == 0
          || part.rank() != first.rank()
          || !Arrays.equals(part.shape, 1, part.rank(), first.shape, 1, first.rank())) {
        throw new CheckpointException("cannot join " + first + " and " + part + " along axis 0");
      }
      rows = Math.addExact(rows, part.shape[0]);
    }
    long[] shape = first.shape.clone();
    shape[0] = rows;
    List<HostTensor> copy = List.copyOf(parts);
    return new HostTensor(first.type, shape, () -> join(copy));
  }

  private static ByteBuffer join(List<HostTensor> parts) {
    int total = parts.stream().mapToInt(HostTensor::byteSize).sum();
    ByteBuffer joined = allocate(total);
    parts.forEach(part -> joined.put(part.bytes()));
    return joined.rewind();
  }

  /**
   * The same bytes under another shape.
   *
   * @throws CheckpointException if the element counts differ
   */
  public HostTensor reshape(long... newShape) {
    if (byteSize(type, newShape) != byteSize) {
      throw new CheckpointException(this + " cannot become " + Arrays.toString(newShape));
    }
    return new HostTensor(type, newShape, source);
  }

  /**
   * A matrix [R,C] as [C,R]; copied when the bytes are asked for.
   *
   * @throws CheckpointException if it is no matrix
   */
  public HostTensor transposed() {
    if (rank() != 2) {
      throw new CheckpointException("expected a matrix to transpose, got " + this);
    }
    return new HostTensor(type, new long[] {shape[1], shape[0]}, this::turnedBytes);
  }

  private ByteBuffer turnedBytes() {
    ByteBuffer from = bytes();
    ByteBuffer to = allocate(byteSize);
    int rows = (int) shape[0];
    int columns = (int) shape[1];
    int one = type.byteSize();
    for (int c = 0; c < columns; c++) {
      for (int r = 0; r < rows; r++) {
        to.put(from.slice((r * columns + c) * one, one));
      }
    }
    return to.rewind();
  }

  /** True if type, shape and every byte agree (so NaN equals itself, and -0 differs from 0). */
  public boolean contentEquals(HostTensor other) {
    return type == other.type && Arrays.equals(shape, other.shape) && bytes().equals(other.bytes());
  }

  /** Number of NaN and infinite values; 0 for integer types. */
  public long countNonFinite() {
    if (!type.isFloating()) {
      return 0;
    }
    ByteBuffer bytes = bytes();
    return switch (type) {
      case F32 -> countExponent(bytes.asIntBuffer(), 0x7f800000);
      case F64 -> countExponent(bytes.asLongBuffer(), 0x7ff0000000000000L);
      case F16 -> countExponent(bytes.asShortBuffer(), 0x7c00);
      case BF16 -> countExponent(bytes.asShortBuffer(), 0x7f80);
      case I64, I32, I16, I8, U8, BOOL -> 0;
    };
  }

  private static long countExponent(IntBuffer values, int exponent) {
    long count = 0;
    for (int i = 0; i < values.limit(); i++) {
      count += (values.get(i) & exponent) == exponent ? 1 : 0;
    }
    return count;
  }

  private static long countExponent(LongBuffer values, long exponent) {
    long count = 0;
    for (int i = 0; i < values.limit(); i++) {
      count += (values.get(i) & exponent) == exponent ? 1 : 0;
    }
    return count;
  }

  private static long countExponent(ShortBuffer values, int exponent) {
    long count = 0;
    for (int i = 0; i < values.limit(); i++) {
      count += (values.get(i) & exponent) == exponent ? 1 : 0;
    }
    return count;
  }

  /** Type and shape, e.g. {@code F32 [256,64,1,1]}. */
  @Override
  public String toString() {
    return type + " " + shapeText(shape);
  }

  static String shapeText(long[] shape) {
    return Arrays.toString(shape).replace(" ", "");
  }

  /**
   * Bytes of a tensor.
   *
   * @throws CheckpointException if a length is negative or the product leaves 63 bits
   */
  static long byteSize(ElementType type, long[] shape) {
    long bytes = type.byteSize();
    boolean empty = false;
    for (long length : shape) {
      if (length < 0) {
        throw new CheckpointException("negative length in shape " + Arrays.toString(shape));
      }
      empty |= length == 0;
    }
    if (empty) {
      return 0;
    }
    try {
      for (long length : shape) {
        bytes = Math.multiplyExact(bytes, length);
      }
    } catch (ArithmeticException overflow) {
      throw new CheckpointException(
          "shape " + Arrays.toString(shape) + " takes more than 2^63 bytes", overflow);
    }
    return bytes;
  }

  static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
