package org.maskwright.modelzoo.weights;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * detectron2's rule for files that carry {@code matching_heuristics}: every model key takes the
 * longest checkpoint key that equals it or is a suffix of it after a dot.
 */
final class SuffixMatching {
  private SuffixMatching() {}

  /**
   * The tensors under the model's keys; tensors that match none keep their name.
   *
   * @throws CheckpointException if two model keys would take the same tensor
   */
  static StateDict rename(StateDict state, Collection<String> modelKeys) {
    Map<String, String> modelKeyOf = new HashMap<>();
    for (String modelKey : modelKeys) {
      String best = longestSuffix(state, modelKey);
      if (best == null) {
        continue;
      }
      String earlier = modelKeyOf.put(best, modelKey);
      if (earlier != null) {
        throw new CheckpointException(
            "'%s' of the file matches both '%s' and '%s' of the model"
                .formatted(best, earlier, modelKey));
      }
    }
    Map<String, HostTensor> renamed = new LinkedHashMap<>();
    state.asMap().forEach((key, tensor) -> renamed.put(modelKeyOf.getOrDefault(key, key), tensor));
    return StateDict.of(renamed).withMetadata(state.metadata());
  }

  private static String longestSuffix(StateDict state, String modelKey) {
    if (state.contains(modelKey)) {
      return modelKey;
    }
    for (int dot = modelKey.indexOf('.'); dot >= 0; dot = modelKey.indexOf('.', dot + 1)) {
      String suffix = modelKey.substring(dot + 1);
      if (state.contains(suffix)) {
        return suffix;
      }
    }
    return null;
  }
}
