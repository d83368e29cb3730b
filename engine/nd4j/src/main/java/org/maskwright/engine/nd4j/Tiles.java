package org.maskwright.engine.nd4j;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.SmallFloats;

/**
 * Moves pieces of arrays between native memory and small Java arrays, converting types: arithmetic
 * runs on {@code float[]} (float32 and the types of 16 bits) and {@code long[]} (integers, bool),
 * which the JIT compiler turns into vector instructions where it cannot for NIO buffers.
 */
final class Tiles {
  /** Elements of a tile; three of float fit the L1 cache. */
  static final int LENGTH = 2048;

  private static final int BULK = 16;

  private Tiles() {}

  /** Elements {@code from} to {@code from + n} of the walk over {@code a}, as float. */
  static void load(NdArray a, Walk walk, int from, int n, float[] out) {
    if (walk.isContiguous(0)) {
      load(a, from, n, out);
      return;
    }
    Walk.Cursor cursor = walk.cursor(from, from + n);
    int stride = walk.runStride(0);
    int at = 0;
    while (cursor.next()) {
      int offset = cursor.offset(0);
      int length = cursor.length;
      if (stride == 1 && length >= BULK) {
        load(a, offset, length, out, at);
      } else if (stride == 0) {
        Arrays.fill(out, at, at + length, floatAt(a, offset));
      } else {
        for (int i = 0; i < length; i++) {
          out[at + i] = floatAt(a, offset + i * stride);
        }
      }
      at += length;
    }
  }

  /** Elements {@code from} to {@code from + n} in row-major order, as float. */
  static void load(NdArray a, int from, int n, float[] out) {
    load(a, from, n, out, 0);
  }

  private static void load(NdArray a, int from, int n, float[] out, int at) {
    if (a.dtype() == DType.FLOAT32) {
      a.floats().get(from, out, at, n);
      return;
    }
    for (int i = 0; i < n; i++) {
      out[at + i] = floatAt(a, from + i);
    }
  }

  /** Elements {@code from} to {@code from + n} of the walk over an integer or bool array. */
  static void load(NdArray a, Walk walk, int from, int n, long[] out) {
    Walk.Cursor cursor = walk.cursor(from, from + n);
    int stride = walk.runStride(0);
    int at = 0;
    while (cursor.next()) {
      int offset = cursor.offset(0);
      for (int i = 0; i < cursor.length; i++) {
        out[at++] = longAt(a, offset + i * stride);
      }
    }
  }

  /** Elements {@code from} to {@code from + n} of any array, floats truncated toward zero. */
  static void load(NdArray a, int from, int n, long[] out) {
    for (int i = 0; i < n; i++) {
      out[i] = longAt(a, from + i);
    }
  }

  /**
   * Writes {@code n} elements in the array's dtype; to bool anything but 0 is 1. Integers are
   * truncated toward zero; NaN is 0, and what lies outside the range its nearer end.
   */
  static void store(float[] in, int n, NdArray a, int from) {
    ByteBuffer bytes = a.bytes();
    switch (a.dtype()) {
      case FLOAT32 -> a.floats().put(from, in, 0, n);
      case BFLOAT16 -> {
        for (int i = 0; i < n; i++) {
          bytes.putShort(2 * (from + i), SmallFloats.floatToBfloat16(in[i]));
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < n; i++) {
          bytes.putShort(2 * (from + i), SmallFloats.floatToHalf(in[i]));
        }
      }
      case BOOL -> {
        for (int i = 0; i < n; i++) {
          bytes.put(from + i, (byte) (in[i] != 0 ? 1 : 0));
        }
      }
      case INT64 -> {
        for (int i = 0; i < n; i++) {
          bytes.putLong(8 * (from + i), (long) in[i]);
        }
      }
      case INT32 -> {
        for (int i = 0; i < n; i++) {
          bytes.putInt(4 * (from + i), (int) in[i]);
        }
      }
      case UINT8 -> {
        for (int i = 0; i < n; i++) {
          bytes.put(from + i, (byte) Math.max(0, Math.min(255, (int) in[i])));
        }
      }
    }
  }

  /** Writes {@code n} elements in the array's dtype, dropping high bits; bool as {@code != 0}. */
  static void store(long[] in, int n, NdArray a, int from) {
    for (int i = 0; i < n; i++) {
      put(a, from + i, in[i]);
    }
  }

  /** One element as float. */
  static float floatAt(NdArray a, int i) {
    ByteBuffer bytes = a.bytes();
    return switch (a.dtype()) {
      case FLOAT32 -> bytes.getFloat(4 * i);
      case BFLOAT16 -> SmallFloats.bfloat16ToFloat(bytes.getShort(2 * i));
      case FLOAT16 -> SmallFloats.halfToFloat(bytes.getShort(2 * i));
      case INT64 -> bytes.getLong(8 * i);
      case INT32 -> bytes.getInt(4 * i);
      case UINT8, BOOL -> bytes.get(i) & 0xff;
    };
  }

  /** One element as an integer, floats truncated toward zero. */
  static long longAt(NdArray a, int i) {
    ByteBuffer bytes = a.bytes();
    return switch (a.dtype()) {
      case FLOAT32, BFLOAT16, FLOAT16 -> (long) floatAt(a, i);
      case INT64 -> bytes.getLong(8 * i);
      case INT32 -> bytes.getInt(4 * i);
      case UINT8, BOOL -> bytes.get(i) & 0xff;
    };
  }

  /** Writes one element. */
  static void put(NdArray a, int i, long value) {
    ByteBuffer bytes = a.bytes();
    switch (a.dtype()) {
      case FLOAT32 -> bytes.putFloat(4 * i, (float) value);
      case BFLOAT16 -> bytes.putShort(2 * i, SmallFloats.floatToBfloat16((float) value));
      case FLOAT16 -> bytes.putShort(2 * i, SmallFloats.floatToHalf((float) value));
      case INT64 -> bytes.putLong(8 * i, value);
      case INT32 -> bytes.putInt(4 * i, (int) value);
      case UINT8 -> bytes.put(i, (byte) value);
      case BOOL -> bytes.put(i, (byte) (value != 0 ? 1 : 0));
    }
  }
}
