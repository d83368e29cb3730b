package org.maskwright.benchmarks;

import static org.junit.jupiter.api.Assumptions.abort;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.EngineException;
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
    BackendsAgreeTest.Result gpu;
    try {
      gpu = BackendsAgreeTest.run("torch", "cuda", Variants.get("mask2former-tiny"));
    } catch (EngineException e) {
      abort(e.getMessage());
      return;
    }
    var cpu = BackendsAgreeTest.run("torch", "cpu", Variants.get("mask2former-tiny"));
    BackendsAgreeTest.assertAgree(cpu, gpu, TOLERANCE);
  }
}
