package org.maskwright.modelzoo.prediction;

import java.util.List;
import org.maskwright.engine.tensor.Tensor;

/**
 * Where the regions of the queries lie among words: the product of a region's embedding with that
 * of a word, of length 1, is the word's logit.
 *
 * @param layers of each output [B,Q,D], of the length that the head's scale is
 */
public record RegionEmbeddings(List<Tensor> layers) implements Outputs.Extra {
  /** Keeps the list. */
  public RegionEmbeddings {
    layers = List.copyOf(layers);
  }

  @Override
  public List<Tensor> tensors() {
    return layers;
  }
}
