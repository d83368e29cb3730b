package org.maskwright.trainer.match;

import java.util.Arrays;

/**
 * Which query of an image is compared with which of its targets. The other queries stand for no
 * object.
 */
public interface MatchPolicy {
  /**
   * The number of pairs, which must not depend on the costs: losses are divided by what is known
   * before the model runs. Unless a policy says else, one for each target while there are queries.
   */
  default int pairs(int queries, int targets) {
    return Math.min(queries, targets);
  }

  /** Whether costs are looked at, as they are unless a policy says else; else none is computed. */
  default boolean usesCosts() {
    return true;
  }

  /**
   * Matches one image.
   *
   * @param costs [queries, targets], row-major, finite; empty unless {@link #usesCosts}
   */
  Assignment match(float[] costs, int queries, int targets);

  /** The cheapest one-to-one assignment (DETR, arXiv 2005.12872, section 3.1). */
  static MatchPolicy hungarian() {
    return Assignment::solve;
  }

  /** Query i belongs to target i, as where a query is a prompt for one object. */
  static MatchPolicy identity() {
    return new MatchPolicy() {
      @Override
      public boolean usesCosts() {
        return false;
      }

      @Override
      public Assignment match(float[] costs, int queries, int targets) {
        int[] both = new int[pairs(queries, targets)];
        Arrays.setAll(both, i -> i);
        return Assignment.of(both, both);
      }
    };
  }

  /**
   * Target i has the queries i * k to i * k + k - 1 as hypotheses; the cheapest of them counts, the
   * first of equally cheap ones (Segment Anything, arXiv 2304.02643, section 3: of three masks for
   * a prompt only the one with the least loss is learnt from). Targets without a whole set of
   * hypotheses are left out.
   *
   * @param hypotheses k
   */
  static MatchPolicy minOf(int hypotheses) {
    if (hypotheses < 1) {
      throw new IllegalArgumentException(
          "min-of-k: expected at least 1 hypothesis of a target, got " + hypotheses);
    }
    return new MatchPolicy() {
      @Override
      public int pairs(int queries, int targets) {
        return Math.min(queries / hypotheses, targets);
      }

      @Override
      public Assignment match(float[] costs, int queries, int targets) {
        int[] columns = new int[pairs(queries, targets)];
        int[] rows = new int[columns.length];
        for (int t = 0; t < columns.length; t++) {
          columns[t] = t;
          rows[t] = t * hypotheses;
          for (int q = rows[t]; q < (t + 1) * hypotheses; q++) {
            if (costs[q * targets + t] < costs[rows[t] * targets + t]) {
              rows[t] = q;
            }
          }
        }
        return Assignment.of(rows, columns);
      }
    };
  }
}
