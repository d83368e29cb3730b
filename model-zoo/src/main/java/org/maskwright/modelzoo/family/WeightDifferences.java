package org.maskwright.modelzoo.family;

import java.util.LinkedHashMap;
import java.util.Map;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.ImportedWeights;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * A model whose backbone is published as differences to other weights, which have a licence of
 * their own: a backbone's tensor is the sum of both, all others are whole.
 */
final class WeightDifferences {
  private static final String BACKBONE = "backbone.";

  private WeightDifferences() {}

  /**
   * The sum.
   *
   * @param base the weights that the differences were taken to
   * @throws CheckpointException if a tensor of the backbone is not among them, or of another shape
   */
  static ImportedWeights added(ImportedWeights differences, ImportedWeights base) {
    Map<String, HostTensor> sums = new LinkedHashMap<>();
    differences
        .state()
        .asMap()
        .forEach(
            (key, value) ->
                sums.put(key, key.startsWith(BACKBONE) ? sum(key, value, base) : value));
    return differences.withState(StateDict.of(sums).withMetadata(differences.state().metadata()));
  }

  private static HostTensor sum(String key, HostTensor difference, ImportedWeights base) {
    HostTensor from = base.state().find(key).orElse(null);
    if (from == null || !from.hasShape(difference.shape())) {
      throw new CheckpointException(
          "%s: expected the weights that the differences were taken to, with '%s' of %s, got %s"
              .formatted(
                  base.provenance().source(), key, difference, from == null ? "none" : from));
    }
    float[] values = from.toFloatArray();
    float[] added = difference.toFloatArray();
    for (int i = 0; i < values.length; i++) {
      values[i] += added[i];
    }
    return HostTensor.ofFloats(values, from.shape());
  }
}
