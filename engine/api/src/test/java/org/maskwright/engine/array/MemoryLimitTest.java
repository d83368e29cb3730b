package org.maskwright.engine.array;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryLimitTest {
  private static final long GIB = 1L << 30;

  @Test
  void theSmallerOfFractionAndLimitCounts() {
    assertEquals(0.5, new MemoryLimit(0.5, 0).shareOf(8 * GIB));
    assertEquals(0.25, new MemoryLimit(0.5, 2048).shareOf(8 * GIB));
    assertEquals(0.5, new MemoryLimit(0.5, 6144).shareOf(8 * GIB));
    assertEquals(1, new MemoryLimit(1, 99_999).shareOf(8 * GIB), "more than there is");
  }

  @Test
  void withoutNumbersThereIsNoLimit() {
    assertTrue(new MemoryLimit(1, 0).isNone());
    assertFalse(new MemoryLimit(1, 1).isNone());
    assertFalse(new MemoryLimit(0.9, 0).isNone());
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "-0.5, 0", "1.01, 0", "NaN, 0", "1, -1", "1, 9223372036854775807"})
  void numbersOutOfRangeAreRefusedByTheNameOfTheirSetting(double fraction, long mebibytes) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> new MemoryLimit(fraction, mebibytes))
            .getMessage();
    assertTrue(message.startsWith("engine.memory-"), message);
    assertTrue(message.contains("expected"), message);
  }
}
