package org.maskwright.datasets.metrics;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/** Shares out numbered items among workers that keep something from one item to the next. */
final class Workers {
  private Workers() {}

  /**
   * Gives each item to the first worker that is free; once one has failed, nobody begins another.
   *
   * @return the workers, for what they have counted
   */
  static <W extends IntConsumer> List<W> run(int items, int workers, Supplier<W> newWorker) {
    AtomicInteger next = new AtomicInteger();
    return IntStream.range(0, workers)
        .parallel()
        .mapToObj(
            n -> {
              W worker = newWorker.get();
              try {
                int i;
                while ((i = next.getAndIncrement()) < items) {
                  worker.accept(i);
                }
              } catch (RuntimeException | Error e) {
                next.set(items);
                throw e;
              }
              return worker;
            })
        .toList();
  }
}
