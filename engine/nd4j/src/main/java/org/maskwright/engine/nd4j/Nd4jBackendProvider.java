package org.maskwright.engine.nd4j;

import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.nd4j.operations.InstalledNd4j;
import org.maskwright.engine.nd4j.operations.OperationsProvider;
import org.maskwright.engine.runtime.Threads;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.nd4j.linalg.factory.Nd4j;

/** Opens the ND4J backend; chosen by {@code auto} where LibTorch is absent. */
public final class Nd4jBackendProvider implements BackendProvider {
  static final String NAME = "nd4j";
  private static final int PRIORITY = 50;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Optional<String> unavailableBecause() {
    Optional<String> reason = InstalledNd4j.unavailableBecause();
    if (reason.isPresent()) {
      return reason;
    }
    try {
      Loader.load(openblas_nolapack.class);
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(
          "OpenBLAS does not load: "
              + e
              + "; expected the native jar of openblas for "
              + Loader.getPlatform()
              + " on the class path");
    }
  }

  @Override
  public int cudaDevices() {
    return new OperationsProvider().cudaDevices();
  }

  /** On ND4J for CUDA, which kernels in Java do not reach, of its own operations. */
  @Override
  public Backend create(String device, int threads) {
    unavailableBecause()
        .ifPresent(
            reason -> {
              throw new EngineException("engine.backend = nd4j: " + reason);
            });
    if (InstalledNd4j.isOnCuda()) {
      return new OperationsProvider().create(device, threads);
    }
    if (!device.equalsIgnoreCase("auto") && !device.equalsIgnoreCase("cpu")) {
      throw new EngineException(
          "engine.device: expected auto or cpu with engine.backend = nd4j, got '"
              + device
              + "'; this ND4J computes on the host. Set engine.backend = torch and build with"
              + " -Pcuda; with ND4J: "
              + InstalledNd4j.wayToCuda());
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
        + (threads == 1 ? " thread" : " threads")
        + InstalledNd4j.notOnCudaBecause().map(why -> ", as " + why).orElse("");
  }
}
