package org.maskwright.engine.nd4j;

import org.maskwright.engine.kernel.Logistic;

/**
 * Functions of float vectors, within 2 units in the last place where nothing else is said. The
 * JDK's own functions are double and scalar, about ten times slower; here each function is one loop
 * that the JIT compiler vectorises and one short scalar loop for exponent bits. The constants of
 * the exponential are {@link Logistic}'s.
 */
// Coefficients stand as their sources print them; the nearest float is meant.
@SuppressWarnings("FloatingPointLiteralPrecision")
final class FloatMath {
  /** Here k is -126 and 2^(k-1) no normal number: the result is 0. */
  private static final float EXP_LOW = -87.33f;

  /** Here k is 128 and the result infinite. */
  private static final float EXP_HIGH = 88.8f;

  private static final int EXPONENT_BIAS = 127;
  private static final int MANTISSA_BITS = 23;
  private static final float SQRT_HALF_INVERSE = 0.70710678f;
  private static final float INVERSE_SQRT_TWO_PI = 0.39894228f;

  private FloatMath() {}

  /**
   * out = exp(x); results below 1.7e-38 are 0. {@code x} and {@code out} may be the same.
   *
   * @param scratch overwritten
   */
  static void exp(float[] x, float[] out, int n, float[] scratch) {
    for (int i = 0; i < n; i++) {
      float v = Math.max(EXP_LOW, Math.min(EXP_HIGH, x[i]));
      float rounded = v * Logistic.LOG2E + Logistic.ROUND;
      float k = rounded - Logistic.ROUND;
      float r = (v - k * Logistic.LN2_HIGH) - k * Logistic.LN2_LOW;
      float p = Logistic.EXP_7;
      p = p * r + Logistic.EXP_6;
      p = p * r + Logistic.EXP_5;
      p = p * r + Logistic.EXP_4;
      p = p * r + Logistic.EXP_3;
      p = p * r + Logistic.EXP_2;
      out[i] = p * r * r + r + 1f;
      scratch[i] = rounded;
    }
    for (int i = 0; i < n; i++) {
      // The low bits of the rounded number are k; 2^k is 2^(k-1) * 2, so that 2^128 needs no case.
      int exponent = Float.floatToRawIntBits(scratch[i]) + EXPONENT_BIAS - 1;
      out[i] = out[i] * Float.intBitsToFloat(exponent << MANTISSA_BITS) * 2f;
    }
  }

  /** out = ln(x). */
  static void log(float[] x, float[] out, int n, float[] scratch) {
    for (int i = 0; i < n; i++) {
      float v = x[i];
      if (!(v >= Float.MIN_NORMAL && v <= Float.MAX_VALUE)) {
        // Zero, subnormal, negative, infinite, NaN: marked by an impossible exponent.
        scratch[i] = Float.NaN;
        out[i] = (float) Math.log(v);
        continue;
      }
      int bits = Float.floatToRawIntBits(v);
      // Mantissa in [sqrt(1/2), sqrt(2)).
      int shifted = bits - 0x3f3504f3;
      int e = shifted >> 23;
      out[i] = Float.intBitsToFloat(bits - (e << 23));
      scratch[i] = e;
    }
    for (int i = 0; i < n; i++) {
      float e = scratch[i];
      if (Float.isNaN(e)) {
        continue;
      }
      float f = out[i] - 1f;
      float z = f / (2f + f);
      float w = z * z;
      float p = 0.22222222f;
      p = p * w + 0.2857143f;
      p = p * w + 0.4f;
      p = p * w + 0.6666667f;
      // ln m = 2 atanh z = f - z (f - 2 z^2 (1/3 + z^2/5 + ...)): no cancellation near m = 1.
      float log = f - z * (f - w * p);
      out[i] = e * Logistic.LN2_HIGH + (log + e * Logistic.LN2_LOW);
    }
  }

  /** out = 1 / (1 + exp(-x)). */
  static void sigmoid(float[] x, float[] out, int n, float[] scratch) {
    for (int i = 0; i < n; i++) {
      out[i] = -x[i];
    }
    exp(out, out, n, scratch);
    for (int i = 0; i < n; i++) {
      out[i] = 1f / (1f + out[i]);
    }
  }

  /** out = tanh(x); x and out differ. */
  static void tanh(float[] x, float[] out, int n, float[] scratch) {
    for (int i = 0; i < n; i++) {
      out[i] = -2f * Math.abs(x[i]);
    }
    exp(out, out, n, scratch);
    for (int i = 0; i < n; i++) {
      float v = x[i];
      if (Math.abs(v) < 0.625f) {
        // Cephes tanhf: no cancellation near 0.
        float z = v * v;
        float p = -5.70498872745e-3f;
        p = p * z + 2.06390887954e-2f;
        p = p * z - 5.37397155531e-2f;
        p = p * z + 1.33314422036e-1f;
        p = p * z - 3.33332819422e-1f;
        out[i] = p * z * v + v;
      } else {
        out[i] = Math.copySign((1f - out[i]) / (1f + out[i]), v);
      }
    }
  }

  /** out = ln(1 + exp(x)); x and out differ. */
  static void softplus(float[] x, float[] out, int n, float[] scratch) {
    for (int i = 0; i < n; i++) {
      out[i] = -Math.abs(x[i]);
    }
    exp(out, out, n, scratch);
    for (int i = 0; i < n; i++) {
      // ln(1 + t) = 2 atanh(t / (2 + t)), t in [0,1].
      float t = out[i];
      float z = t / (2f + t);
      float w = z * z;
      float p = 0.15384616f;
      p = p * w + 0.18181819f;
      p = p * w + 0.22222222f;
      p = p * w + 0.2857143f;
      p = p * w + 0.4f;
      p = p * w + 0.6666667f;
      p = p * w + 2f;
      out[i] = Math.max(x[i], 0f) + p * z;
    }
  }

  /** out = erf(x), absolute error below 3e-7: rational approximation on [-4,4] (Eigen, XLA). */
  static void erf(float[] x, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      out[i] = erf(x[i]);
    }
  }

  /** out = x Phi(x). */
  static void gelu(float[] x, float[] out, int n) {
    for (int i = 0; i < n; i++) {
      float v = x[i];
      out[i] = 0.5f * v * (1f + erf(v * SQRT_HALF_INVERSE));
    }
  }

  /** out = grad * (Phi(x) + x phi(x)). */
  static void geluBackward(float[] grad, float[] x, int n, float[] out, float[] scratch) {
    for (int i = 0; i < n; i++) {
      out[i] = -0.5f * x[i] * x[i];
    }
    exp(out, out, n, scratch);
    for (int i = 0; i < n; i++) {
      float v = x[i];
      float cdf = 0.5f * (1f + erf(v * SQRT_HALF_INVERSE));
      out[i] = grad[i] * (cdf + v * INVERSE_SQRT_TWO_PI * out[i]);
    }
  }

  private static float erf(float value) {
    float x = Math.max(-4f, Math.min(4f, value));
    float w = x * x;
    float p = -2.72614225801306e-10f;
    p = p * w + 2.77068142495902e-08f;
    p = p * w - 2.10102402082508e-06f;
    p = p * w - 5.69250639462346e-05f;
    p = p * w - 7.34990630326855e-04f;
    p = p * w - 2.95459980854025e-03f;
    p = p * w - 1.60960333262415e-02f;
    float q = -1.45660718464996e-05f;
    q = q * w - 2.13374055278905e-04f;
    q = q * w - 1.68282697438203e-03f;
    q = q * w - 7.37332916720468e-03f;
    q = q * w - 1.42647390514189e-02f;
    return x * p / q;
  }
}
