package org.maskwright.engine.trace;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.function.Supplier;

/**
 * A tensor of a graph that no input changes: a weight, a table of positions, a shape.
 *
 * @param name unique among the values of its graph
 * @param type of its elements
 * @param shape empty: one number
 * @param source its elements in row-major order, little-endian, from position 0 to the limit; asked
 *     for as often as they are needed, so that a graph of large weights holds no copy of them
 */
public record OnnxConstant(
    String name, OnnxType type, List<Long> shape, Supplier<ByteBuffer> source) {
  /** Keeps the shape. */
  public OnnxConstant {
    shape = List.copyOf(shape);
  }

  /** Int64 numbers, [n]. */
  public static OnnxConstant ofLongs(String name, long... values) {
    ByteBuffer bytes = littleEndian(values.length * Long.BYTES);
    bytes.asLongBuffer().put(values);
    return new OnnxConstant(name, OnnxType.INT64, List.of((long) values.length), bytes::duplicate);
  }

  /** Float32 numbers. */
  public static OnnxConstant ofFloats(String name, List<Long> shape, float... values) {
    return new OnnxConstant(name, OnnxType.FLOAT, shape, () -> bytes(values));
  }

  /** Float32 numbers as the bytes of a constant. */
  public static ByteBuffer bytes(float[] values) {
    ByteBuffer bytes = littleEndian(Math.multiplyExact(values.length, Float.BYTES));
    bytes.asFloatBuffer().put(values);
    return bytes;
  }

  static ByteBuffer littleEndian(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements in row-major order. */
  public ByteBuffer bytes() {
    return source.get().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** The elements of a float32 constant. */
  public float[] floats() {
    require(OnnxType.FLOAT);
    float[] out = new float[Math.toIntExact(count())];
    bytes().asFloatBuffer().get(out);
    return out;
  }

  /** The elements of an int64 constant. */
  public long[] longs() {
    require(OnnxType.INT64);
    long[] out = new long[Math.toIntExact(count())];
    bytes().asLongBuffer().get(out);
    return out;
  }

  private void require(OnnxType expected) {
    if (type != expected) {
      throw new IllegalStateException(
          "constant %s: expected %s, got %s".formatted(name, expected, type));
    }
  }

  /** Number of elements. */
  public long count() {
    return shape.stream().reduce(1L, Math::multiplyExact);
  }

  /** Bytes of all elements. */
  public long size() {
    return Math.multiplyExact(count(), (long) type.bytes());
  }
}
