package org.maskwright.modelzoo.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.prediction.MaskProduct;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.prediction.PointMasks;
import org.maskwright.modelzoo.prediction.QueryStates;
import org.maskwright.modelzoo.prediction.RegionEmbeddings;

/** From the states of queries to predictions: classes, and products with mask features. */
final class QueryHead {
  private final ClassHead classHead;
  private final Tensor maskFeatures;
  private final List<Outputs.Layer> layers = new ArrayList<>();
  private final List<Tensor> embeddings = new ArrayList<>();
  private final List<Tensor> regions = new ArrayList<>(); // if the head places them
  private Tensor states; // of the layer that was added last

  /**
   * For one call of a decoder.
   *
   * @param maskFeatures [B,D,T,h,w]
   */
  QueryHead(ClassHead classHead, Tensor maskFeatures) {
    this.classHead = classHead;
    this.maskFeatures = maskFeatures;
  }

  /**
   * The output of a layer.
   *
   * @param states [B,Q,C], normalised
   * @param maskEmbeddings [B,Q,D]
   */
  void add(Tensor states, Tensor maskEmbeddings) {
    Tensor masks = maskLogits(maskEmbeddings, maskFeatures);
    ClassHead.Answer answer = classHead.answer(states);
    layers.add(new Outputs.Layer(Optional.of(answer.logits()), masks));
    answer.regions().ifPresent(regions::add);
    embeddings.add(maskEmbeddings);
    this.states = states;
  }

  /**
   * What was added.
   *
   * @param product whether losses of chosen masks will be asked for
   */
  Outputs predictions(boolean product) {
    QueryStates last = new QueryStates(states);
    return outputs(product ? List.of(product(), last) : List.of(last));
  }

  /**
   * What was added and, once more, the last layer with masks that are functions of the place; for
   * losses.
   */
  Outputs predictions(PointMasks masks) {
    layers.add(layers.get(layers.size() - 1));
    embeddings.add(embeddings.get(embeddings.size() - 1));
    if (!regions.isEmpty()) {
      regions.add(regions.get(regions.size() - 1));
    }
    return outputs(List.of(product(), masks));
  }

  /** What was added, and functions of the place that give the masks of the answer. */
  Outputs withAnswer(PointMasks masks) {
    return outputs(List.of(masks));
  }

  private Outputs outputs(List<Outputs.Extra> extras) {
    List<Outputs.Extra> all = new ArrayList<>(extras);
    if (!regions.isEmpty()) {
      all.add(new RegionEmbeddings(regions));
    }
    return new Outputs(layers, classHead.maskScores(), all);
  }

  private MaskProduct product() {
    return new MaskProduct(embeddings, maskFeatures);
  }

  /**
   * Mask logits: the product of each query's embedding with the features of each pixel.
   *
   * <p><b>Shapes</b> embeddings [B,Q,D], features [B,D,T,h,w]; result [B,Q,T,h,w]
   */
  static Tensor maskLogits(Tensor embeddings, Tensor features) {
    return embeddings
        .matmul(features.flatten(2, 4))
        .reshape(
            embeddings.size(0),
            embeddings.size(1),
            features.size(2),
            features.size(3),
            features.size(4));
  }
}
