package org.maskwright.trainer.result;

import java.util.Optional;
import org.maskwright.datasets.Task;

/**
 * A kind of result that is made by asking a model, not of the outputs of queries: by prompts,
 * examples or the pretext of a pretraining.
 *
 * @param <R> the result of one image
 */
public interface AskedKind<R> extends ResultKind<R> {
  /** How a model is asked. */
  Asking<R> asked();

  @Override
  default Optional<Asking<R>> asking() {
    return Optional.of(asked());
  }

  /**
   * Always refuses.
   *
   * @throws UnsupportedOperationException as it is made by {@link #asked}
   */
  @Override
  default R process(ImageOutputs outputs, ResultContext context) {
    throw new UnsupportedOperationException(name() + ": made by asking");
  }

  /** Any. */
  @Override
  default Optional<Task> annotation() {
    return Optional.empty();
  }

  /** No masks of queries. */
  @Override
  default boolean needsMasks() {
    return false;
  }
}
