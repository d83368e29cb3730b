package org.maskwright.engine.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.ReduceOp;

/** Kernels against plain loops, at sizes that reach their tiled, blocked and split paths. */
class KernelTest {
  private static final double TOLERANCE = 1e-4;

  private Backend backend;
  private Fixtures fixtures;

  @BeforeEach
  void open() {
    backend = new Nd4jBackendProvider().create("auto", 2);
    fixtures = new Fixtures(backend);
  }

  @AfterEach
  void close() {
    backend.close();
  }

  @ParameterizedTest
  @CsvSource({
    "3,4,5,6, 0,2,3,1",
    "2,40,33,1, 0,3,2,1",
    "1,64,50,9, 0,2,1,3",
    "5,70,2,65, 3,2,1,0",
    "7,1,9,11, 1,0,3,2",
    "2,300,80,3, 0,3,2,1"
  })
  void permuteMovesEveryElement(int a, int b, int c, int d, int p, int q, int r, int s) {
    long[] shape = {a, b, c, d};
    int[] order = {p, q, r, s};
    DeviceArray x = fixtures.random(shape);
    double[] in = fixtures.values(x);
    DeviceArray y = backend.permute(x, order);
    double[] out = fixtures.values(y);
    int[] strides = Extents.strides(shape);
    long[] outShape = backend.shapeOf(y);
    int at = 0;
    for (int i = 0; i < outShape[0]; i++) {
      for (int j = 0; j < outShape[1]; j++) {
        for (int k = 0; k < outShape[2]; k++) {
          for (int l = 0; l < outShape[3]; l++) {
            int from = i * strides[p] + j * strides[q] + k * strides[r] + l * strides[s];
            assertEquals(in[from], out[at++]);
          }
        }
      }
    }
  }

  @Test
  void movementKeepsEveryElementWidth() {
    for (DType dtype : DType.values()) {
      DeviceArray x =
          backend.cast(backend.fromLongs(new long[] {1, 0, 3, 4, 5, 6}, new long[] {2, 3}), dtype);
      boolean bool = dtype == DType.BOOL;
      float[] t = bool ? new float[] {1, 1, 0, 1, 1, 1} : new float[] {1, 4, 0, 5, 3, 6};
      assertArrayEquals(t, backend.toFloats(backend.permute(x, new int[] {1, 0})));
      float[] every = bool ? new float[] {1, 1, 1, 1} : new float[] {1, 3, 4, 6};
      assertArrayEquals(every, backend.toFloats(backend.slice(x, 1, 0, 3, 2)));
      DeviceArray padded = backend.pad(x, new long[] {0, 1}, new long[] {0, 0}, 0);
      float[] p = bool ? new float[] {0, 1, 0, 1} : new float[] {0, 1, 0, 3};
      assertArrayEquals(p, Arrays.copyOf(backend.toFloats(padded), 4));
      DeviceArray joined = backend.concat(new DeviceArray[] {x, x}, 1);
      assertArrayEquals(new long[] {2, 6}, backend.shapeOf(joined));
    }
  }

  @ParameterizedTest
  @CsvSource({"1,7,5000", "3000,1,7", "64,33,65", "5,3000,20", "2,2,70000"})
  void reductionsOverAnyAxesEqualPlainLoops(int a, int b, int c) {
    DeviceArray x = fixtures.random(a, b, c);
    double[] in = fixtures.values(x);
    for (int mask = 0; mask < 8; mask++) {
      int[] dims = new int[Integer.bitCount(mask)];
      for (int i = 0, n = 0; i < 3; i++) {
        if ((mask >> i & 1) == 1) {
          dims[n++] = i;
        }
      }
      int na = (mask & 1) == 0 ? a : 1;
      int nb = (mask & 2) == 0 ? b : 1;
      int nc = (mask & 4) == 0 ? c : 1;
      double[] sum = new double[na * nb * nc];
      double[] max = new double[na * nb * nc];
      Arrays.fill(max, -2);
      for (int i = 0; i < in.length; i++) {
        int o = (i / (b * c) % na * nb + i / c % b % nb) * nc + i % c % nc;
        sum[o] += in[i];
        max[o] = Math.max(max[o], in[i]);
      }
      double[] gotSum = fixtures.values(backend.reduce(ReduceOp.SUM, x, dims, true));
      double[] gotMax = fixtures.values(backend.reduce(ReduceOp.MAX, x, dims, true));
      assertArrayEquals(sum, gotSum, 2e-3, "sum over " + Arrays.toString(dims));
      assertArrayEquals(max, gotMax, 0, "max over " + Arrays.toString(dims));
    }
  }

