package org.maskwright.engine.array;

/**
 * Conversions between float and the two 16-bit formats (IEEE 754 binary16, bfloat16), round to
 * nearest even. Java 17 has none; from Java 20 {@code Float.float16ToFloat} does the first.
 */
public final class SmallFloats {
  private static final int HALF_MANTISSA_BITS = 10;
  private static final int FLOAT_MANTISSA_BITS = 23;
  private static final int MANTISSA_SHIFT = FLOAT_MANTISSA_BITS - HALF_MANTISSA_BITS;
  private static final int HALF_EXPONENT_MAX = 31;
  private static final int BIAS_DIFFERENCE = 127 - 15;
  private static final float HALF_SUBNORMAL_UNIT = 0x1p-24f;

  private SmallFloats() {}

  /** The value of a binary16, which every float32 can hold. */
  public static float halfToFloat(short half) {
    int sign = (half & 0x8000) << 16;
    int exponent = (half >>> HALF_MANTISSA_BITS) & HALF_EXPONENT_MAX;
    int mantissa = half & 0x3ff;
    if (exponent == HALF_EXPONENT_MAX) {
      return Float.intBitsToFloat(sign | 0x7f800000 | mantissa << MANTISSA_SHIFT);
    }
    if (exponent == 0) {
      float magnitude = mantissa * HALF_SUBNORMAL_UNIT;
      return Float.intBitsToFloat(sign | Float.floatToRawIntBits(magnitude));
    }
    return Float.intBitsToFloat(
        sign | (exponent + BIAS_DIFFERENCE) << FLOAT_MANTISSA_BITS | mantissa << MANTISSA_SHIFT);
  }

  /** The nearest binary16; from 65520 on infinity, NaN stays NaN. */
  public static short floatToHalf(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00 | (magnitude >>> MANTISSA_SHIFT & 0x3ff));
    }
    if (magnitude >= 0x47800000) { // 65536 and above, infinity
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) { // below the smallest normal half, 2^-14
      float scaled = Math.abs(value) / HALF_SUBNORMAL_UNIT;
      return (short) (sign | (int) Math.rint(scaled));
    }
    int rounded = magnitude + 0xfff + (magnitude >>> MANTISSA_SHIFT & 1);
    // Rounding may carry into the exponent, and from 65520 into infinity: both are right.
    return (short) (sign | (rounded - (BIAS_DIFFERENCE << FLOAT_MANTISSA_BITS)) >>> MANTISSA_SHIFT);
  }

  /** The value of a bfloat16. */
  public static float bfloat16ToFloat(short bfloat16) {
    return Float.intBitsToFloat(bfloat16 << 16);
  }

  /** The nearest bfloat16; NaN stays NaN. */
  public static short floatToBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }
}
