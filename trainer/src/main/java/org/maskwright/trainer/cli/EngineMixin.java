package org.maskwright.trainer.cli;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.trainer.config.EngineSettings;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code --backend}, {@code --device} and {@code --threads} of every command that computes. */
final class EngineMixin {
  @Option(names = "--backend", paramLabel = "NAME", description = "torch, nd4j or auto.")
  private String backend;

  @Option(names = "--device", paramLabel = "NAME", description = "cpu, cuda, cuda:<index> or auto.")
  private String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads inside one operation; 0 = all physical cores.")
  private Integer threads;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  /** As overrides of a configuration. */
  List<String> overrides() {
    checkThreads();
    List<String> out = new ArrayList<>();
    if (backend != null) {
      out.add("engine.backend=" + backend);
    }
    if (device != null) {
      out.add("engine.device=\"" + device + "\"");
    }
    if (threads != null) {
      out.add("engine.threads=" + threads);
    }
    return out;
  }

  /**
   * Opens the engine that was asked for.
   *
   * @throws org.maskwright.trainer.config.ConfigException if it cannot run here
   */
  Engine open() {
    return EngineSettings.open(options());
  }

  /** Options of the engine that was asked for. */
  EngineOptions options() {
    checkThreads();
    EngineOptions o = EngineOptions.DEFAULT;
    o = backend == null ? o : o.withBackend(backend);
    o = device == null ? o : o.withDevice(device);
    return threads == null ? o : o.withThreads(threads);
  }

  private void checkThreads() {
    if (threads != null) {
      OptionRange.between(spec, "--threads", 0, EngineOptions.MAX_THREADS, threads);
    }
  }
}
