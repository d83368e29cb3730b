package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.MemoryLimit;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.AdamWArrays;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.ReduceOp;
import org.maskwright.engine.spi.UnaryOp;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

class TorchBackendTest {
  private static Backend backend;

  @BeforeAll
  static void open() {
    BackendProvider provider =
        ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(p -> p.name().equals("torch"))
            .findFirst()
            .orElseThrow();
    assertTrue(provider.unavailableBecause().isEmpty());
    backend = provider.create("auto", 2);
  }

  @AfterEach
  void everyArrayWasFreed() {
    assertEquals(0, backend.memory().liveArrays());
    assertEquals(0, backend.memory().liveBytes());
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static DeviceArray floats(long[] shape) {
    int size = 1;
    for (long length : shape) {
      size *= (int) length;
    }
    float[] data = new float[size];
    for (int i = 0; i < size; i++) {
      data[i] = (float) Math.sin(1.7 * i + 0.3) * 2;
    }
    return backend.fromFloats(data, shape);
  }

  private static void release(DeviceArray... arrays) {
    for (DeviceArray array : arrays) {
      if (array != null) {
        array.release();
      }
    }
  }

  /** The numbers of an array, which is released. */
  private static float[] take(DeviceArray a) {
    float[] data = backend.toFloats(a);
    a.release();
    return data;
  }

  @Test
  void descriptionNamesVersionThreadsAndVectorInstructions() {
    assertTrue(
        backend.description().matches("LibTorch 2\\.10\\.0 .*cpu, 2 threads, .+"),
        backend.description());
  }

  @Test
  void hostArrayIsCopiedNotShared() {
    INDArray host = Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}});
    DeviceArray a = backend.fromHost(host);
    host.putScalar(1, 2, 60);
    host.close();
    assertArrayEquals(new long[] {2, 3}, backend.shapeOf(a));
    assertArrayEquals(new float[] {1, 2, 3, 4, 5, 6}, take(a));
  }

  @Test
  void hostViewsAndColumnMajorArraysArriveInRowMajorOrder() {
    INDArray host = Nd4j.arange(24).castTo(org.nd4j.linalg.api.buffer.DataType.FLOAT);
    INDArray table = host.reshape(4, 6);
    INDArray rows = table.get(NDArrayIndex.interval(2, 4), NDArrayIndex.all());
    assertArrayEquals(rows.dup('c').ravel().toFloatVector(), take(backend.fromHost(rows)));
    INDArray columns = table.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 2, 6));
    assertArrayEquals(columns.dup('c').ravel().toFloatVector(), take(backend.fromHost(columns)));
    INDArray turned = table.transpose();
    assertArrayEquals(turned.dup('c').ravel().toFloatVector(), take(backend.fromHost(turned)));
    INDArray fortran = table.dup('f');
    assertArrayEquals(table.ravel().toFloatVector(), take(backend.fromHost(fortran)));
  }

  @Test
  void copiesOfHostArraysAreOwnedAndCounted() {
    INDArray turned = Nd4j.createFromArray(new float[][] {{1, 2, 3}, {4, 5, 6}}).transpose();
    DeviceArray a = backend.fromHost(turned);
    assertEquals(24, backend.memory().liveBytes());
    turned.putScalar(0, 0, 60);
    assertArrayEquals(new float[] {1, 4, 2, 5, 3, 6}, take(a));
  }

  @Test
  void viewOutlivesTheFirstHandle() {
    DeviceArray a = backend.fromHost(Nd4j.createFromArray(new float[] {1, 2, 3, 4}));
    DeviceArray tail = backend.slice(a, 0, 2, 4, 1);
    a.release();
    System.gc();
    assertArrayEquals(new float[] {3, 4}, take(tail));
  }

  @Test
  void dtypesKeepTheirNumbersThroughTheHost() {
    DeviceArray longs = backend.fromLongs(new long[] {1, -2, 1L << 40}, new long[] {3});
    INDArray host = backend.toHost(longs);
    assertEquals(1L << 40, host.getLong(2));
    DeviceArray again = backend.fromHost(host);
    assertArrayEquals(new long[] {1, -2, 1L << 40}, backend.toLongs(again));
    DeviceArray bytes = backend.fromBytes(new byte[] {0, (byte) 200}, DType.UINT8, new long[] {2});
    assertArrayEquals(new float[] {0, 200}, backend.toFloats(bytes));
    assertEquals(200, backend.toHost(bytes).getInt(1));
    DeviceArray bools = backend.cast(bytes, DType.BOOL);
    assertArrayEquals(new byte[] {0, 1}, backend.toBytes(bools));
    DeviceArray half = backend.full(new long[] {2}, DType.BFLOAT16, 1.5);
    assertEquals(1.5f, backend.toHost(half).getFloat(1));
    DeviceArray scalar = backend.full(new long[0], DType.FLOAT32, 7);
    assertEquals(0, backend.toHost(scalar).rank());
    assertEquals(7f, backend.toHost(scalar).getFloat(0));
    DeviceArray scalarAgain = backend.fromHost(backend.toHost(scalar));
    assertArrayEquals(new long[0], backend.shapeOf(scalarAgain));
    DeviceArray empty = backend.full(new long[] {0, 3}, DType.FLOAT32, 7);
    assertArrayEquals(new long[] {0, 3}, backend.toHost(empty).shape());
    DeviceArray emptyAgain = backend.fromHost(backend.toHost(empty));
    assertArrayEquals(new long[] {0, 3}, backend.shapeOf(emptyAgain));
    release(longs, again, bytes, bools, half, scalar, scalarAgain, empty, emptyAgain);
  }

  @Test
  void javaKernelsReadAndWriteTheArraysMemory() {
    DeviceArray a = floats(new long[] {2, 3});
    FloatBuffer memory = backend.hostFloats(a);
    assertEquals(6, memory.limit());
    memory.put(5, 42f);
    assertEquals(42f, backend.toFloats(a)[5]);
    DeviceArray turned = backend.permute(a, new int[] {1, 0});
    assertNull(backend.hostFloats(turned));
    DeviceArray dense = backend.contiguous(turned);
    assertNotNull(backend.hostFloats(dense));
    release(a, turned, dense);
  }

  @Test
  void viewsCostNoBytes() {
    DeviceArray a = floats(new long[] {4, 6});
    long bytes = backend.memory().liveBytes();
    DeviceArray b = backend.reshape(a, new long[] {2, 12});
    DeviceArray c = backend.slice(b, 1, 0, 12, 5);
    DeviceArray d = backend.expand(a, new long[] {3, 4, 6});
    assertEquals(bytes, backend.memory().liveBytes());
    assertArrayEquals(new long[] {2, 3}, backend.shapeOf(c));
    a.release();
    assertEquals(bytes, backend.memory().liveBytes(), "the views still hold the memory");
    release(b, c, d);
  }

  @ParameterizedTest
  @EnumSource(UnaryOp.class)
  void unaryOpsKeepTheShape(UnaryOp op) {
    for (long[] shape : new long[][] {{2, 3}, {}, {0, 4}}) {
      DeviceArray x = floats(shape);
      DeviceArray y = backend.unary(op, x);
      assertArrayEquals(shape, backend.shapeOf(y));
      release(x, y);
    }
  }

  @ParameterizedTest
  @EnumSource(BinaryOp.class)
  void scalarFormEqualsArrayForm(BinaryOp op) {
    boolean logical = op == BinaryOp.AND || op == BinaryOp.OR;
    DType dtype = logical ? DType.BOOL : DType.FLOAT32;
    DeviceArray wave = floats(new long[] {2, 3});
    DeviceArray positive = backend.unary(UnaryOp.ABS, wave);
    DeviceArray a = backend.cast(positive, dtype);
    DeviceArray b = backend.full(new long[] {3}, dtype, 1);
    assertArrayEquals(take(backend.binary(op, a, b)), take(backend.binaryScalar(op, a, 1)));
    release(wave, positive, a, b);
  }

  @Test
  void integersStayIntegersUnderScalars() {
    DeviceArray a = backend.fromLongs(new long[] {-7, 7, 1L << 53}, new long[] {3});
    DeviceArray sum = backend.binaryScalar(BinaryOp.ADD, a, 1);
    assertArrayEquals(new long[] {-6, 8, (1L << 53) + 1}, backend.toLongs(sum));
    DeviceArray large = backend.binaryScalar(BinaryOp.GT, sum, 1L << 53);
    assertArrayEquals(new long[] {0, 0, 1}, backend.toLongs(large), "compared as integers");
    release(a, sum, large);
  }

  @Test
  void reductionOverNoAxisChangesNothing() {
    DeviceArray a = floats(new long[] {2, 3});
    for (ReduceOp op : new ReduceOp[] {ReduceOp.SUM, ReduceOp.MEAN, ReduceOp.MAX}) {
      DeviceArray same = backend.reduce(op, a, new int[0], false);
      assertArrayEquals(backend.toFloats(a), take(same));
    }
    release(a);
  }

  @Test
  void convolutionEqualsLoopsAndComputesOnlyTheGradientsAskedFor() {
    int channels = 3;
    int outputs = 4;
    int size = 5;
    DeviceArray x = floats(new long[] {2, channels, size, size});
    DeviceArray w = floats(new long[] {outputs, channels, 3, 3});
    DeviceArray b = floats(new long[] {outputs});
    DeviceArray y = backend.conv2d(x, w, b, Conv2dSpec.of(2, 1));
    assertArrayEquals(new long[] {2, outputs, 3, 3}, backend.shapeOf(y));
    float[] xs = backend.toFloats(x);
    float[] ws = backend.toFloats(w);
    float[] expected = new float[2 * outputs * 9];
    for (int i = 0; i < expected.length; i++) {
      int column = i % 3;
      int row = i / 3 % 3;
      int out = i / 9 % outputs;
      int image = i / 9 / outputs;
      double sum = backend.toFloats(b)[out];
      for (int c = 0; c < channels; c++) {
        for (int k = 0; k < 9; k++) {
          int r = 2 * row + k / 3 - 1;
          int q = 2 * column + k % 3 - 1;
          if (r >= 0 && r < size && q >= 0 && q < size) {
            sum +=
                (double) xs[((image * channels + c) * size + r) * size + q]
                    * ws[(out * channels + c) * 9 + k];
          }
        }
      }
      expected[i] = (float) sum;
    }
    assertArrayEquals(expected, backend.toFloats(y), 1e-5f);
    for (int bits = 1; bits < 8; bits++) {
      boolean needX = (bits & 1) != 0;
      boolean needW = (bits & 2) != 0;
      boolean needB = (bits & 4) != 0;
      DeviceArray[] parts =
          backend.conv2dBackward(y, x, w, Conv2dSpec.of(2, 1), needX, needW, needB);
      assertEquals(needX, parts[0] != null);
      assertEquals(needW, parts[1] != null);
      assertEquals(needB, parts[2] != null);
      release(parts);
    }
    release(x, w, b, y);
  }

  @Test
  void softmaxGradientEqualsItsFormula() {
    DeviceArray x = floats(new long[] {3, 5});
    DeviceArray grad = backend.unary(UnaryOp.SIN, x);
    DeviceArray y = backend.softmax(x, 1);
    float[] g = backend.toFloats(grad);
    float[] s = backend.toFloats(y);
    float[] expected = new float[15];
    for (int i = 0; i < 15; i++) {
      double dot = 0;
      for (int j = 0; j < 5; j++) {
        dot += (double) g[i / 5 * 5 + j] * s[i / 5 * 5 + j];
      }
      expected[i] = (float) (s[i] * (g[i] - dot));
    }
    assertArrayEquals(expected, take(backend.softmaxBackward(grad, y, 1)), 1e-6f);
    DeviceArray logs = backend.logSoftmax(x, 1);
    for (int i = 0; i < 15; i++) {
      double sum = 0;
      for (int j = 0; j < 5; j++) {
        sum += g[i / 5 * 5 + j];
      }
      expected[i] = (float) (g[i] - s[i] * sum);
    }
    assertArrayEquals(expected, take(backend.logSoftmaxBackward(grad, logs, 1)), 1e-6f);
    release(x, grad, y, logs);
  }

  @Test
  void groupNormGradientOfChannelsLastEqualsThatOfRows() {
    DeviceArray image = floats(new long[] {2, 3, 9, 9});
    DeviceArray kernel = floats(new long[] {6, 3, 3, 3});
    DeviceArray w = floats(new long[] {6});
    DeviceArray x = backend.conv2d(image, kernel, null, Conv2dSpec.of(1, 1));
    DeviceArray grad = backend.unary(UnaryOp.SIN, x);
    assertNull(backend.hostFloats(x), "a convolution gives channels last");
    DeviceArray denseX = backend.contiguous(x);
    DeviceArray denseGrad = backend.contiguous(grad);
    DeviceArray[] y = backend.groupNorm(x, 3, w, w, 1e-5);
    DeviceArray[] last = backend.groupNormBackward(grad, x, 3, y[1], y[2], w, true, true);
    DeviceArray[] rows = backend.groupNormBackward(denseGrad, denseX, 3, y[1], y[2], w, true, true);
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(backend.toFloats(rows[i]), backend.toFloats(last[i]));
    }
    release(image, kernel, w, x, grad, denseX, denseGrad);
    release(y);
    release(last);
    release(rows);
  }

  @Test
  void attentionSkipsBlockedPositions() {
    DeviceArray q = floats(new long[] {1, 2, 3, 4});
    DeviceArray k = floats(new long[] {1, 2, 5, 4});
    DeviceArray v = floats(new long[] {1, 2, 5, 4});
    DeviceArray blocked =
        backend.fromBytes(new byte[] {0, 0, 0, 1, 1}, DType.BOOL, new long[] {1, 1, 1, 5});
    DeviceArray[] masked = backend.attention(q, k, v, blocked, 0.5, true);
    DeviceArray shortK = backend.slice(k, 2, 0, 3, 1);
    DeviceArray shortV = backend.slice(v, 2, 0, 3, 1);
    DeviceArray[] cut = backend.attention(q, shortK, shortV, null, 0.5, true);
    assertArrayEquals(backend.toFloats(cut[0]), backend.toFloats(masked[0]), 1e-6f);
    assertArrayEquals(backend.toFloats(cut[1]), backend.toFloats(masked[1]), 1e-6f);
    release(q, k, v, blocked, shortK, shortV);
    release(masked);
    release(cut);
  }

  /** In blocks of a query of a head, of some queries, of some heads, of all: the same numbers. */
  @ParameterizedTest
  @ValueSource(longs = {1, 12, 60, 100})
  void attentionInBlocksEqualsThatInOne(long together) {
    DeviceArray q = floats(new long[] {2, 3, 5, 4});
    DeviceArray k = floats(new long[] {2, 3, 6, 4});
    DeviceArray v = floats(new long[] {2, 3, 6, 7});
    byte[] bits = new byte[2 * 5 * 6];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = (byte) (i % 4 == 0 || i / 6 == 3 ? 1 : 0); // the fourth query nowhere
    }
    DeviceArray blocked = backend.fromBytes(bits, DType.BOOL, new long[] {2, 1, 5, 6});
    DeviceArray grad = floats(new long[] {2, 3, 5, 7});
    for (DeviceArray mask : new DeviceArray[] {null, blocked}) {
      DeviceArray[] whole = backend.attention(q, k, v, mask, 0.5, true);
      DeviceArray[] wholeBack =
          backend.attentionBackward(grad, q, k, v, mask, whole[0], whole[1], 0.5);
      try (Natives natives = new Natives(Device.CPU)) {
        BlockedAttention attention = new BlockedAttention(new Results(), natives, together);
        DeviceArray[] parts = attention.forward(q, k, v, mask, 0.5, true);
        DeviceArray[] back = attention.backward(grad, q, k, v, mask, parts[0], parts[1], 0.5);
        for (int i = 0; i < 2; i++) {
          assertArrayEquals(backend.toFloats(whole[i]), backend.toFloats(parts[i]), 1e-6f);
        }
        for (int i = 0; i < 3; i++) {
          assertArrayEquals(backend.toFloats(wholeBack[i]), backend.toFloats(back[i]), 1e-5f);
        }
        release(parts);
        release(back);
      }
      release(whole);
      release(wholeBack);
    }
    release(q, k, v, blocked, grad);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 1000, 200_001})
  void adamWEqualsItsFormulaInOnePass(int size) {
    DeviceArray p = floats(new long[] {size});
    DeviceArray grad = floats(new long[] {size});
    DeviceArray m = backend.full(new long[] {size}, DType.FLOAT32, 0.1);
    DeviceArray v = backend.full(new long[] {size}, DType.FLOAT32, 0.2);
    AdamWStep step = new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.05, 3, 0.5);
    float[] before = backend.toFloats(p);
    float[] gradient = backend.toFloats(grad);
    backend.adamW(List.of(new AdamWArrays(p, grad, m, v)), step);
    float[] after = backend.toFloats(p);
    for (int i = 0; i < size; i += 997) {
      double g = 0.5 * gradient[i];
      double first = 0.9 * 0.1f + 0.1 * g;
      double second = 0.999 * 0.2f + 0.001 * g * g;
      double expected =
          before[i] * (1 - 1e-2 * 0.05)
              - 1e-2
                  / (1 - Math.pow(0.9, 3))
                  * first
                  / (Math.sqrt(second / (1 - Math.pow(0.999, 3))) + 1e-8);
      assertEquals(expected, after[i], 1e-6 * (1 + Math.abs(expected)));
    }
    assertArrayEquals(gradient, backend.toFloats(grad), "the gradient is left alone");
    release(p, grad, m, v);
  }

  /** Turned arrays have no buffer, as those on a GPU. */
  @Test
  void adamWOfArraysWithoutABufferEqualsTheKernel() {
    long[] shape = {7, 5};
    DeviceArray grad = floats(shape);
    DeviceArray[] expected = new DeviceArray[3];
    DeviceArray[] got = new DeviceArray[3];
    DeviceArray[] turned = new DeviceArray[3];
    for (int i = 0; i < 3; i++) {
      expected[i] = backend.full(shape, DType.FLOAT32, 0.1 * (i + 1));
      got[i] = backend.full(shape, DType.FLOAT32, 0.1 * (i + 1));
      turned[i] = backend.permute(got[i], new int[] {1, 0});
      assertNull(backend.hostFloats(turned[i]));
    }
    DeviceArray turnedGrad = backend.permute(grad, new int[] {1, 0});
    for (int t = 1; t <= 3; t++) {
      AdamWStep step = new AdamWStep(1e-2, 0.9, 0.999, 1e-8, 0.05, t, 0.5);
      backend.adamW(List.of(new AdamWArrays(expected[0], grad, expected[1], expected[2])), step);
      backend.adamW(List.of(new AdamWArrays(turned[0], turnedGrad, turned[1], turned[2])), step);
    }
    for (int i = 0; i < 3; i++) {
      assertArrayEquals(backend.toFloats(expected[i]), backend.toFloats(got[i]), 1e-6f);
    }
    release(expected);
    release(got);
    release(turned);
    release(grad, turnedGrad);
  }

  @Test
  void movingAverageInPlaceEqualsItsFormula() {
    DeviceArray a = backend.full(new long[] {3}, DType.FLOAT32, 2);
    DeviceArray b = backend.full(new long[] {3}, DType.FLOAT32, 10);
    backend.axpbyInto(a, 0.75, b, 0.25);
    assertArrayEquals(new float[] {4, 4, 4}, backend.toFloats(a), 1e-6f);
    backend.axpbyInto(a, 2, b, 3);
    assertArrayEquals(new float[] {38, 38, 38}, backend.toFloats(a), 1e-5f);
    release(a, b);
  }

  @Test
  void nativeErrorsNameOperationAndShapes() {
    DeviceArray a = floats(new long[] {2, 3});
    DeviceArray b = floats(new long[] {4, 5});
    EngineException error =
        assertThrows(EngineException.class, () -> backend.matmul(a, b, false, false));
    assertTrue(error.getMessage().contains("matmul(Float[2, 3], Float[4, 5])"), error.getMessage());
    assertTrue(!error.getMessage().contains("\n"), error.getMessage());
    release(a, b);
    assertThrows(EngineException.class, () -> backend.unary(UnaryOp.EXP, a));
    EngineException tooLarge =
        assertThrows(
            EngineException.class, () -> backend.full(new long[] {1L << 45}, DType.FLOAT32, 1));
    assertTrue(tooLarge.getMessage().contains("out of memory"), tooLarge.getMessage());
  }

  @Test
  void absentDeviceIsAnErrorThatSaysWhatIsThere() {
    EngineException error =
        assertThrows(EngineException.class, () -> new TorchBackendProvider().create("cuda:99", 0));
    assertTrue(error.getMessage().contains("cuda:99"), error.getMessage());
    assertTrue(error.getMessage().contains("engine.device = cpu"), error.getMessage());
  }

  @Test
  void aLimitOfMemoryIsRefusedWhereNoGpuComputes() {
    EngineException error =
        assertThrows(EngineException.class, () -> backend.limitMemory(new MemoryLimit(0.5, 0)));
    assertTrue(error.getMessage().contains("engine.memory-fraction"), error.getMessage());
    assertTrue(error.getMessage().contains("got cpu of torch"), error.getMessage());
  }

  @ParameterizedTest
  @EnumSource(ResizeMode.class)
  void resizeGradientIsTheAdjoint(ResizeMode mode) {
    DeviceArray x = floats(new long[] {1, 2, 5, 7});
    DeviceArray y = backend.resize(x, 9, 4, mode);
    DeviceArray g = floats(new long[] {1, 2, 9, 4});
    DeviceArray back = backend.resizeBackward(g, 5, 7, mode);
    assertEquals(dot(y, g), dot(back, x), 1e-3);
    release(x, y, g, back);
  }

  @Test
  void poolingGradientsAreAdjoints() {
    Pool2dSpec spec = Pool2dSpec.of(3, 2, 1);
    DeviceArray x = floats(new long[] {1, 2, 5, 7});
    DeviceArray y = backend.avgPool2d(x, spec);
    DeviceArray back = backend.avgPool2dBackward(y, x, spec);
    assertEquals(dot(y, y), dot(back, x), 1e-4);
    DeviceArray[] max = backend.maxPool2d(x, spec);
    DeviceArray maxBack = backend.maxPool2dBackward(max[0], x, max[1], spec);
    assertEquals(dot(max[0], max[0]), dot(maxBack, x), 1e-4);
    release(x, y, back, max[0], max[1], maxBack);
  }

  private static double dot(DeviceArray a, DeviceArray b) {
    float[] left = backend.toFloats(a);
    float[] right = backend.toFloats(b);
    double sum = 0;
    for (int i = 0; i < left.length; i++) {
      sum += (double) left[i] * right[i];
    }
    return sum;
  }
}
