package org.maskwright.trainer.export;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What a user wants of a file that computes with bytes.
 *
 * @param pictures photographs such as the model will see, from which the ranges of activations are
 *     found: a file, a folder with all below it, or a list
 * @param mostLoss points of the deciding metric that may be lost, >= 0
 * @param config with {@code data.val} and {@code eval}, on which the loss is measured; empty: the
 *     configuration of the checkpoint's run
 * @param limit measure on at most so many pictures; 0 = all
 */
public record Int8Wishes(Path pictures, double mostLoss, Optional<Path> config, int limit) {
  /** Checks the ranges. */
  public Int8Wishes {
    if (!(mostLoss >= 0)) {
      throw new IllegalArgumentException(
          "most-loss: expected points of the metric, 0 or more, got " + mostLoss);
    }
    if (limit < 0) {
      throw new IllegalArgumentException("limit: expected at least 0, got " + limit);
    }
  }
}
