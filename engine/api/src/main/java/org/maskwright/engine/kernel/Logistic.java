package org.maskwright.engine.kernel;

/**
 * The exponential and logarithm of the logistic loss, as polynomials in float: unlike a library's
 * they are the same interpreted and compiled, and fit vectors. The constants serve both forms.
 *
 * <p><b>Source</b> exp: x = n log 2 + r with log 2 in two parts, and a polynomial of degree 7 in r
 * (Cephes, expf). log(1 + e) = 2 artanh(e / (2 + e)), whose series converges fast as its argument
 * is at most 1/3.
 */
public final class Logistic {
  /** Below, exp is no normal float. */
  public static final float LOWEST = -87;

  /** Added and taken away again it rounds to an integer, which the low bits of the sum hold. */
  public static final float ROUND = 12582912f; // 1.5 * 2^23

  /** 1 / log 2. */
  public static final float LOG2E = 1.442695f;

  /** The leading bits of log 2: n * LN2_HIGH is exact. */
  public static final float LN2_HIGH = 0.6933594f;

  /** What LN2_HIGH lacks of log 2. */
  public static final float LN2_LOW = -2.12194440e-4f;

  /** Coefficient of r^2 in exp(r), |r| at most log(2) / 2; the next ones likewise. */
  public static final float EXP_2 = 0.5f;

  public static final float EXP_3 = 0.16666666f;
  public static final float EXP_4 = 0.041665796f;
  public static final float EXP_5 = 0.008333452f;
  public static final float EXP_6 = 0.0013981999f;
  public static final float EXP_7 = 0.00019875691f;

  /** Coefficient of z^2 in artanh(z) / z; the next ones likewise. */
  public static final float LOG_2 = 1f / 3;

  public static final float LOG_4 = 1f / 5;
  public static final float LOG_6 = 1f / 7;
  public static final float LOG_8 = 1f / 9;
  public static final float LOG_10 = 1f / 11;
  public static final float LOG_12 = 1f / 13;

  private Logistic() {}

  /** exp(x) for x at most 0; below {@link #LOWEST} the exponential of that. */
  public static float exp(float x) {
    float a = Math.max(x, LOWEST); // NaN stays
    float shifted = a * LOG2E + ROUND;
    float n = shifted - ROUND;
    float r = a - n * LN2_HIGH - n * LN2_LOW;
    float p = ((((EXP_7 * r + EXP_6) * r + EXP_5) * r + EXP_4) * r + EXP_3) * r + EXP_2;
    float scale = Float.intBitsToFloat(Float.floatToRawIntBits(shifted) + 127 << 23);
    return (p * r * r + r + 1) * scale;
  }

  /** log(1 + e) for e in [0,1]. */
  public static float log1p(float e) {
    float z = e / (2 + e);
    float q = z * z;
    float p = ((((LOG_12 * q + LOG_10) * q + LOG_8) * q + LOG_6) * q + LOG_4) * q + LOG_2;
    return 2 * z * (p * q + 1);
  }

  /** Logistic function and softplus, log(1 + exp(x)), of {@code x[from]} to {@code x[to - 1]}. */
  public static void apply(float[] x, float[] sigmoid, float[] softplus, int from, int to) {
    for (int i = from; i < to; i++) {
      float e = exp(-Math.abs(x[i]));
      sigmoid[i] = (x[i] < 0 ? e : 1) / (1 + e);
      softplus[i] = Math.max(x[i], 0) + log1p(e);
    }
  }
}