  @ParameterizedTest
  @CsvSource({
    // batch, in, out, height, width, kernelH, kernelW, stride, pad, dilation, groups
    "2,3,4,9,11,3,3,1,1,1,1",
    "1,4,6,8,7,1,1,1,0,1,2",
    "2,4,4,13,12,3,3,2,1,1,1",
    "1,3,8,17,16,7,7,2,3,1,1",
    "1,6,6,9,9,3,3,1,2,2,6",
    "2,5,3,8,8,4,4,4,0,1,1",
    "1,2,2,6,9,5,1,1,0,1,1",
    "1,3,2,5,5,1,1,2,0,1,1",
    "1,40,20,70,66,3,3,1,1,1,1",
    "2,2,3,1,1,3,3,1,1,1,1",
    "1,2,2,5,5,3,3,1,4,1,1",
    // each channel by itself
    "2,5,5,9,11,3,3,1,1,1,5",
    "3,4,4,13,12,5,3,2,1,1,4",
    "1,3,3,17,40,3,5,1,4,2,3",
    "2,3,3,1,1,1,1,4,2,1,3",
    "2,2,2,70,66,3,3,3,0,2,2",
    "1,64,64,40,40,3,3,1,1,1,64",
    "1,3,3,6,9,2,2,2,0,1,3",
    "1,3,6,6,9,3,3,1,1,1,3"
  })
  void convolutionEqualsPlainLoopsAndItsGradientsAreAdjoint(
      int n, int in, int out, int h, int w, int kh, int kw, int stride, int pad, int dil, int g) {
    Conv2dSpec spec = new Conv2dSpec(stride, stride, pad, pad, dil, dil, g);
    DeviceArray x = fixtures.random(n, in, h, w);
    DeviceArray k = fixtures.random(out, in / g, kh, kw);
    DeviceArray b = fixtures.random(out);
    DeviceArray y = backend.conv2d(x, k, b, spec);
    int oh = backend.shapeOf(y).length == 4 ? (int) backend.shapeOf(y)[2] : -1;
    int ow = (int) backend.shapeOf(y)[3];
    double[] xs = fixtures.values(x);
    double[] ks = fixtures.values(k);
    double[] bs = fixtures.values(b);
    double[] expected = new double[n * out * oh * ow];
    for (int i = 0; i < expected.length; i++) {
      int ox = i % ow;
      int oy = i / ow % oh;
      int o = i / (ow * oh) % out;
      int image = i / (ow * oh * out);
      int firstInput = o / (out / g) * (in / g);
      double sum = bs[o];
      for (int c = 0; c < in / g; c++) {
        for (int p = 0; p < kh; p++) {
          for (int q = 0; q < kw; q++) {
            int iy = oy * stride - pad + p * dil;
            int ix = ox * stride - pad + q * dil;
            if (iy >= 0 && iy < h && ix >= 0 && ix < w) {
              sum +=
                  xs[((image * in + firstInput + c) * h + iy) * w + ix]
                      * ks[((o * (in / g) + c) * kh + p) * kw + q];
            }
          }
        }
      }
      expected[i] = sum;
    }
    assertArrayEquals(expected, fixtures.values(y), TOLERANCE);

    // conv is linear in x and in w: <conv(x', w), grad> = <x', dx>, <conv(x, w'), grad> = <w', dw>.
    DeviceArray grad = fixtures.random(backend.shapeOf(y));
    DeviceArray[] grads = backend.conv2dBackward(grad, x, k, spec, true, true, true);
    DeviceArray otherX = fixtures.random(backend.shapeOf(x));
    DeviceArray otherK = fixtures.random(backend.shapeOf(k));
    double scale = 1 + Math.sqrt(expected.length * (double) in * kh * kw);
    assertEquals(
        fixtures.dot(backend.conv2d(otherX, k, null, spec), grad),
        fixtures.dot(otherX, grads[0]),
        1e-5 * scale);
    assertEquals(
        fixtures.dot(backend.conv2d(x, otherK, null, spec), grad),
        fixtures.dot(otherK, grads[1]),
        1e-5 * scale);
    double[] gs = fixtures.values(grad);
    double[] db = new double[out];
    for (int i = 0; i < gs.length; i++) {
      db[i / (oh * ow) % out] += gs[i];
    }
    assertArrayEquals(db, fixtures.values(grads[2]), 1e-3);
  }

