package org.maskwright.trainer.config;

import java.util.List;
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
        long memoryLimit,
    @Doc("Of engine.backend = nd4j.") Nd4j nd4j) {
  private static final String KERNELS = "nd4j";

  /** What only one engine asks. */
  public record Nd4j(
      @Doc(
              "kernels of our own beside OpenBLAS, for processors; nd4j: the operations that ND4J"
                  + " brings, slow, wherever ND4J runs; auto: nd4j where the ND4J on the class path"
                  + " is for CUDA, else kernels.")
          Operations operations) {
    /** Of what the primitives are made. */
    public enum Operations {
      /** As the ND4J on the class path computes. */
      AUTO,
      /** Kernels of this project. */
      KERNELS,
      /** ND4J's own. */
      ND4J
    }
  }

  /** Checks the ranges, by making the engine's own record. */
  public EngineSettings {
    try {
      new EngineOptions(
          backend, device, threads, precision, 0, new MemoryLimit(memoryFraction, memoryLimit));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage().replaceFirst("^engine\\.", ""), e);
    }
    if (kernels(backend, nd4j) && !List.of("auto", "cpu").contains(device)) {
      throw new IllegalArgumentException(
          "device: expected auto or cpu with nd4j.operations = kernels, got '%s'; set nd4j.operations = auto"
              .formatted(device));
    }
  }

  private static boolean kernels(String backend, Nd4j nd4j) {
    return backend.equals(KERNELS) && nd4j.operations() == Nd4j.Operations.KERNELS;
  }

  /** As options of an engine. */
  public EngineOptions options(long seed) {
    boolean operations = backend.equals(KERNELS) && nd4j.operations() == Nd4j.Operations.ND4J;
    return new EngineOptions(
        operations ? Engine.inPlaceOf(backend).orElse(backend) : backend,
        kernels(backend, nd4j) ? "cpu" : device,
        threads,
        precision,
        seed,
        new MemoryLimit(memoryFraction, memoryLimit));
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
