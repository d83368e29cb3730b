package org.maskwright.engine.nd4j;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProcessorTest {
  private static final List<String> TWO_CORES_FOUR_THREADS =
      List.of(
          "physical id : 0",
          "core id : 0",
          "flags : sse2 avx2 fma",
          "physical id : 0",
          "core id : 1",
          "flags : sse2 avx2 fma",
          "physical id : 0",
          "core id : 0",
          "flags : sse2 avx2 fma",
          "physical id : 0",
          "core id : 1",
          "flags : sse2 avx2 fma");

  @Test
  void hyperThreadsAreNotCores() {
    assertEquals(2, Processor.parse(TWO_CORES_FOUR_THREADS, 4).cores());
  }

  @Test
  void neverMoreCoresThanTheJvmMayUse() {
    assertEquals(1, Processor.parse(TWO_CORES_FOUR_THREADS, 1).cores());
  }

  @Test
  void nativesForAnAbsentInstructionSetAreRefused() {
    Processor processor = Processor.parse(TWO_CORES_FOUR_THREADS, 4);
    assertEquals(Optional.of("AVX-512"), processor.cannotRun("-onednn-avx512"));
    assertTrue(processor.cannotRun("-avx2").isEmpty());
    assertTrue(processor.cannotRun("-onednn").isEmpty());
    Processor old = Processor.parse(List.of("flags : sse2"), 1);
    assertEquals(Optional.of("AVX2"), old.cannotRun("-avx2"));
  }
}
