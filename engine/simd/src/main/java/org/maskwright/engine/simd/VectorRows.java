package org.maskwright.engine.simd;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShuffle;
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

  // Where sums of eight vectors come from.
  private static final VectorMask<Float> ODD = VectorMask.fromLong(SPECIES, 0b10101010);
  private static final VectorMask<Float> SECOND_PAIRS = VectorMask.fromLong(SPECIES, 0b11001100);
  private static final VectorMask<Float> UPPER = VectorMask.fromLong(SPECIES, 0b11110000);
  private static final VectorShuffle<Float> NEIGHBOURS = exchanged(1);
  private static final VectorShuffle<Float> TURN = exchanged(2);
  private static final VectorShuffle<Float> HALVES = exchanged(4);

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
  public void addRows(float[] sum, float[] v, int[] at, float[] w, int count) {
    int n = sum.length;
    int d = 0;
    for (; d + 4 * LANES <= n; d += 4 * LANES) { // sums stay in registers over all rows
      FloatVector a = FloatVector.fromArray(SPECIES, sum, d);
      FloatVector b = FloatVector.fromArray(SPECIES, sum, d + LANES);
      FloatVector c = FloatVector.fromArray(SPECIES, sum, d + 2 * LANES);
      FloatVector e = FloatVector.fromArray(SPECIES, sum, d + 3 * LANES);
      for (int k = 0; k < count; k++) {
        FloatVector f = all(w[k]);
        int from = at[k] + d;
        a = FloatVector.fromArray(SPECIES, v, from).fma(f, a);
        b = FloatVector.fromArray(SPECIES, v, from + LANES).fma(f, b);
        c = FloatVector.fromArray(SPECIES, v, from + 2 * LANES).fma(f, c);
        e = FloatVector.fromArray(SPECIES, v, from + 3 * LANES).fma(f, e);
      }
      a.intoArray(sum, d);
      b.intoArray(sum, d + LANES);
      c.intoArray(sum, d + 2 * LANES);
      e.intoArray(sum, d + 3 * LANES);
    }
    for (; d + LANES <= n; d += LANES) {
      FloatVector a = FloatVector.fromArray(SPECIES, sum, d);
      for (int k = 0; k < count; k++) {
        a = FloatVector.fromArray(SPECIES, v, at[k] + d).fma(all(w[k]), a);
      }
      a.intoArray(sum, d);
    }
    for (; d < n; d++) {
      for (int k = 0; k < count; k++) {
        sum[d] += w[k] * v[at[k] + d];
      }
    }
  }

  @Override
  public void addRowsBackward(
      float[] g, float[] v, float[] gv, int[] at, float[] w, int count, float[] dots) {
    int n = g.length;
    int whole = n - n % LANES;
    for (int k = 0; k < count; k++) {
      FloatVector f = all(w[k]);
      FloatVector s = FloatVector.zero(SPECIES);
      int row = at[k];
      for (int d = 0; d < whole; d += LANES) {
        FloatVector x = FloatVector.fromArray(SPECIES, g, d);
        s = FloatVector.fromArray(SPECIES, v, row + d).fma(x, s);
        x.fma(f, FloatVector.fromArray(SPECIES, gv, row + d)).intoArray(gv, row + d);
      }
      s.intoArray(dots, k * LANES); // lanes of a row, to be added up below
    }
    totals(dots, count);
    for (int k = 0; whole < n && k < count; k++) {
      for (int d = whole; d < n; d++) {
        dots[k] += g[d] * v[at[k] + d];
        gv[at[k] + d] += w[k] * g[d];
      }
    }
  }

  /**
   * The total of each of {@code count} vectors in a row, written over them from the start on, in
   * the order of {@link #total}: of eight at once with three additions for each pair.
   */
  private static void totals(float[] x, int count) {
    int k = 0;
    for (; LANES == 8 && k + 8 <= count; k += 8) {
      int at = k * LANES;
      FloatVector ab = pairs(x, at);
      FloatVector cd = pairs(x, at + 2 * LANES);
      FloatVector ef = pairs(x, at + 4 * LANES);
      FloatVector gh = pairs(x, at + 6 * LANES);
      FloatVector abcd = ab.blend(cd, SECOND_PAIRS).add(cd.blend(ab, SECOND_PAIRS).rearrange(TURN));
      FloatVector efgh = ef.blend(gh, SECOND_PAIRS).add(gh.blend(ef, SECOND_PAIRS).rearrange(TURN));
      FloatVector swapped = efgh.blend(abcd, UPPER).rearrange(HALVES);
      abcd.blend(efgh, UPPER).add(swapped).intoArray(x, k);
    }
    for (; k < count; k++) {
      x[k] = total(FloatVector.fromArray(SPECIES, x, k * LANES));
    }
  }

  /** Of two vectors a and b side by side: a0 + a1, b0 + b1, a2 + a3, b2 + b3, ... */
  private static FloatVector pairs(float[] x, int at) {
    FloatVector a = FloatVector.fromArray(SPECIES, x, at);
    FloatVector b = FloatVector.fromArray(SPECIES, x, at + LANES);
    return a.blend(b, ODD).add(b.blend(a, ODD).rearrange(NEIGHBOURS));
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

  /** Lane i from lane i ^ distance. */
  private static VectorShuffle<Float> exchanged(int distance) {
    return VectorShuffle.fromOp(SPECIES, i -> (i ^ distance) % LANES);
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
