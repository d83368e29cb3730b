package org.maskwright.datasets.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class WorkersTest {
  @Test
  void afterAFailureNobodyBeginsAnotherItem() {
    int items = 100_000;
    CountDownLatch failed = new CountDownLatch(1);
    AtomicInteger begun = new AtomicInteger();
    IntConsumer work =
        i -> {
          begun.incrementAndGet();
          if (i == 0) {
            failed.countDown();
            throw new IllegalStateException("item 0");
          }
          try {
            failed.await();
            Thread.sleep(1);
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    var e = assertThrows(IllegalStateException.class, () -> Workers.run(items, 2, () -> work));
    // The pool hands an error of its own threads on as a new one with the first as its cause.
    assertTrue(e.getMessage().endsWith("item 0"), e::toString);
    assertTrue(begun.get() < items / 10, begun + " items begun");
  }

  @Test
  void tablesOfManyClassesLeaveRoomForFewerWorkers() {
    assertEquals(16, SemanticFiles.workers(16, 150));
    assertEquals(1, SemanticFiles.workers(16, SemanticEvaluator.MAX_CLASSES));
    int workers = SemanticFiles.workers(16, 4000);
    assertTrue(workers > 1 && workers < 16, workers + " workers");
  }
}
