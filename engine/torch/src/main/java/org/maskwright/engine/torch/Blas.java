package org.maskwright.engine.torch;

import org.bytedeco.javacpp.Loader;
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

  /** Sets the threads of one matrix product; LibTorch's own setting does not reach the BLAS. */
  static void setThreads(int threads) {
    // MKL reads this at its first call. GNU's OpenMP is the one that LibTorch uses: with Intel's
    // beside it, the idle threads of one would spin on the cores that the other needs.
    torch.set_env("MKL_THREADING_LAYER", "GNU", false);
    openblas_nolapack.blas_set_num_threads(threads);
  }
}
