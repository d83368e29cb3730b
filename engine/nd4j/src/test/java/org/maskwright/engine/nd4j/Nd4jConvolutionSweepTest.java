package org.maskwright.engine.nd4j;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.maskwright.engine.check.SweepProcess;
import org.maskwright.engine.check.SweepProcess.Form;
import org.maskwright.engine.nd4j.operations.Processor;

/**
 * Convolutions of many shapes with the products that OpenBLAS has for this processor, and with
 * those for older ones. In processes of their own, because OpenBLAS chooses once in a process.
 */
class Nd4jConvolutionSweepTest {
  @Test
  void everyConvolutionOfThisProcessorEqualsFloat64() throws IOException {
    SweepProcess.assertRight("nd4j", Form.FULL, Map.of());
  }

  /** The core, and what a processor must have lest its products be illegal instructions. */
  @ParameterizedTest
  @CsvSource({
    "Prescott, sse2",
    "Nehalem, sse4_2",
    "Sandybridge, avx",
    "Haswell, avx2 fma",
    "Zen, avx2 fma"
  })
  void soDoTheConvolutionsOfOtherProcessors(String core, String needed) throws IOException {
    Set<String> flags = Processor.detect().flags();
    Assumptions.assumeTrue(
        flags.containsAll(Set.of(needed.split(" "))), () -> "this processor has no " + needed);
    SweepProcess.assertRight("nd4j", Form.SHORT, Map.of("OPENBLAS_CORETYPE", core));
  }
}
