package org.maskwright.engine.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.maskwright.engine.kernel.Logistic;
import org.maskwright.engine.kernel.RowKernels;

/**
 * {@link RowKernels} with vector instructions, 8 numbers at a time (4 where the machine has no
 * more); what is left over of a row is done one by one.
 *
 * <p>Vectors of 16 (AVX-512) would halve rows of 32 once more, but the loads from the second-level
 * cache bound these loops, not the arithmetic.
 */
public final class VectorRows implements RowKernels {
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() >= FloatVector.SPECIES_256.length()
          ? FloatVector.SPECIES_256
          : FloatVector.SPECIES_PREFERRED;

  private static final int LANES = SPECIES.length();

  // Logistic's constants.
  private static final FloatVector TWO = all(2);
  private static final FloatVector LOWEST = all(Logistic.LOWEST);
  private static final FloatVector LOG2E = all(Logistic.LOG2E);
  private static final FloatVector ROUND = all(Logistic.ROUND);
  private static final FloatVector MINUS_LN2_HIGH = all(-Logistic.LN2_HIGH);
  private static final FloatVector MINUS_LN2_LOW = all(-Logistic.LN2_LOW);
  private static final FloatVector EXP_2 = all(Logistic.EXP_2);
  private static final FloatVector EXP_3 = all(Logistic.EXP_3);
  private static final FloatVector EXP_4 = all(Logistic.EXP_4);
  private static final FloatVector EXP_5 = all(Logistic.EXP_5);
  private static final FloatVector EXP_6 = all(Logistic.EXP_6);
  private static final FloatVector EXP_7 = all(Logistic.EXP_7);
  private static final FloatVector LOG_2 = all(Logistic.LOG_2);
  private static final FloatVector LOG_4 = all(Logistic.LOG_4);
  private static final FloatVector LOG_6 = all(Logistic.LOG_6);
  private static final FloatVector LOG_8 = all(Logistic.LOG_8);
  private static final FloatVector LOG_10 = all(Logistic.LOG_10);
  private static final FloatVector LOG_12 = all(Logistic.LOG_12);

  /** For the service loader. */
  public VectorRows() {}

  @Override
  public String description() {
    return "vectors of " + LANES;
  }

  @Override
  public void addFour(
      float[] sum,
      float[] v,
      int i00,
      int i01,
      int i10,
      int i11,
      float w00,
      float w01,
      float w10,
      float w11) {
    int n = sum.length;
    int whole = n - n % LANES;
    FloatVector f00 = all(w00);
    FloatVector f01 = all(w01);
    FloatVector f10 = all(w10);
    FloatVector f11 = all(w11);
    int d = 0;
    for (; d < whole; d += LANES) {
      FloatVector s = FloatVector.fromArray(SPECIES, sum, d);
      s = FloatVector.fromArray(SPECIES, v, i00 + d).fma(f00, s);
      s = FloatVector.fromArray(SPECIES, v, i01 + d).fma(f01, s);
      s = FloatVector.fromArray(SPECIES, v, i10 + d).fma(f10, s);
      s = FloatVector.fromArray(SPECIES, v, i11 + d).fma(f11, s);
      s.intoArray(sum, d);
    }
    for (; d < n; d++) {
      sum[d] += w00 * v[i00 + d] + w01 * v[i01 + d] + w10 * v[i10 + d] + w11 * v[i11 + d];
    }
  }

  @Override
  public void backwardFour(
      float[] g,
      float[] v,
      float[] gv,
      int i00,
      int i01,
      int i10,
      int i11,
      float w00,
      float w01,
      float w10,
      float w11,
      float[] dots) {
    int n = g.length;
    int whole = n - n % LANES;
    FloatVector f00 = all(w00);
    FloatVector f01 = all(w01);
    FloatVector f10 = all(w10);
    FloatVector f11 = all(w11);
    FloatVector s00 = FloatVector.zero(SPECIES);
    FloatVector s01 = s00;
    FloatVector s10 = s00;
    FloatVector s11 = s00;
    int d = 0;
    for (; d < whole; d += LANES) {
      FloatVector x = FloatVector.fromArray(SPECIES, g, d);
      s00 = FloatVector.fromArray(SPECIES, v, i00 + d).fma(x, s00);
      s01 = FloatVector.fromArray(SPECIES, v, i01 + d).fma(x, s01);
      s10 = FloatVector.fromArray(SPECIES, v, i10 + d).fma(x, s10);
      s11 = FloatVector.fromArray(SPECIES, v, i11 + d).fma(x, s11);
      // One after the other: rows may be the same.
      x.fma(f00, FloatVector.fromArray(SPECIES, gv, i00 + d)).intoArray(gv, i00 + d);
      x.fma(f01, FloatVector.fromArray(SPECIES, gv, i01 + d)).intoArray(gv, i01 + d);
      x.fma(f10, FloatVector.fromArray(SPECIES, gv, i10 + d)).intoArray(gv, i10 + d);
      x.fma(f11, FloatVector.fromArray(SPECIES, gv, i11 + d)).intoArray(gv, i11 + d);
    }
    dots[0] = total(s00);
    dots[1] = total(s01);
    dots[2] = total(s10);
    dots[3] = total(s11);
    for (; d < n; d++) {
      float x = g[d];
      dots[0] += x * v[i00 + d];
      dots[1] += x * v[i01 + d];
      dots[2] += x * v[i10 + d];
      dots[3] += x * v[i11 + d];
      gv[i00 + d] += w00 * x;
      gv[i01 + d] += w01 * x;
      gv[i10 + d] += w10 * x;
      gv[i11 + d] += w11 * x;
    }
  }

