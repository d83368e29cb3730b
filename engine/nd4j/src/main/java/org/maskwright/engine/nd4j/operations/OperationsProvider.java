package org.maskwright.engine.nd4j.operations;

import java.util.Locale;
import java.util.Optional;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.factory.Nd4jBackend;

/** Opens the backend of ND4J's own operations, on the device of the ND4J that is there. */
public final class OperationsProvider implements BackendProvider {
  /** Its name in {@code engine.backend}. */
  public static final String NAME = "nd4j-operations";

  /** Not chosen where another one can be. */
  private static final int PRIORITY = 10;

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
    try {
      Nd4j.getBackend();
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of("ND4J does not start: " + e);
    }
  }

  @Override
  public Backend create(String device, int threads) {
    Optional<String> reason = unavailableBecause();
    if (reason.isPresent()) {
      throw new EngineException("engine.backend = " + NAME + ": " + reason.get());
    }
    boolean cuda = isOnCuda();
    String wanted = device.toLowerCase(Locale.ROOT);
    String own = cuda ? "cuda" : "cpu";
    if (!wanted.equals("auto") && !wanted.equals(own)) {
      throw new EngineException(
          "engine.device: expected auto or %s with engine.backend = %s, as the ND4J on the class path is %s; got '%s'. %s"
              .formatted(
                  own,
                  NAME,
                  Nd4j.getBackend().getClass().getSimpleName(),
                  device,
                  cuda
                      ? "Build without the nd4j-cuda profiles for the processor"
                      : "Build with -Pnd4j-cuda-11.6 for a GPU"));
    }
    if (threads > 0) {
      Nd4j.getEnvironment().setMaxThreads(threads);
    }
    return new OperationsBackend(
        "ND4J's operations on " + Nd4j.getBackend().getClass().getSimpleName(),
        cuda ? new Device(Device.Kind.CUDA, 0) : Device.CPU);
  }

  /** Whether the ND4J that is there computes on a GPU. */
  public static boolean isOnCuda() {
    Nd4jBackend backend = Nd4j.getBackend();
    return backend.getClass().getName().toLowerCase(Locale.ROOT).contains("jcublas");
  }
}
