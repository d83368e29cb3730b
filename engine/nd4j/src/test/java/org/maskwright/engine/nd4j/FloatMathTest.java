package org.maskwright.engine.nd4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.spi.UnaryOp;

class FloatMathTest {
  private static float apply(UnaryOp op, float x) {
    float[] y = new float[1];
    UnaryKernels.apply(op, new float[] {x}, y, 1, new float[1]);
    return y[0];
  }

  /** Largest error in units of {@code relative * |expected| + absolute} over [low, high]. */
  private static void check(
      UnaryOp op,
      DoubleUnaryOperator exact,
      double low,
      double high,
      double relative,
      double absolute) {
    int n = 20_001;
    float[] x = new float[n];
    for (int i = 0; i < n; i++) {
      x[i] = (float) (low + (high - low) * i / (n - 1));
    }
    float[] y = new float[n];
    UnaryKernels.apply(op, x, y, n, new float[n]);
    for (int i = 0; i < n; i++) {
      double expected = exact.applyAsDouble(x[i]);
      assertEquals(expected, y[i], relative * Math.abs(expected) + absolute, op + "(" + x[i] + ")");
    }
  }

  /** Series and continued fraction are not needed: integrate the density finely. */
  private static double erf(double x) {
    double sign = Math.signum(x);
    double end = Math.min(6, Math.abs(x));
    int steps = 400;
    double h = end / steps;
    double sum = 1 + Math.exp(-end * end);
    for (int i = 1; i < steps; i++) {
      sum += (i % 2 == 1 ? 4 : 2) * Math.exp(-(i * h) * (i * h));
    }
    return sign * sum * h / 3 * 2 / Math.sqrt(Math.PI);
  }

  @Test
  void exponentialIsExactToThreeUlps() {
    check(UnaryOp.EXP, Math::exp, -86.9, 88.7, 3 * 1.2e-7, 0);
  }

  @Test
  void exponentialOfExtremesIsZeroOrInfinite() {
    assertEquals(0f, apply(UnaryOp.EXP, Float.NEGATIVE_INFINITY));
    assertEquals(0f, apply(UnaryOp.EXP, -1e30f));
    assertEquals(Float.POSITIVE_INFINITY, apply(UnaryOp.EXP, 89f));
    assertEquals(Float.POSITIVE_INFINITY, apply(UnaryOp.EXP, Float.POSITIVE_INFINITY));
    assertTrue(Float.isNaN(apply(UnaryOp.EXP, Float.NaN)));
    assertEquals(1f, apply(UnaryOp.EXP, 0f));
  }

  @Test
  void logarithmIsExactNearOneAndFarFromIt() {
    check(UnaryOp.LOG, Math::log, 1e-3, 3, 4e-7, 1e-9);
    check(UnaryOp.LOG, Math::log, 1, 1e30, 3e-7, 0);
    assertEquals(Float.NEGATIVE_INFINITY, apply(UnaryOp.LOG, 0f));
    assertTrue(Float.isNaN(apply(UnaryOp.LOG, -1f)));
    assertEquals((float) Math.log(Float.MIN_VALUE), apply(UnaryOp.LOG, Float.MIN_VALUE));
    assertEquals(Float.POSITIVE_INFINITY, apply(UnaryOp.LOG, Float.POSITIVE_INFINITY));
  }

  @Test
  void saturatingFunctionsAreExact() {
    check(UnaryOp.TANH, Math::tanh, -12, 12, 5e-7, 1e-12);
    check(UnaryOp.SIGMOID, v -> 1 / (1 + Math.exp(-v)), -80, 80, 5e-7, 0);
    check(
        UnaryOp.SOFTPLUS,
        v -> Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))),
        -80,
        80,
        5e-7,
        0);
    assertEquals(1f, apply(UnaryOp.TANH, Float.POSITIVE_INFINITY));
    assertEquals(0f, apply(UnaryOp.SIGMOID, Float.NEGATIVE_INFINITY));
    assertEquals(Float.POSITIVE_INFINITY, apply(UnaryOp.SOFTPLUS, Float.POSITIVE_INFINITY));
  }

  @Test
  void errorFunctionAndGeluAreExactToSingleRounding() {
    check(UnaryOp.ERF, FloatMathTest::erf, -5, 5, 5e-7, 1e-7);
    check(UnaryOp.GELU, v -> 0.5 * v * (1 + erf(v / Math.sqrt(2))), -6, 6, 5e-7, 1e-6);
  }
}
