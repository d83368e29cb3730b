package org.maskwright.benchmarks;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assumptions.abort;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.Variants;

/**
 * LibTorch on the CPU and on an NVIDIA GPU, on the same model. Skipped, with the reason, where
 * there is none.
 */
@Tag("gpu")
class DevicesAgreeTest {
  /** cuDNN may multiply in TF32, whose mantissa has 10 bits: 1e-3 of a factor, summed up. */
  private static final double TOLERANCE = 5e-3;

  @Test
  void outputsAndAllGradientsOfTheGpuAreThoseOfTheCpu() {
    requireGpu();
    var gpu = BackendsAgreeTest.run("torch", "cuda", Variants.get("mask2former-tiny"));
    var cpu = BackendsAgreeTest.run("torch", "cpu", Variants.get("mask2former-tiny"));
    BackendsAgreeTest.assertAgree(cpu, gpu, TOLERANCE);
  }

  /** Only a device that does not open is missing; whatever fails on it later is a failure. */
  private static void requireGpu() {
    EngineOptions options = EngineOptions.DEFAULT.withBackend("torch").withDevice("cuda");
    try (Engine engine = Engine.open(options)) {
      assertNotNull(engine);
    } catch (EngineException e) {
      abort(e.getMessage());
    }
  }
}
