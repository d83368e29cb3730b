package org.maskwright.engine.torch;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.check.SweepProcess;
import org.maskwright.engine.check.SweepProcess.Form;

/**
 * Convolutions of many shapes as this processor computes them, and as older ones would: oneDNN
 * takes other kernels there. In processes of their own, because a wrong kernel may end its own.
 */
class TorchConvolutionSweepTest {
  @Test
  void everyConvolutionOfThisProcessorEqualsFloat64() throws IOException {
    SweepProcess.assertRight("torch", Form.FULL, Map.of());
  }

  /** A setting above what the processor can changes nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"SSE41", "AVX", "AVX2"})
  void soDoTheConvolutionsOfOlderProcessors(String instructions) throws IOException {
    SweepProcess.assertRight("torch", Form.SHORT, Map.of("ONEDNN_MAX_CPU_ISA", instructions));
  }
}
