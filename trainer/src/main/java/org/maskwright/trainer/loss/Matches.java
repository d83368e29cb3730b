package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.trainer.matching.Assignment;

/**
 * The assignment of queries (rows) to targets (columns) for the images of a batch at one output.
 */
record Matches(List<Assignment> images) {
  /** Keeps the list. */
  Matches {
    images = List.copyOf(images);
  }

  int pairs() {
    return images.stream().mapToInt(Assignment::size).sum();
  }

  /** Rows of [B*Q,...] of all pairs, image by image. */
  long[] flatQueries(int queries) {
    long[] out = new long[pairs()];
    int k = 0;
    for (int b = 0; b < images.size(); b++) {
      Assignment a = images.get(b);
      for (int i = 0; i < a.size(); i++) {
        out[k++] = (long) b * queries + a.row(i);
      }
    }
    return out;
  }
}
