package org.maskwright.trainer.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SharedCoresTest {
  private static final List<Long> ALONE = List.of();

  private static String said(int threads, int cores, List<Long> others, double load) {
    return SharedCores.notice(threads, cores, others, load).orElse("");
  }

  @Test
  void aMachineOfItsOwnIsNoNews() {
    assertEquals(Optional.empty(), SharedCores.notice(8, 8, ALONE, 0.5));
    assertEquals(Optional.empty(), SharedCores.notice(8, 8, ALONE, -1), "load not known");
  }

  @Test
  void theLoadOfTheLaunchersOwnBuildIsNoOneElses() {
    System.setProperty(SharedCores.BUILT, "true");
    try {
      assertEquals(-1, SharedCores.load());
    } finally {
      System.clearProperty(SharedCores.BUILT);
    }
  }

  @Test
  void whatThisProcessDidBeforeIsNoOneElses() {
    double ofOneMinute = 1 - Math.exp(-1);
    assertEquals(0, SharedCores.ofOthers(2 * ofOneMinute, 120, 60), 1e-12);
    assertEquals(1, SharedCores.ofOthers(1 + 2 * ofOneMinute, 120, 60), 1e-12);
    assertEquals(0, SharedCores.ofOthers(2, 2 * 3600, 3600), 1e-12, "after an hour all of it");
    assertEquals(0, SharedCores.ofOthers(0.1, 120, 60), "never below none");
    assertEquals(0.5, SharedCores.ofOthers(0.5, -1, 60), "processor time not known");
    assertEquals(-1, SharedCores.ofOthers(-1, 1, 60), "load not known");
  }

  @Test
  void anotherCommandIsNamedWithTheThreadsThatFit() {
    String two = said(2, 2, List.of(4711L), -1);
    assertTrue(two.contains("4711") && two.contains("--threads 1 "), two);
    String eight = said(8, 8, List.of(1L, 2L, 3L), 0);
    assertTrue(eight.contains("--threads 2 "), eight);
    assertEquals("", said(4, 8, List.of(1L), 4), "both fit");
  }

  @Test
  void busyCoresAreCountedWhereTheLoadIsKnown() {
    assertTrue(said(2, 2, ALONE, 1.0).contains("--threads 1 "));
    assertTrue(said(8, 8, ALONE, 3.1).contains("--threads 5 "), said(8, 8, ALONE, 3.1));
    assertEquals("", said(4, 8, ALONE, 3.1));
    assertTrue(said(8, 8, ALONE, 30).contains("--threads 1 "), "never none");
  }
}
