package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.Predictions;

/**
 * The matched pairs of all outputs, output after output and image by image: what the losses of
 * masks are computed for at once.
 */
final class Pairs {
  private final List<long[]> rows;
  private final int[] images;
  private final int[] targets;

  private Pairs(List<long[]> rows, int[] images, int[] targets) {
    this.rows = rows;
    this.images = images;
    this.targets = targets;
  }

  /** The pairs of every output; each output has as many. */
  static Pairs of(Predictions predictions, List<Matches> matches) {
    int queries = predictions.classLogits().intSize(1);
    return new Pairs(
        matches.stream().map(m -> m.rows(queries)).toList(),
        matches.stream().flatMapToInt(m -> java.util.Arrays.stream(m.imageOfPair())).toArray(),
        matches.stream().flatMapToInt(m -> java.util.Arrays.stream(m.columns())).toArray());
  }

  /** Number of the pair among those of its output and image, queries ascending. */
  int ofImage(int pair) {
    int first = pair;
    while (first % perOutput() > 0 && images[first - 1] == images[pair]) {
      first--;
    }
    return pair - first;
  }

  int count() {
    return images.length;
  }

  /** L. */
  int outputs() {
    return rows.size();
  }

  /** Pairs of an output. */
  int perOutput() {
    return count() / outputs();
  }

  /** Rows of [B*Q,...] of each output. */
  List<long[]> rows() {
    return rows;
  }

  int image(int pair) {
    return images[pair];
  }

  /** The pair's target within its image. */
  int target(int pair) {
    return targets[pair];
  }

  /** Values of pairs [count] as [L,perOutput]. */
  Tensor byOutput(Tensor values) {
    return values.reshape(outputs(), perOutput());
  }
}
