package org.maskwright.engine.torch;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.check.SweepProcess;
import org.maskwright.engine.check.SweepProcess.Form;
import org.maskwright.engine.check.SweepProcess.Report;

/**
 * Convolutions of many shapes as this processor computes them, and as older ones would: oneDNN
 * takes other kernels there. In processes of their own, because a wrong kernel may end its own.
 */
class TorchConvolutionSweepTest {
  private static void assertRight(Form form, Map<String, String> environment) throws IOException {
    Report report = SweepProcess.run("torch", 2, form, environment);
    assertTrue(report.isRight(), report::toString);
    assertTrue(report.cases() > 0);
  }

  @Test
  void everyConvolutionOfThisProcessorEqualsFloat64() throws IOException {
    assertRight(Form.FULL, Map.of());
  }

  /** A setting above what the processor can changes nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"SSE41", "AVX", "AVX2"})
  void soDoTheConvolutionsOfOlderProcessors(String instructions) throws IOException {
    assertRight(Form.SHORT, Map.of("ONEDNN_MAX_CPU_ISA", instructions));
  }
}