  @Override
  public void logistic(float[] x, float[] sigmoid, float[] softplus, int n) {
    FloatVector one = all(1);
    // In one method and without helpers: the compiler inlines only so deep, and a vector that
    // crosses a call becomes an object.
    int whole = SPECIES.loopBound(n);
    int d = 0;
    for (; d < whole; d += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, d);
      FloatVector a = v.abs().neg().max(LOWEST);
      FloatVector shifted = a.fma(LOG2E, ROUND);
      FloatVector k = shifted.sub(ROUND);
      FloatVector r = k.fma(MINUS_LN2_LOW, k.fma(MINUS_LN2_HIGH, a));
      FloatVector p = r.fma(EXP_7, EXP_6).fma(r, EXP_5).fma(r, EXP_4).fma(r, EXP_3).fma(r, EXP_2);
      FloatVector scale =
          shifted
              .reinterpretAsInts()
              .add(127)
              .lanewise(VectorOperators.LSHL, 23)
              .reinterpretAsFloats();
      FloatVector e = p.mul(r).fma(r, r.add(one)).mul(scale); // exp(-|x|)
      FloatVector s = one.blend(e, v.lt(0)).div(e.add(one));
      FloatVector z = e.div(e.add(TWO));
      FloatVector q = z.mul(z);
      FloatVector l = q.fma(LOG_12, LOG_10).fma(q, LOG_8).fma(q, LOG_6).fma(q, LOG_4).fma(q, LOG_2);
      FloatVector log = z.add(z).mul(l.fma(q, one)); // log(1 + e)
      s.intoArray(sigmoid, d);
      v.max(0).add(log).intoArray(softplus, d);
    }
    Logistic.apply(x, sigmoid, softplus, d, n);
  }

  private static FloatVector all(float value) {
    return FloatVector.broadcast(SPECIES, value);
  }

  /**
   * The sum of the lanes by pairs, in an order that is always the same. {@code reduceLanes} leaves
   * the order open, so that compiled code may give other bits than interpreted code, and adds one
   * lane after the other, which takes longer than the products of a row of 32.
   */
  private static float total(FloatVector s) {
    if (LANES == 8) {
      return ((s.lane(0) + s.lane(1)) + (s.lane(2) + s.lane(3)))
          + ((s.lane(4) + s.lane(5)) + (s.lane(6) + s.lane(7)));
    }
    float sum = 0;
    for (float lane : s.toArray()) {
      sum += lane;
    }
    return sum;
  }

  @Override
  public float sum(float[] x, int from, int n) {
    int end = from + n;
    int pairs = from + (n - n % (2 * LANES));
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = FloatVector.zero(SPECIES);
    int i = from;
    for (; i < pairs; i += 2 * LANES) {
      a = a.add(FloatVector.fromArray(SPECIES, x, i));
      b = b.add(FloatVector.fromArray(SPECIES, x, i + LANES));
    }
    float sum = total(a.add(b));
    for (; i < end; i++) {
      sum += x[i];
    }
    return sum;
  }

  @Override
  public float dot(float[] x, float[] y, int n) {
    int pairs = n - n % (2 * LANES);
    FloatVector a = FloatVector.zero(SPECIES);
    FloatVector b = FloatVector.zero(SPECIES);
    int i = 0;
    for (; i < pairs; i += 2 * LANES) {
      a = FloatVector.fromArray(SPECIES, x, i).fma(FloatVector.fromArray(SPECIES, y, i), a);
      b =
          FloatVector.fromArray(SPECIES, x, i + LANES)
              .fma(FloatVector.fromArray(SPECIES, y, i + LANES), b);
    }
    float sum = total(a.add(b));
    for (; i < n; i++) {
      sum += x[i] * y[i];
    }
    return sum;
  }
}
