package org.maskwright.engine.nd4j.operations;

import java.util.Optional;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.nd4j.linalg.factory.Nd4j;

/** Opens the backend of ND4J's own operations, on the device of the ND4J that is there. */
public final class OperationsProvider implements BackendProvider {
  /** Its name in {@code engine.backend}. */
  static final String NAME = "nd4j-operations";

  private static final int PRIORITY = 10;

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  /** Slow beside the others. */
  @Override
  public boolean isOnRequest() {
    return true;
  }

  /** Of the kernels beside ND4J: {@code engine.nd4j.operations}. */
  @Override
  public Optional<String> inPlaceOf() {
    return Optional.of("nd4j");
  }

  @Override
  public Optional<String> unavailableBecause() {
    return InstalledNd4j.unavailableBecause();
  }

  /** ND4J chooses among several by thread; the first is what it takes here. */
  @Override
  public int cudaDevices() {
    return InstalledNd4j.isOnCuda() ? 1 : 0;
  }

  @Override
  public Backend create(String device, int threads) {
    unavailableBecause()
        .ifPresent(
            reason -> {
              throw new EngineException("engine.backend = " + NAME + ": " + reason);
            });
    Device own = InstalledNd4j.isOnCuda() ? new Device(Device.Kind.CUDA, 0) : Device.CPU;
    if (!device.equalsIgnoreCase("auto") && !Device.parse(device).equals(own)) {
      throw new EngineException(refusal(device, own));
    }
    if (threads > 0) {
      Nd4j.getEnvironment().setMaxThreads(threads);
    }
    return new OperationsBackend(
        "ND4J's operations on "
            + Nd4j.getBackend().getClass().getSimpleName()
            + InstalledNd4j.notOnCudaBecause().map(why -> ", as " + why).orElse(""),
        own);
  }

  private static String refusal(String device, Device own) {
    return "engine.device: expected auto or %s with engine.backend = %s, as the ND4J on the class path is %s; got '%s'; %s"
        .formatted(
            own,
            NAME,
            Nd4j.getBackend().getClass().getSimpleName(),
            device,
            own.equals(Device.CPU)
                ? InstalledNd4j.wayToCuda()
                : "build without the nd4j-cuda profiles for the processor");
  }
}
