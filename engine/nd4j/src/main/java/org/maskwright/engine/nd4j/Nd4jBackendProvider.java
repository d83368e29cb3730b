package org.maskwright.engine.nd4j;

import java.util.Locale;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.nd4j.operations.OperationsProvider;
import org.maskwright.engine.runtime.Threads;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.nd4j.linalg.factory.Nd4j;

/** Opens the ND4J backend; chosen by {@code auto} where LibTorch is absent. */
public final class Nd4jBackendProvider implements BackendProvider {
  static final String NAME = "nd4j";
  private static final int PRIORITY = 50;
  private static final String NATIVES = "/org/nd4j/linalg/cpu/nativecpu/bindings/";

  /** The builds of nd4j-native for x86-64, by the end of their classifier. */
  private static final String[] EXTENSIONS = {
    "-avx2", "-avx512", "-onednn", "-onednn-avx2", "-onednn-avx512"
  };

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  /**
   * Looks for natives that this processor cannot run before it loads them: the process would die
   * with an illegal instruction, which Java cannot catch.
   */
  @Override
  public Optional<String> unavailableBecause() {
    Optional<String> wrong = wrongProcessor();
    if (wrong.isPresent()) {
      return wrong;
    }
    try {
      Loader.load(openblas_nolapack.class);
      Nd4j.getBackend();
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(
          "ND4J's native library does not load: "
              + e
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
          && Nd4jBackendProvider.class.getResource(folder + "libjnind4jcpu.so") != null) {
        return Optional.of(
            "the class path holds ND4J natives built for "
                + missing.get()
                + ", which this processor lacks; build with -Dnd4j.extension= (the plain natives)");
      }
    }
    return Optional.empty();
  }

  @Override
  public Backend create(String device, int threads) {
    if (unavailableBecause().isEmpty() && OperationsProvider.isOnCuda()) {
      return new OperationsProvider().create(device, threads);
    }
    String wanted = device.toLowerCase(Locale.ROOT);
    if (!wanted.equals("auto") && !wanted.equals("cpu")) {
      throw new EngineException(
          "engine.device: expected auto or cpu with engine.backend = nd4j, got '"
              + device
              + "'; this ND4J computes on the host. For a GPU set engine.backend = torch and build"
              + " with -Pcuda, or build with -Pnd4j-cuda-11.6");
    }
    Optional<String> reason = unavailableBecause();
    if (reason.isPresent()) {
      throw new EngineException("engine.backend = nd4j: " + reason.get());
    }
    int count = Threads.resolve(threads);
    return new Nd4jBackend(describe(count), count);
  }

  private static String describe(int threads) {
    String version = Nd4j.class.getPackage().getImplementationVersion();
    return "ND4J "
        + (version == null ? "" : version + " ")
        + Nd4j.getBackend().getClass().getSimpleName()
        + ", "
        + openblas_nolapack.OPENBLAS_VERSION.strip()
        + ", "
        + threads
        + (threads == 1 ? " thread" : " threads");
  }
}
