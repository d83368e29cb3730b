package org.maskwright.trainer.loss;

import java.util.List;
import org.maskwright.trainer.matching.Assignment;

/**
 * The assignment of queries (rows) to targets (columns) for the images of a batch at one output.
 * Its pairs are counted image by image.
 */
record Matches(List<Assignment> images) {
  /** Keeps the list. */
  Matches {
    images = List.copyOf(images);
  }

  int pairs() {
    return images.stream().mapToInt(Assignment::size).sum();
  }

  /** The row of each pair in [B*Q,...]. */
  long[] rows(int queries) {
    long[] out = new long[pairs()];
    int k = 0;
    for (int b = 0; b < images.size(); b++) {
      for (int query : images.get(b).rows()) {
        out[k++] = (long) b * queries + query;
      }
    }
    return out;
  }

  /** The target of each pair within its image. */
  int[] columns() {
    return images.stream().flatMapToInt(a -> java.util.Arrays.stream(a.columns())).toArray();
  }

  /** The image of each pair. */
  int[] imageOfPair() {
    int[] out = new int[pairs()];
    int k = 0;
    for (int b = 0; b < images.size(); b++) {
      for (int i = 0; i < images.get(b).size(); i++) {
        out[k++] = b;
      }
    }
    return out;
  }
}
