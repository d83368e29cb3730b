package org.maskwright.engine.nd4j.operations;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessorTest {
  @Test
  void nativesForAnAbsentInstructionSetAreRefused() {
    Processor processor =
        Processor.parse(
            List.of(
                "physical id : 0",
                "flags : sse2 avx2 fma",
                "physical id : 0",
                "flags : sse2 avx2 fma"));
    assertEquals(Optional.of("AVX-512"), processor.cannotRun("-onednn-avx512"));
    assertTrue(processor.cannotRun("-avx2").isEmpty());
    assertTrue(processor.cannotRun("-onednn").isEmpty());
    Processor old = Processor.parse(List.of("flags : sse2"));
    assertEquals(Optional.of("AVX2"), old.cannotRun("-avx2"));
    assertTrue(Processor.parse(List.of()).cannotRun("-avx512").isEmpty());
  }
}