  @ParameterizedTest
  @CsvSource({
    "1,7,5,9",
    "3,64,65,66",
    "20,3,4,5",
    "1,300,2,700",
    "2,1,300,1",
    "0,2,3,4",
    "2,3,0,4"
  })
  void matrixProductEqualsPlainLoopsForAllTransposes(int batch, int m, int k, int n) {
    for (int mode = 0; mode < 4; mode++) {
      boolean ta = (mode & 1) == 1;
      boolean tb = (mode & 2) == 2;
      DeviceArray a = ta ? fixtures.random(batch, k, m) : fixtures.random(batch, m, k);
      DeviceArray b = tb ? fixtures.random(batch, n, k) : fixtures.random(batch, k, n);
      double[] x = fixtures.values(a);
      double[] y = fixtures.values(b);
      double[] expected = new double[batch * m * n];
      for (int i = 0; i < expected.length; i++) {
        int column = i % n;
        int row = i / n % m;
        int item = i / (m * n);
        for (int j = 0; j < k; j++) {
          expected[i] +=
              x[item * m * k + (ta ? j * m + row : row * k + j)]
                  * y[item * k * n + (tb ? column * k + j : j * n + column)];
        }
      }
      DeviceArray c = backend.matmul(a, b, ta, tb);
      assertArrayEquals(new long[] {batch, m, n}, backend.shapeOf(c));
      assertArrayEquals(expected, fixtures.values(c), TOLERANCE);
    }
  }

  @ParameterizedTest
  @EnumSource(ResizeMode.class)
  void resizeGradientIsAdjoint(ResizeMode mode) {
    int[][] sizes = {{5, 7, 11, 3}, {4, 4, 8, 8}, {1, 1, 3, 5}, {6, 9, 6, 9}, {40, 30, 17, 64}};
    for (int[] s : sizes) {
      DeviceArray x = fixtures.random(2, 3, s[0], s[1]);
      DeviceArray grad = fixtures.random(2, 3, s[2], s[3]);
      assertEquals(
          fixtures.dot(backend.resize(x, s[2], s[3], mode), grad),
          fixtures.dot(x, backend.resizeBackward(grad, s[0], s[1], mode)),
          1e-3);
    }
  }

  @ParameterizedTest
  @EnumSource(ResizeMode.class)
  void resizeToTheSameSizeIsTheIdentity(ResizeMode mode) {
    DeviceArray x = fixtures.random(1, 2, 5, 6);
    assertArrayEquals(fixtures.values(x), fixtures.values(backend.resize(x, 5, 6, mode)), 1e-6);
  }

  @Test
  void gridSampleGradientForTheImageIsAdjoint() {
    DeviceArray x = fixtures.random(2, 5, 9, 12);
    DeviceArray grid = backend.binaryScalar(BinaryOp.MUL, fixtures.random(2, 30, 40, 2), 1.3);
    DeviceArray grad = fixtures.random(2, 5, 30, 40);
    assertEquals(
        fixtures.dot(backend.gridSample(x, grid), grad),
        fixtures.dot(x, backend.gridSampleBackward(grad, x, grid, true, false)[0]),
        1e-3);
  }

