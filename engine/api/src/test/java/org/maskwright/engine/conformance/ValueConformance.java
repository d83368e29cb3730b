package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.fused.DeformableSampling;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Tensor;

/**
 * What comes of NaN, infinities and numbers beyond a type's range: the rules of {@link
 * org.maskwright.engine.spi.Backend}, which are PyTorch's where it has one. Expected values without
 * a comment were read off PyTorch.
 */
public abstract class ValueConformance extends BackendConformance {
  private static final float NAN = Float.NaN;
  private static final float INF = Float.POSITIVE_INFINITY;

  /** So long that kernels take their path for vectors as well as the one for the rest. */
  private static final int REPEATS = 11;

  /** For the backend of a name. */
  protected ValueConformance(String backend) {
    super(backend);
  }

  /** For the backend of a name on a device. */
  protected ValueConformance(String backend, String device) {
    super(backend, device);
  }

  private static float[] repeated(float... values) {
    float[] out = new float[values.length * REPEATS];
    for (int i = 0; i < out.length; i++) {
      out[i] = values[i % values.length];
    }
    return out;
  }

  private Tensor vector(float... values) {
    return engine().floats(values, values.length);
  }

  // NaN, infinities, zero, a negative and a huge number
  private static final float[] VALUES = {NAN, INF, -INF, 0, -1, 3e38f};

  private void unary(String name, UnaryOperator<Tensor> op, float... expected) {
    float[] got = op.apply(vector(repeated(VALUES))).cast(DType.FLOAT32).toFloats();
    assertArrayEquals(repeated(expected), got, 1e-6f, name);
  }

  @Test
  void functionsOfNonFiniteNumbersAreIeees() {
    unary("neg", Tensor::neg, NAN, -INF, INF, 0, 1, -3e38f);
    unary("abs", Tensor::abs, NAN, INF, INF, 0, 1, 3e38f);
    unary("exp", Tensor::exp, NAN, INF, 0, 1, (float) Math.exp(-1), INF);
    unary("log", Tensor::log, NAN, INF, NAN, -INF, NAN, (float) Math.log(3e38));
    unary("sqrt", Tensor::sqrt, NAN, INF, NAN, 0, NAN, (float) Math.sqrt(3e38f));
    unary("rsqrt", Tensor::rsqrt, NAN, 0, NAN, INF, NAN, 0);
    unary("square", Tensor::square, NAN, INF, INF, 0, 1, INF);
    unary("reciprocal", Tensor::reciprocal, NAN, 0, 0, INF, -1, 0);
    unary("tanh", Tensor::tanh, NAN, 1, -1, 0, (float) Math.tanh(-1), 1);
    unary("sigmoid", Tensor::sigmoid, NAN, 1, 0, 0.5f, (float) (1 / (1 + Math.E)), 1);
    unary("relu", Tensor::relu, NAN, INF, 0, 0, 0, 3e38f);
    unary("softplus", Tensor::softplus, NAN, INF, 0, (float) Math.log(2), 0.3132617f, 3e38f);
    unary("erf", Tensor::erf, NAN, 1, -1, 0, -0.8427008f, 1);
    unary("floor", Tensor::floor, NAN, INF, -INF, 0, -1, 3e38f);
    unary("round", Tensor::round, NAN, INF, -INF, 0, -1, 3e38f);
    unary("sign", Tensor::sign, 0, 1, -1, 0, -1, 1);
    unary("isFinite", Tensor::isFinite, 0, 0, 0, 1, 1, 1);
    unary("pow 0", x -> x.pow(0), 1, 1, 1, 1, 1, 1);
    unary("pow -1", x -> x.pow(-1), NAN, 0, 0, INF, -1, 0);
    unary("pow 0.5", x -> x.pow(0.5), NAN, INF, NAN, 0, NAN, (float) Math.sqrt(3e38f));
    unary("clamp", x -> x.clamp(-1, 1), NAN, 1, -1, 0, -1, 1);
    unary("maximum", x -> x.maximum(engine().full(0)), NAN, INF, 0, 0, 0, 3e38f);
    unary("minimum", x -> x.minimum(engine().full(0)), NAN, 0, -INF, 0, -1, 0);
  }

