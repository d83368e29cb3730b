package org.maskwright.modelzoo.postprocess;

import java.util.ArrayList;
import java.util.List;

/**
 * A query that takes part in a panoptic result.
 *
 * @param classIndex its likeliest class, which is not no-object
 * @param score probability of that class
 */
record Kept(int query, int classIndex, float score) {
  /** The queries whose likeliest class is one, with a probability above the threshold. */
  static List<Kept> of(QueryOutputs outputs, double threshold) {
    List<Kept> out = new ArrayList<>();
    for (int q = 0; q < outputs.queries(); q++) {
      int best = 0;
      for (int k = 1; k <= outputs.classes(); k++) {
        if (outputs.classProb(q, k) > outputs.classProb(q, best)) {
          best = k;
        }
      }
      float score = outputs.classProb(q, best);
      if (best != outputs.classes() && score > threshold) {
        out.add(new Kept(q, best, score));
      }
    }
    return out;
  }
}
