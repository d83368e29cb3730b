package org.maskwright.engine.nd4j.operations;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;

/** Random arguments of a call, the same on every engine for the same stream. */
final class Draw {
  private static final DType[] DTYPES = DType.values();
  private static final float[] ODD = {
    Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0f, 0, 1e-30f, 1e4f
  };

  private final Engine engine;
  private final RandomStream random;
  private final List<Tensor> variables = new ArrayList<>();

  Draw(Engine engine, RandomStream random) {
    this.engine = engine;
    this.random = random;
  }

  Engine engine() {
    return engine;
  }

  /** Those whose gradients count. */
  List<Tensor> variables() {
    return variables;
  }

  boolean coin() {
    return random.nextInt(2) == 0;
  }

  /** In [low,high]. */
  int of(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  /** Axes of 1 to 4 elements, rarely of none. */
  long[] shape(int rank) {
    long[] shape = new long[rank];
    boolean mayBeEmpty = random.nextInt(8) == 0;
    Arrays.setAll(shape, i -> of(mayBeEmpty ? 0 : 1, 4));
    return shape;
  }

  /** Of 0 to 4 axes. */
  long[] shape() {
    return shape(of(0, 4));
  }

  /** A shape that broadcasts with another: fewer axes, or some of length 1. */
  long[] beside(long... shape) {
    long[] out = Arrays.copyOfRange(shape, of(0, shape.length), shape.length);
    for (int i = 0; i < out.length; i++) {
      out[i] = random.nextInt(3) == 0 ? 1 : out[i];
    }
    if (random.nextInt(4) == 0) {
      long[] more = new long[out.length + 1];
      more[0] = of(1, 2);
      System.arraycopy(out, 0, more, 1, out.length);
      return more;
    }
    return out;
  }

  /** An axis of a tensor, which has one. */
  int axis(Tensor x) {
    return of(0, x.rank() - 1);
  }

  /** Some axes, at least one. */
  int[] axes(Tensor x) {
    int first = axis(x);
    int last = of(first, x.rank() - 1);
    return coin() || first == last ? new int[] {first} : new int[] {first, last};
  }

  /** In [-2,2), often with many that are equal. */
  Tensor floats(long... shape) {
    return floats(false, shape);
  }

  /** Some of them not finite, or zeros of either sign. */
  Tensor oddFloats(long... shape) {
    return floats(coin(), shape);
  }

  private Tensor floats(boolean odd, long... shape) {
    boolean coarse = coin();
    float[] values = new float[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    for (int i = 0; i < values.length; i++) {
      float value = (float) (4 * random.nextDouble() - 2);
      values[i] = coarse ? Math.round(value * 2) / 2f : value;
      if (odd && random.nextInt(4) == 0) {
        values[i] = ODD[random.nextInt(ODD.length)];
      }
    }
    return engine.floats(values, shape);
  }

  /** Of any type; of a type of floating numbers some are not finite. */
  Tensor any(long... shape) {
    return any(DTYPES[random.nextInt(DTYPES.length)], shape);
  }

  /** Numbers of 0 to 255 where the type has no sign. */
  Tensor any(DType dtype, long... shape) {
    return dtype.isFloating()
        ? oddFloats(shape).cast(dtype)
        : floats(shape).mul(dtype == DType.UINT8 ? -60 : 1000).cast(dtype);
  }

  /** An argument whose gradient is compared, too. */
  Tensor variable(long... shape) {
    Tensor x = floats(shape).variable();
    variables.add(x);
    return x;
  }

  /** Whole numbers of 0 to {@code length - 1}. */
  Tensor index(long length, long... shape) {
    long[] values = new long[(int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
    Arrays.setAll(values, i -> random.nextInt((int) length));
    return engine.longs(values, shape);
  }
}
