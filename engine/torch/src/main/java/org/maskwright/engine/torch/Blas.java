package org.maskwright.engine.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;

/**
 * The matrix products under LibTorch: OpenBLAS, or Intel MKL where its library is on the class path
 * (profile {@code mkl}).
 */
final class Blas {
  /** Two tenths of a millisecond on one thread. */
  private static final long WORTH_THREADS = 1L << 22;

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
   * Makes a product, on one thread if it is small: to wake another takes longer than that saves,
   * and where the machine is busy the product waits until the other gets its turn.
   *
   * @param multiplyAdds of one product, of a batch of them
   */
  static <T> T product(long multiplyAdds, Supplier<T> product) {
    return multiplyAdds < WORTH_THREADS ? onOneThread(product) : product.get();
  }

  /**
   * Runs a kernel whose own threads call the BLAS, or that needs no more than one: OpenBLAS would
   * give each call all its threads, and have the next one wait for them.
   */
  static <T> T onOneThread(Supplier<T> kernel) {
    int before = openblas_nolapack.blas_get_num_threads();
    if (before == 1) {
      return kernel.get();
    }
    openblas_nolapack.blas_set_num_threads(1);
    try {
      return kernel.get();
    } finally {
      openblas_nolapack.blas_set_num_threads(before);
    }
  }

  /** Sets the threads of one matrix product; LibTorch's own setting does not reach the BLAS. */
  static void setThreads(int threads) {
    // MKL reads this at its first call. GNU's OpenMP is the one that LibTorch uses: with Intel's
    // beside it, the idle threads of one would spin on the cores that the other needs.
    torch.set_env("MKL_THREADING_LAYER", "GNU", false);
    openblas_nolapack.blas_set_num_threads(threads);
  }
}
