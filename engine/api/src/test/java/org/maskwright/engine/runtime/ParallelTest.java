package org.maskwright.engine.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ParallelTest {
  @Test
  void theLatestOpenLeaseDecidesAndTheirEndRestores() {
    int before = Parallel.current().threads();
    Parallel.Lease three = Parallel.lease(3);
    Parallel.Lease five = Parallel.lease(5);
    assertEquals(5, Parallel.current().threads());
    three.close();
    assertEquals(5, Parallel.current().threads());
    five.close();
    five.close();
    assertEquals(before, Parallel.current().threads());
  }

  @Test
  void failureInAWorkerReachesTheCaller() {
    try (Parallel parallel = new Parallel(2)) {
      IllegalStateException e =
          assertThrows(
              IllegalStateException.class,
              () ->
                  parallel.range(
                      100,
                      1,
                      (from, to) -> {
                        if (from <= 50 && to > 50) {
                          throw new IllegalStateException("at 50");
                        }
                      }));
      assertEquals("at 50", e.getMessage());
    }
  }
}
