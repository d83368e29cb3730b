package org.maskwright.engine.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * The matrix products under LibTorch: OpenBLAS, or Intel MKL where its library is on the class path
 * (profile {@code mkl}).
 */
final class Blas {
  private Blas() {}

  static boolean mklIsOnTheClassPath() {
    return Blas.class.getResource(
            "/org/bytedeco/mkl/" + Loader.Detector.getPlatform() + "/libmkl_rt.so.2")
        != null;
  }

  private static boolean isMkl() {
    return Loader.addressof("MKL_Set_Num_Threads") != null;
  }

  static String name() {
    return isMkl() ? "MKL" : "OpenBLAS";
  }

  /**
   * Runs what asks for products from several threads at once, each product on the thread that asks.
   * OpenBLAS's own threads work for one caller at a time, and the others wait.
   *
   * <p>OpenBLAS reads its number of threads at each product from a variable that it exports. Its
   * own setter writes just that; the binding's looks libraries up first and takes 0.5 to 0.8 ms.
   *
   * <p>For where it {@link #servesSeveral}.
   */
  static <T> T onTheCallersThreads(Supplier<T> products) {
    if (isMkl()) { // which sees to it by itself
      return products.get();
    }
    Pointer variable = openBlasThreads();
    try (IntPointer count = new IntPointer(variable)) {
      int before = count.get();
      count.put(1);
      try {
        return products.get();
      } finally {
        count.put(before);
      }
    }
  }

  /** Whether it can compute products of several threads at once without one waiting for another. */
  static boolean servesSeveral() {
    return isMkl() || openBlasThreads() != null;
  }

  /** Null where the library does not export it. */
  private static Pointer openBlasThreads() {
    return Loader.addressof("blas_cpu_number");
  }

  /** Sets the threads of one matrix product; LibTorch's own setting does not reach the BLAS. */
  static void setThreads(int threads) {
    // MKL reads this at its first call. GNU's OpenMP is the one that LibTorch uses: with Intel's
    // beside it, the idle threads of one would spin on the cores that the other needs.
    torch.set_env("MKL_THREADING_LAYER", "GNU", false);
    openblas_nolapack.blas_set_num_threads(threads);
  }
}
