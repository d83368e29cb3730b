package org.maskwright.trainer.config;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineException;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Precision;
import org.maskwright.settings.Doc;

/** What computes. */
@Doc("What computes, where and how precisely.")
public record EngineSettings(
    @Doc("torch, nd4j, or auto: the fastest one that loads.") String backend,
    @Doc("cpu, cuda, cuda:<index>, or auto: a GPU if there is one.") String device,
    @Doc("Threads inside one operation; 0 = as many as there are physical cores.") int threads,
    @Doc("fp32, or bf16: matrix products and convolutions in bfloat16, all else in float32.")
        Precision precision) {
  /** Checks the ranges, by making the engine's own record. */
  public EngineSettings {
    try {
      new EngineOptions(backend, device, threads, precision, 0);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage().replaceFirst("^engine\\.", ""), e);
    }
  }

  /** As options of an engine. */
  public EngineOptions options(long seed) {
    return new EngineOptions(backend, device, threads, precision, seed);
  }

  /**
   * Opens an engine.
   *
   * @throws ConfigException if there is no such backend or device, or it cannot run here
   */
  public static Engine open(EngineOptions options) {
    try {
      return Engine.open(options);
    } catch (EngineException | IllegalArgumentException e) {
      throw new ConfigException(e.getMessage());
    }
  }
}