  /** LibTorch's kernel for AVX-512, and so PyTorch's there, gives NaN for infinity. */
  @Test
  void geluOfWhatIsNotFiniteIsNotFinite() {
    float[] values = {NAN, INF, -INF, 0, -1, 1e38f};
    float[] got = vector(repeated(values)).gelu().toFloats();
    for (int i = 0; i < got.length; i += values.length) {
      for (int k = 0; k < 3; k++) {
        assertFalse(Float.isFinite(got[i + k]), "gelu of " + values[k]);
      }
      float[] finite = Arrays.copyOfRange(got, i + 3, i + values.length);
      assertArrayEquals(new float[] {0, -0.15865529f, 1e38f}, finite, 1e-6f);
    }
  }

  @Test
  void nanComesFirstInMaximaAndInfinitiesLeaveNoShareToOthers() {
    Tensor x =
        engine().floats(new float[] {1, NAN, 3, INF, 1, 2, -INF, 0, -INF, -INF, -INF, -INF}, 4, 3);
    assertArrayEquals(new float[] {NAN, INF, 0, -INF}, x.max(1).toFloats());
    assertArrayEquals(new float[] {NAN, 1, -INF, -INF}, x.min(1).toFloats());
    assertArrayEquals(new long[] {1, 0, 1, 0}, x.argMax(1).toLongs());
    assertArrayEquals(new float[] {NAN, 3, INF, 2, 0, -INF, -INF, -INF}, x.topK(2)[0].toFloats());
    assertArrayEquals(
        new float[] {NAN, NAN, NAN, NAN, NAN, NAN, 0, 1, 0, NAN, NAN, NAN},
        x.softmax(1).toFloats());
    assertArrayEquals(new float[] {NAN, INF, -INF, -INF}, x.sum(1).toFloats());
    assertArrayEquals(new float[] {NAN, INF, -INF, -INF}, x.mean(1).toFloats());
  }

  private void gradient(String what, Function<Tensor, Tensor> op, float at, float expected) {
    Tensor x = vector(repeated(at)).variable();
    Tensor y = op.apply(x);
    y.sum().backward();
    assertArrayEquals(repeated(expected), x.grad().toFloats(), what + " at " + at);
  }

  @Test
  void whatARangeCutsOffGetsNoGradientWhateverComesFromAbove() {
    Function<Tensor, Tensor> clampLog = x -> x.clamp(0, 1).log();
    gradient("clamp, log", clampLog, -1, 0);
    gradient("clamp, log", clampLog, NAN, 0);
    Function<Tensor, Tensor> maxLog = x -> x.maximum(engine().full(0)).log();
    gradient("maximum, log", maxLog, -1, 0);
    gradient("maximum, log", maxLog, 0, INF);
    gradient("maximum, log", maxLog, 2, 0.5f);
    gradient("minimum", x -> x.minimum(engine().full(0)).mul(INF), 1, 0);
    gradient("maximum", x -> x.maximum(engine().full(0)), NAN, 1);
    gradient("relu", x -> x.relu().mul(INF), -1, 0);
    gradient("relu", x -> x.relu().mul(INF), 0, 0);
    gradient("pow 0", x -> x.pow(0).mul(INF), -1, 0);
    gradient("pow 0", x -> x.pow(0).mul(INF), NAN, 0);
    gradient("pow 2", x -> x.pow(2).mul(INF), 2, INF);
    gradient("log", Tensor::log, -1, -1);
    gradient("log", Tensor::log, 0, INF);
    gradient("relu", Tensor::relu, NAN, 1);
    gradient("abs", Tensor::abs, NAN, 0);
    gradient("abs", Tensor::abs, -INF, -1);
    gradient("exp", Tensor::exp, -INF, 0);
    gradient("sqrt", Tensor::sqrt, 0, INF);
    gradient("sqrt", Tensor::sqrt, INF, 0);
    gradient("rsqrt", Tensor::rsqrt, 0, -INF);
    gradient("reciprocal", Tensor::reciprocal, 0, -INF);
    gradient("square", Tensor::square, -INF, -INF);
    gradient("sigmoid", Tensor::sigmoid, INF, 0);
    gradient("tanh", Tensor::tanh, -INF, 0);
    gradient("softplus", Tensor::softplus, -INF, 0);
    gradient("softplus", Tensor::softplus, INF, 1);
    gradient("erf", Tensor::erf, INF, 0);
  }

