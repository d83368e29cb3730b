package org.maskwright.engine.nd4j;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BinaryOp;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.ReduceOp;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.indexing.NDArrayIndex;

/** Memory, views and host interchange: what the conformance suite of all backends cannot see. */
class Nd4jBackendTest {
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

  @Test
  void viewOutlivesItsBase() {
    DeviceArray base = backend.fromFloats(new float[] {1, 2, 3, 4, 5, 6}, new long[] {2, 3});
    DeviceArray flat = backend.reshape(base, new long[] {6});
    DeviceArray tail = backend.slice(flat, 0, 3, 6, 1);
    base.release();
    flat.release();
    assertArrayEquals(new float[] {4, 5, 6}, backend.toFloats(tail));
    assertEquals(24, backend.memory().liveBytes());
    tail.release();
    assertEquals(0, backend.memory().liveBytes());
    assertEquals(0, backend.memory().liveArrays());
  }

  @Test
  void freedArrayIsRefusedNotRead() {
    DeviceArray a = fixtures.random(4);
    a.release();
    assertThrows(EngineException.class, () -> backend.toFloats(a));
    assertThrows(EngineException.class, () -> backend.hostFloats(a));
    assertThrows(EngineException.class, () -> backend.binaryScalar(BinaryOp.ADD, a, 1));
  }

  @Test
  void hostMemoryIsCopiedAndViewsOfItAreReadRight() {
    INDArray host = Nd4j.arange(24).castTo(DataType.FLOAT).reshape('c', 4, 6);
    DeviceArray copied = backend.fromHost(host);
    host.putScalar(0, 0, 42);
    assertEquals(0, backend.toFloats(copied)[0]);
    DeviceArray rows = backend.fromHost(host.get(NDArrayIndex.interval(1, 3), NDArrayIndex.all()));
    assertArrayEquals(
        new float[] {6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17}, backend.toFloats(rows));
    DeviceArray column =
        backend.fromHost(host.get(NDArrayIndex.all(), NDArrayIndex.interval(1, 2)));
    assertArrayEquals(new float[] {1, 7, 13, 19}, backend.toFloats(column));
    DeviceArray transposed = backend.fromHost(host.transpose());
    assertArrayEquals(new long[] {6, 4}, backend.shapeOf(transposed));
    assertArrayEquals(new float[] {42, 6, 12, 18}, Arrays.copyOf(backend.toFloats(transposed), 4));
    DeviceArray fortran = backend.fromHost(host.dup('f'));
    assertArrayEquals(new float[] {42, 1, 2, 3}, Arrays.copyOf(backend.toFloats(fortran), 4));
  }

  @Test
  void allHostTypesArrive() {
    for (DataType type :
        new DataType[] {
          DataType.FLOAT, DataType.BFLOAT16, DataType.INT64, DataType.INT32, DataType.UINT8
        }) {
      INDArray host = Nd4j.createFromArray(new int[] {0, 1, 2, 100}).castTo(type);
      DeviceArray a = backend.fromHost(host);
      assertArrayEquals(new float[] {0, 1, 2, 100}, backend.toFloats(a), type.toString());
      a.release();
    }
    DeviceArray mask = backend.fromHost(Nd4j.createFromArray(new boolean[] {true, false, true}));
    assertArrayEquals(new byte[] {1, 0, 1}, backend.toBytes(mask));
    assertThrows(
        IllegalArgumentException.class,
        () -> backend.fromHost(Nd4j.create(Arrays.asList("a", "b"))));
  }

  @Test
  void hostCopiesKeepShapeTypeAndValues() {
    for (DType dtype : DType.values()) {
      for (long[] shape : new long[][] {{}, {3}, {2, 0, 3}, {2, 1, 3}}) {
        DeviceArray a = backend.full(shape, dtype, 1);
        INDArray host = backend.toHost(a);
        assertArrayEquals(shape, host.shape(), dtype + " " + Arrays.toString(shape));
        if (Extents.size(shape) > 0) {
          assertEquals(1.0, host.castTo(DataType.DOUBLE).meanNumber().doubleValue());
          DeviceArray back = backend.fromHost(host);
          assertArrayEquals(backend.toFloats(a), backend.toFloats(back));
        }
      }
    }
  }

  @Test
  void arrayOverTwoGibibytesIsRefusedBeforeItIsAllocated() {
    EngineException e =
        assertThrows(
            EngineException.class,
            () -> backend.full(new long[] {1 << 20, 1 << 20}, DType.FLOAT32, 0));
    assertTrue(e.getMessage().contains("2 GiB"), e.getMessage());
  }

  @Test
  void cudaIsRefusedWithAWayOut() {
    EngineException e =
        assertThrows(EngineException.class, () -> new Nd4jBackendProvider().create("cuda:0", 0));
    assertTrue(e.getMessage().contains("torch"), e.getMessage());
  }

  @Test
  void indexOutsideTheAxisIsRefused() {
    DeviceArray a = fixtures.random(3, 4);
    DeviceArray index = backend.fromLongs(new long[] {0, 3}, new long[] {2});
    EngineException e = assertThrows(EngineException.class, () -> backend.indexSelect(a, 0, index));
    assertTrue(e.getMessage().contains("0..2"), e.getMessage());
  }

  @Test
  void resultDoesNotDependOnTheNumberOfThreads() {
    DeviceArray x = fixtures.random(64, 3000);
    DeviceArray y = fixtures.random(3000, 70);
    try (Backend single = new Nd4jBackendProvider().create("auto", 1)) {
      int[] all = {0, 1};
      assertArrayEquals(
          single.toFloats(single.reduce(ReduceOp.SUM, x, all, false)),
          backend.toFloats(backend.reduce(ReduceOp.SUM, x, all, false)));
      assertArrayEquals(
          single.toFloats(single.reduce(ReduceOp.SUM, x, new int[] {0}, false)),
          backend.toFloats(backend.reduce(ReduceOp.SUM, x, new int[] {0}, false)));
      float[] one = single.toFloats(single.matmul(x, y, false, false));
      assertArrayEquals(one, backend.toFloats(backend.matmul(x, y, false, false)), 1e-4f);
    }
  }
}
