package org.maskwright.engine.torch;

import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.maskwright.engine.array.Device;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.runtime.Threads;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.BackendProvider;

/** Opens {@link TorchBackend}s. */
public final class TorchBackendProvider implements BackendProvider {
  static {
    // JavaCPP counts all native memory of the process, LibTorch's included, against the Java heap's
    // limit: above it every allocation runs the garbage collector and sleeps, and in the end fails.
    // Native memory has owners here that free it, so there is nothing for such a limit to protect.
    // Only what the user has not set; read once, when JavaCPP's Pointer class is initialised.
    setIfAbsent("org.bytedeco.javacpp.maxbytes", "0");
    setIfAbsent("org.bytedeco.javacpp.maxphysicalbytes", "0");
    if (Blas.mklIsOnTheClassPath()) {
      setIfAbsent("org.bytedeco.openblas.load", "mkl_rt");
    }
  }

  /** Called by the {@link java.util.ServiceLoader}. */
  public TorchBackendProvider() {}

  private static void setIfAbsent(String key, String value) {
    if (System.getProperty(key) == null) {
      System.setProperty(key, value);
    }
  }

  @Override
  public String name() {
    return "torch";
  }

  @Override
  public int priority() {
    return 100;
  }

  @Override
  public Optional<String> unavailableBecause() {
    try {
      Loader.load(org.bytedeco.pytorch.global.torch.class);
      return Optional.empty();
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(
          "LibTorch's native library does not load on "
              + Loader.Detector.getPlatform()
              + ": "
              + e.getMessage());
    }
  }

  @Override
  public Backend create(String device, int threads) {
    unavailableBecause()
        .ifPresent(
            reason -> {
              throw new EngineException(
                  "torch: "
                      + reason
                      + "; put org.bytedeco:pytorch with this platform's classifier on the class"
                      + " path, or set engine.backend = nd4j");
            });
    return new TorchBackend(device(device, cudaDevices()), Threads.resolve(threads));
  }

  private static Device device(String wanted, int gpus) {
    if (wanted.equals("auto")) {
      return gpus > 0 ? new Device(Device.Kind.CUDA, 0) : Device.CPU;
    }
    Device device = Device.parse(wanted);
    if (device.kind() == Device.Kind.CUDA && device.index() >= gpus) {
      throw new EngineException(
          "engine.device: expected a CUDA device that is there, got "
              + device
              + " with "
              + (gpus > 0
                  ? gpus + " CUDA device(s), so indices 0 to " + (gpus - 1)
                  : org.bytedeco.pytorch.global.torch.hasCUDA()
                      ? "no CUDA device visible; check the driver (nvidia-smi) and"
                          + " CUDA_VISIBLE_DEVICES"
                      : "a LibTorch built without CUDA; build with -Pcuda")
              + ", or set engine.device = cpu");
    }
    return device;
  }

  @Override
  public int cudaDevices() {
    return org.bytedeco.pytorch.global.torch.hasCUDA()
        ? org.bytedeco.pytorch.global.torch.cuda_device_count()
        : 0;
  }
}
