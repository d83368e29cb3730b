package org.maskwright.engine.nd4j.operations;

import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.nd4j.common.config.ND4JClassLoading;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/** The ND4J on the class path: whether it runs here, and on what. */
public final class InstalledNd4j {
  private static final String NATIVES = "/org/nd4j/linalg/cpu/nativecpu/bindings/";

  /** The builds of nd4j-native for x86-64, by the end of their classifier. */
  private static final String[] EXTENSIONS = {
    "-avx2", "-avx512", "-onednn", "-onednn-avx2", "-onednn-avx512"
  };

  private InstalledNd4j() {}

  /**
   * Why it cannot run here, or empty. Looks for natives that this processor cannot run before it
   * loads them: the process would die with an illegal instruction, which Java cannot catch.
   */
  public static Optional<String> unavailableBecause() {
    Optional<String> wrong = wrongProcessor();
    if (wrong.isPresent()) {
      return wrong;
    }
    try {
      Nd4j.getBackend();
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(
          "ND4J's native library does not load: "
              + cause(e)
              + "; expected the native jars of nd4j-native and openblas for "
              + Loader.getPlatform()
              + " on the class path");
    }
  }

  private static Optional<String> wrongProcessor() {
    Processor processor = Processor.detect();
    for (String extension : EXTENSIONS) {
      String folder = NATIVES + Loader.getPlatform() + extension + "/";
      Optional<String> missing = processor.cannotRun(extension);
      if (missing.isPresent()
          && InstalledNd4j.class.getResource(folder + "libjnind4jcpu.so") != null) {
        return Optional.of(
            "the class path holds ND4J natives built for "
                + missing.get()
                + ", which this processor lacks; build with -Dnd4j.extension= (the plain natives)");
      }
    }
    return Optional.empty();
  }

  /** Whether it computes on a GPU. */
  public static boolean isOnCuda() {
    return isForCuda(Nd4j.getBackend());
  }

  private static boolean isForCuda(Nd4jBackend backend) {
    return backend.getClass().getName().toLowerCase(Locale.ROOT).contains("jcublas");
  }

  /**
   * Why the ND4J for CUDA on the class path does not compute, so that the one for processors does;
   * empty where it computes and where there is none.
   */
  public static Optional<String> notOnCudaBecause() {
    return isOnCuda()
        ? Optional.empty()
        : notOnCudaBecause(ND4JClassLoading.loadService(Nd4jBackend.class));
  }

  static Optional<String> notOnCudaBecause(Iterable<Nd4jBackend> installed) {
    for (Nd4jBackend backend : installed) {
      if (isForCuda(backend)) {
        return Optional.of(
            "ND4J for CUDA is on the class path and cannot run here: " + why(backend));
      }
    }
    return Optional.empty();
  }

  private static String why(Nd4jBackend backend) {
    try {
      backend.canRun();
      return "ND4J took another";
    } catch (LinkageError | RuntimeException e) {
      return cause(e);
    }
  }

  /** How to get a GPU, where there is none. */
  public static String wayToCuda() {
    return notOnCudaBecause()
        .map(why -> why + "; check the driver (nvidia-smi) and that CUDA's libraries are found")
        .orElse("for a GPU build with -Pnd4j-cuda-11.6");
  }

  /** What the first of a chain of exceptions says. */
  private static String cause(Throwable e) {
    Throwable first = e;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    return first.getMessage() == null ? first.toString() : first.getMessage();
  }
}
