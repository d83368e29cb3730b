package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.Device;

class BlasTest {
  private static int threads() {
    try (IntPointer count = new IntPointer(Loader.addressof("blas_cpu_number"))) {
      return count.get();
    }
  }

  @Test
  void productsOfSeveralCallersTakeAThreadEachAndLaterOnesAllAgain() {
    assumeFalse(Blas.mklIsOnTheClassPath(), "OpenBLAS's threads");
    try (TorchBackend backend = new TorchBackend(Device.CPU, 2)) {
      assertEquals(2, threads());
      assertEquals(1, Blas.onTheCallersThreads(BlasTest::threads));
      assertEquals(2, threads());
      assertThrows(
          IllegalStateException.class,
          () ->
              Blas.onTheCallersThreads(
                  () -> {
                    throw new IllegalStateException("on the way");
                  }));
      assertEquals(2, threads());
    }
  }
}