  @Test
  void gridSampleOfFarPointsIsZeroAndOfInfiniteOrMissingOnesNan() {
    DeviceArray x = fixtures.random(1, 2, 3, 3);
    float far = 1e30f;
    float nan = Float.NaN;
    float[] points = {far, 0, -far, 0, nan, 0, 0, Float.POSITIVE_INFINITY};
    DeviceArray grid = backend.fromFloats(points, new long[] {1, 1, 4, 2});
    assertArrayEquals(
        new float[] {0, 0, nan, nan, 0, 0, nan, nan},
        backend.toFloats(backend.gridSample(x, grid)));
  }

  @Test
  void poolingGradientsAreAdjoint() {
    Pool2dSpec spec = Pool2dSpec.of(3, 2, 1);
    DeviceArray x = fixtures.random(2, 3, 13, 10);
    DeviceArray[] max = backend.maxPool2d(x, spec);
    DeviceArray grad = fixtures.random(backend.shapeOf(max[0]));
    assertEquals(
        fixtures.dot(max[0], grad),
        fixtures.dot(x, backend.maxPool2dBackward(grad, x, max[1], spec)),
        1e-4);
    assertEquals(
        fixtures.dot(backend.avgPool2d(x, spec), grad),
        fixtures.dot(x, backend.avgPool2dBackward(grad, x, spec)),
        1e-4);
  }

  @Test
  void softmaxOverAnyAxisSumsToOneAndMatchesItsLogarithm() {
    for (long[] shape : new long[][] {{3000, 3}, {3, 5000}, {2, 300, 70}, {4, 3, 2000}}) {
      for (int dim = 0; dim < shape.length; dim++) {
        DeviceArray x = fixtures.random(shape);
        DeviceArray y = backend.softmax(x, dim);
        double[] log = fixtures.values(backend.logSoftmax(x, dim));
        double[] probs = fixtures.values(y);
        for (int i = 0; i < log.length; i++) {
          assertEquals(Math.log(probs[i]), log[i], 1e-5);
        }
        for (double sum :
            fixtures.values(backend.reduce(ReduceOp.SUM, y, new int[] {dim}, false))) {
          assertEquals(1, sum, 1e-5);
        }
        // The gradient of a softmax does not change the sum.
        DeviceArray dx = backend.softmaxBackward(fixtures.random(shape), y, dim);
        for (double sum :
            fixtures.values(backend.reduce(ReduceOp.SUM, dx, new int[] {dim}, false))) {
          assertEquals(0, sum, 1e-5);
        }
      }
    }
  }

  @Test
  void topKEqualsAStableSort() {
    Random random = new Random(3);
    int n = 500;
    float[] data = new float[n];
    for (int i = 0; i < n; i++) {
      data[i] = random.nextInt(50) - 25;
    }
    data[17] = Float.NaN;
    data[18] = -0f;
    Integer[] order = new Integer[n];
    Arrays.setAll(order, i -> i);
    // Float.compare puts NaN first as wanted, but -0 below 0: compare it as 0.
    Arrays.sort(order, (i, j) -> Float.compare(data[j] + 0f, data[i] + 0f));
    for (int k : new int[] {0, 1, 7, 499, 500}) {
      DeviceArray[] top = backend.topK(backend.fromFloats(data, new long[] {n}), k);
      long[] indices = backend.toLongs(top[1]);
      for (int i = 0; i < k; i++) {
        assertEquals((long) order[i], indices[i]);
        assertEquals(data[order[i]], backend.toFloats(top[0])[i]);
      }
    }
    DeviceArray best = backend.argMax(backend.fromFloats(data, new long[] {n}), 0);
    assertEquals(17, backend.toLongs(best)[0]);
  }
}