  @Test
  void theOtherSideOfAMaximumGetsNoGradientEither() {
    Tensor a = vector(repeated(1, -1)).variable();
    Tensor b = vector(repeated(-1, 1)).variable();
    a.maximum(b).mul(INF).sum().backward();
    assertArrayEquals(repeated(INF, 0), a.grad().toFloats());
    assertArrayEquals(repeated(0, INF), b.grad().toFloats());
  }

  private static byte[] bytes(int... values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (byte) values[i];
    }
    return out;
  }

  /** PyTorch's rule beside a floating number; beside a whole one it wraps the number. */
  @Test
  void integersAreComparedWithTheNumberAsItIs() {
    Tensor u = engine().bytes(bytes(0, 1, 200, 255), 4);
    for (double above : new double[] {256, 300, 3e9, 1e300, Double.POSITIVE_INFINITY}) {
      assertAll(1, u.lt(above), u.le(above), u.ne(above), u.gt(-above), u.ge(-above));
      assertAll(0, u.gt(above), u.ge(above), u.eq(above), u.lt(-above), u.le(-above));
    }
    assertAll(1, u.ge(-1), u.gt(-1), u.ge(0), u.le(255), u.lt(256));
    Tensor i = engine().floats(new float[] {-0x1p31f, 0, 5}, 3).cast(DType.INT32);
    assertAll(1, i.lt(3e9), i.ge(-3e9), i.ge(-0x1p31), i.lt(0x1p31));
    assertAll(0, i.eq(3e9), i.gt(0x1p31));
    Tensor l = engine().longs(new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 0}, 3);
    assertAll(1, l.lt(0x1p63), l.ge(-0x1p63), l.gt(-0x1p64), l.ne(0x1p63));
    assertThrows(IllegalArgumentException.class, () -> u.lt(NAN));
    assertThrows(IllegalArgumentException.class, () -> u.add(INF));
    assertThrows(IllegalArgumentException.class, () -> l.mul(0x1p63));
  }

  private static void assertAll(int expected, Tensor... predicates) {
    for (int k = 0; k < predicates.length; k++) {
      for (byte b : predicates[k].toBytes()) {
        assertEquals(expected, b, "predicate " + k);
      }
    }
  }

  @Test
  void integersAreClampedToWhatOfTheRangeTheirTypeHas() {
    Tensor u = engine().bytes(bytes(0, 1, 200, 255), 4);
    assertArrayEquals(bytes(0, 1, 200, 255), u.clamp(-5, 300).toBytes());
    assertArrayEquals(bytes(10, 10, 200, 255), u.clamp(10, INF).toBytes());
    assertArrayEquals(bytes(0, 0, 0, 0), u.clamp(-7, -5).toBytes());
    assertArrayEquals(bytes(255, 255, 255, 255), u.clamp(300, 400).toBytes());
    Tensor i = engine().floats(new float[] {-0x1p31f, 0, 5}, 3).cast(DType.INT32);
    assertArrayEquals(new long[] {0, 0, 5}, i.clamp(0, 3e9).toLongs());
    Tensor l = engine().longs(new long[] {Long.MAX_VALUE, Long.MIN_VALUE, 0}, 3);
    assertArrayEquals(l.toLongs(), l.clamp(-0x1p63, 0x1p63).toLongs());
    assertArrayEquals(new long[] {Long.MAX_VALUE, 0, 0}, l.clamp(0, 1e300).toLongs());
  }

  /** Undefined in C++ and so in PyTorch. */
  @Test
  void floatsBecomeTheNearestIntegerOfTheTypeAndNanZero() {
    float[] x = {NAN, INF, -INF, 3e9f, -3e9f, 1e20f, -1e20f, 300, -1, -0.5f, 255.9f, 1.9f, -1.9f};
    long max = Integer.MAX_VALUE;
    long min = Integer.MIN_VALUE;
    for (DType from : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
      Tensor floats = vector(x).cast(from);
      long b = from == DType.FLOAT32 ? 255 : 256; // 255.9 in bfloat16 is 256
      assertArrayEquals(
          new long[] {0, max, min, max, min, max, min, 300, -1, 0, b, 1, -1},
          floats.cast(DType.INT32).toLongs());
      assertArrayEquals(
          new long[] {0, 255, 0, 255, 0, 255, 0, 255, 0, 0, 255, 1, 0},
          floats.cast(DType.UINT8).toLongs());
      long[] l = floats.cast(DType.INT64).toLongs();
      assertArrayEquals(new long[] {0, Long.MAX_VALUE, Long.MIN_VALUE}, Arrays.copyOf(l, 3));
      assertEquals(Long.MAX_VALUE, l[5]);
      assertEquals(Long.MIN_VALUE, l[6]);
      assertArrayEquals(
          new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, floats.cast(DType.BOOL).toLongs());
    }
    assertEquals(3_000_000_000L, vector(3e9f).cast(DType.INT64).toLongs()[0]);
  }

  @Test
  void integersBecomeNarrowerOnesByTheirLowBits() {
    Tensor l = engine().longs(new long[] {-1, 300, (1L << 40) + 7}, 3);
    assertArrayEquals(new long[] {-1, 300, 7}, l.cast(DType.INT32).toLongs());
    assertArrayEquals(bytes(255, 44, 7), l.cast(DType.UINT8).toBytes());
  }

  @Test
  void aTensorIsFilledWithWhatItsTypeHolds() {
    for (double wrong : new double[] {300, -1, NAN, INF}) {
      assertThrows(
          IllegalArgumentException.class, () -> engine().full(DType.UINT8, wrong, 2), "" + wrong);
      Tensor u = engine().bytes(bytes(1), 1);
      assertThrows(
          IllegalArgumentException.class,
          () -> u.pad(new long[] {1}, new long[] {1}, wrong),
          "" + wrong);
    }
    assertArrayEquals(bytes(255, 255), engine().full(DType.UINT8, 255, 2).toBytes());
    assertArrayEquals(bytes(1), engine().full(DType.BOOL, 300, 1).toBytes());
  }

  private record Attended(Tensor out, Tensor q, Tensor k, Tensor v) {}

  private Attended attend(Tensor blocked, boolean recorded) {
    Tensor q = tensor(random(1, 1, 2, 3, 4));
    Tensor k = tensor(random(2, 1, 2, 5, 4));
    Tensor v = tensor(random(3, 1, 2, 5, 4));
    if (!recorded) {
      return new Attended(Attention.scaledDotProduct(q, k, v, blocked, null), null, null, null);
    }
    List<Tensor> in = List.of(q.variable(), k.variable(), v.variable());
    Tensor out = Attention.scaledDotProduct(in.get(0), in.get(1), in.get(2), blocked, null);
    out.backward(tensor(random(4, 1, 2, 3, 4)));
    return new Attended(out, in.get(0).grad(), in.get(1).grad(), in.get(2).grad());
  }

  @Test
  void aQueryThatMayAttendNowhereGivesZeroAndNoGradientOnEveryPath() {
    byte[] mask = {0, 1, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0}; // the second of three queries
    Tensor blocked = engine().bools(mask, 1, 1, 3, 5);
    Attended trained = attend(blocked, true);
    float[] fused = attend(blocked, false).out.toFloats();
    float[] composed;
    try (var off = engine().withoutFusedKernels()) {
      composed = attend(blocked, false).out.toFloats();
    }
    float[] out = trained.out.toFloats();
    float[] queries = trained.q.toFloats();
    assertArrayEquals(out, composed, 1e-6f);
    assertArrayEquals(out, fused, 1e-6f);
    for (int m = 0; m < 2; m++) {
      for (int d = 0; d < 4; d++) {
        assertEquals(0, out[(m * 3 + 1) * 4 + d]);
        assertEquals(0, queries[(m * 3 + 1) * 4 + d]);
        assertTrue(out[m * 12 + d] != 0);
      }
    }
    // Keys and values get what they get where that query is not there.
    Tensor without = engine().bools(new byte[] {0, 1, 0, 0, 1, 0, 0, 0, 1, 0}, 1, 1, 2, 5);
    List<Tensor> in =
        List.of(
            tensor(random(1, 1, 2, 3, 4)).indexSelect(2, engine().longs(new long[] {0, 2}, 2)),
            tensor(random(2, 1, 2, 5, 4)).variable(),
            tensor(random(3, 1, 2, 5, 4)).variable());
    Attention.scaledDotProduct(in.get(0), in.get(1), in.get(2), without, null)
        .backward(
            tensor(random(4, 1, 2, 3, 4)).indexSelect(2, engine().longs(new long[] {0, 2}, 2)));
    assertArrayEquals(in.get(1).grad().toFloats(), trained.k.toFloats(), 1e-6f);
    assertArrayEquals(in.get(2).grad().toFloats(), trained.v.toFloats(), 1e-6f);
  }

  @Test
  void aMaskOfOneColumnOrOneValueBlocksWholeQueries() {
    Tensor column = engine().bools(new byte[] {0, 1, 0}, 3, 1);
    Attended trained = attend(column, true);
    float[] out = trained.out.toFloats();
    assertArrayEquals(out, attend(column, false).out.toFloats(), 1e-6f);
    assertEquals(0, out[4]);
    Tensor all = engine().full(DType.BOOL, 1);
    assertArrayEquals(new float[24], attend(all, true).out.toFloats());
    assertArrayEquals(new float[24], attend(all, false).out.toFloats());
    assertArrayEquals(new float[24], attend(all, true).q.toFloats());
  }

  private float[] sample(float[] image, float x, float y) {
    return engine()
        .floats(image, 1, 1, 2, 2)
        .gridSample(engine().floats(repeated(x, y), 1, 1, REPEATS, 2))
        .toFloats();
  }

  @Test
  void aSampleAtNoPlaceIsNanAndOneOutsideZeroWhateverTheImageHolds() {
    float[] infinite = {INF, NAN, INF, NAN};
    assertArrayEquals(repeated(0), sample(infinite, -5, 0));
    assertArrayEquals(repeated(0), sample(infinite, 1e30f, 1e30f));
    assertArrayEquals(repeated(2), sample(new float[] {NAN, 4, INF, 4}, 1, 0));
    for (float nowhere : new float[] {NAN, INF, -INF}) {
      assertArrayEquals(repeated(NAN), sample(new float[] {1, 2, 3, 4}, nowhere, 0));
      assertArrayEquals(repeated(NAN), sample(new float[] {1, 2, 3, 4}, 0, nowhere));
    }
  }

  @Test
  void gradientsOfASampleAtNoPlaceReachNoPixel() {
    Tensor image = engine().floats(new float[] {1, 2, 3, 4}, 1, 1, 2, 2).variable();
    Tensor grid = engine().floats(repeated(NAN, 0), 1, 1, REPEATS, 2).variable();
    image.gridSample(grid).sum().backward();
    assertArrayEquals(new float[4], image.grad().toFloats());
    assertArrayEquals(repeated(0, NAN), grid.grad().toFloats());
  }

  private record Deformed(Tensor out, Tensor values, Tensor locations, Tensor weights) {}

  /** One map of 3x3 of one head with two channels; one query with one point at (x,y). */
  private Deformed deform(float[] values, float x, float y, float weight) {
    Tensor v = engine().floats(values, 1, 9, 1, 2).variable();
    Tensor l = engine().floats(new float[] {x, y}, 1, 1, 1, 1, 1, 2).variable();
    Tensor w = engine().floats(new float[] {weight}, 1, 1, 1, 1, 1).variable();
    Tensor out = DeformableSampling.sample(v, new int[] {3}, new int[] {3}, l, w);
    out.backward(engine().floats(new float[] {1, 2}, 1, 1, 2));
    return new Deformed(out, v.grad(), l.grad(), w.grad());
  }

  @Test
  void fusedAndComposedDeformableSamplingAgreeOnNonFiniteNumbers() {
    float[] plain = new float[18];
    float[] infinite = new float[18];
    for (int i = 0; i < 18; i++) {
      plain[i] = i + 1;
      infinite[i] = i < 2 ? INF : i > 15 ? NAN : i + 1; // the first and the last pixel
    }
    for (float[] values : new float[][] {plain, infinite}) {
      // Inside, on each border, outside, and nowhere.
      for (float x : new float[] {0.5f, 0.1f, 0.9f, -0.1f, 1.1f, -3, NAN, INF, -INF}) {
        for (float y : new float[] {0.45f, 0.05f, 0.95f, 1.05f, 7, NAN}) {
          assertSame(values, x, y, 0.25f);
        }
      }
    }
  }

  private void assertSame(float[] values, float x, float y, float weight) {
    Deformed fused = deform(values, x, y, weight);
    Deformed composed;
    try (var off = engine().withoutFusedKernels()) {
      composed = deform(values, x, y, weight);
    }
    String at = "at " + x + ", " + y + " of weight " + weight;
    assertArrayEquals(composed.out.toFloats(), fused.out.toFloats(), 1e-4f, at);
    assertArrayEquals(composed.values.toFloats(), fused.values.toFloats(), 1e-4f, at);
    assertArrayEquals(composed.locations.toFloats(), fused.locations.toFloats(), 1e-3f, at);
    assertArrayEquals(composed.weights.toFloats(), fused.weights.toFloats(), 1e-3f, at);
  }

  @Test
  void deformableSamplingMultipliesTheSampleByItsWeightWhateverThatIs() {
    float[] values = new float[18];
    Arrays.fill(values, 2);
    for (float weight : new float[] {NAN, INF, -INF}) {
      for (float x : new float[] {0.5f, 0.1f, -3}) {
        float[] fused = deform(values, x, 0.5f, weight).out.toFloats();
        try (var off = engine().withoutFusedKernels()) {
          assertArrayEquals(
              deform(values, x, 0.5f, weight).out.toFloats(), fused, x + " " + weight);
        }
      }
    }
  }

  @Test
  void aDivergedLocationShows() {
    float[] values = new float[18];
    assertTrue(Float.isNaN(deform(values, NAN, 0.5f, 1).out.toFloats()[0]));
    assertFalse(Float.isNaN(deform(values, 2, 0.5f, 1).out.toFloats()[0]));
  }

  @Test
  void aLinearLayerOfNothingGivesItsBias() {
    Tensor x = engine().zeros(2, 3, 0).variable();
    Tensor w = engine().zeros(2, 0).variable();
    Tensor b = vector(1, 2).variable();
    Tensor y = x.linear(w, b);
    assertArrayEquals(new float[] {1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2}, y.toFloats());
    y.sum().backward();
    assertArrayEquals(new float[] {6, 6}, b.grad().toFloats());
    assertArrayEquals(new long[] {2, 3, 0}, x.grad().shape());
    assertArrayEquals(new float[4], engine().zeros(2, 0).linear(w, null).toFloats());
  }

  @Test
  void poolingTakesAFloat32GradientOfABfloat16Result() {
    Tensor ones = engine().full(1, 1, 1, 1, 1);
    Tensor x = engine().floats(new float[] {1, 2, 3, 4}, 1, 1, 2, 2).cast(DType.BFLOAT16);
    Tensor max = x.variable();
    max.maxPool2d(Pool2dSpec.of(2, 2, 0)).backward(ones);
    assertArrayEquals(new float[] {0, 0, 0, 1}, max.grad().toFloats());
    Tensor average = x.variable();
    average.avgPool2d(Pool2dSpec.of(2, 2, 0)).backward(ones);
    assertArrayEquals(new float[] {0.25f, 0.25f, 0.25f, 0.25f}, average.grad().toFloats());
  }

  @Test
  void integersHaveNoSoftmaxAndAreNoGradients() {
    Tensor l = engine().longs(new long[] {1, 2}, 2);
    Tensor b = engine().full(DType.BOOL, 1, 2);
    assertThrows(IllegalArgumentException.class, () -> l.softmax(0));
    assertThrows(IllegalArgumentException.class, () -> b.softmax(0));
    assertThrows(IllegalArgumentException.class, () -> l.logSoftmax(0));
    Tensor x = vector(1, 2).variable();
    Tensor y = x.mul(2);
    assertThrows(IllegalArgumentException.class, () -> y.backward(l));
    y.backward(vector(1, 1));
    assertArrayEquals(new float[] {2, 2}, x.grad().toFloats());
  }
}
