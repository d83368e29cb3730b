package org.maskwright.trainer.serve;

import java.util.List;
import java.util.Optional;

/**
 * A model that is loaded, as the {@link ModelQueue} runs it.
 *
 * <p><b>Threads</b> {@link #run} and {@link #close} by that of the queue, {@link #batch} by any.
 *
 * @param <I> a picture that waits
 * @param <O> what the model says of it
 */
interface ServedModel<I, O> extends AutoCloseable {
  /** What pictures have in common that can be run together; empty: it is run by itself. */
  Optional<?> batch(I picture);

  /**
   * Runs pictures.
   *
   * @param pictures of one {@link #batch}; one alone where that is empty
   * @return of each what came of it, in order
   */
  List<O> run(List<I> pictures);

  @Override
  void close();
}
