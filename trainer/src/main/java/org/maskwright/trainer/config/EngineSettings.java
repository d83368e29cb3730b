package org.maskwright.trainer.config;

import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.array.MemoryLimit;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.settings.Doc;

/** What computes. */
@Doc("What computes, where and how precisely.")
public record EngineSettings(
    @Doc("torch, nd4j, or auto: the fastest one that loads.") String backend,
    @Doc("cpu, cuda, cuda:<index>, or auto: a GPU if there is one.") String device,
    @Doc("Threads inside one operation; 0 = as many as there are physical cores.") int threads,
    @Doc(
            "fp32; bf16: matrix products and convolutions in bfloat16, all else in float32; fp16: the same in float16, with scaled losses.")
        Precision precision,
    @Doc(
            "Share of a GPU's memory that a process may take, in (0,1]; 1 = all. An error where no GPU computes.")
        double memoryFraction,
    @Doc("Most memory of a GPU that a process may take, in MiB; 0 = as memory-fraction says.")
        long memoryLimit) {
  /** Checks the ranges, by making the engine's own record. */
  public EngineSettings {
    try {
      new EngineOptions(
          backend, device, threads, precision, 0, new MemoryLimit(memoryFraction, memoryLimit));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage().replaceFirst("^engine\\.", ""), e);
    }
  }

  /** As options of an engine. */
  public EngineOptions options(long seed) {
    return new EngineOptions(
        backend, device, threads, precision, seed, new MemoryLimit(memoryFraction, memoryLimit));
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
