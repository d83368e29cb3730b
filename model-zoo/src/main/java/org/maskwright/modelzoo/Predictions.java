package org.maskwright.modelzoo;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.tensor.Tensor;

/**
 * What a model says about a batch: for each query a class and a mask.
 *
 * <p><b>Shapes</b> classLogits [B,Q,K+1], the last class is no-object; maskLogits [B,Q,h,w] at
 * stride 4 of the padded input; auxiliary outputs have the same shapes.
 *
 * <p><b>Lifecycle</b> the tensors belong to the scope in which the model ran.
 *
 * @param classLogits of the last decoder layer
 * @param maskLogits of the last decoder layer
 * @param auxiliary outputs of the layers before, first layer first; empty where not asked for
 * @param maskScores how mask logits become probabilities
 */
public record Predictions(
    Tensor classLogits, Tensor maskLogits, List<Layer> auxiliary, MaskScores maskScores) {
  /** How mask logits become probabilities. */
  public enum MaskScores {
    /** By the logistic function, each query for itself: masks may overlap. */
    SIGMOID,
    /**
     * By softmax over the queries: a pixel belongs to one. So of models that classify pixels, where
     * Q = K and query k stands for class k.
     */
    SOFTMAX
  }

  /** Checks that the two outputs belong together. */
  public Predictions {
    auxiliary = List.copyOf(auxiliary);
    boolean fits =
        classLogits.rank() == 3
            && maskLogits.rank() == 4
            && classLogits.size(0) == maskLogits.size(0)
            && classLogits.size(1) == maskLogits.size(1);
    if (!fits) {
      throw new IllegalArgumentException(
          "predictions: expected classLogits [B,Q,K+1] and maskLogits [B,Q,h,w], got "
              + classLogits
              + " and "
              + maskLogits);
    }
  }

  /** Output of one decoder layer: classLogits [B,Q,K+1] and maskLogits [B,Q,h,w]. */
  public record Layer(Tensor classLogits, Tensor maskLogits) {}

  /** Of mask classification. */
  public Predictions(Tensor classLogits, Tensor maskLogits, List<Layer> auxiliary) {
    this(classLogits, maskLogits, auxiliary, MaskScores.SIGMOID);
  }

  /** Mask classification whose last output is the last of {@code layers}, the others auxiliary. */
  public static Predictions ofLayers(List<Layer> layers) {
    return ofLayers(layers, MaskScores.SIGMOID);
  }

  /** Predictions whose last output is the last of {@code layers}, the others auxiliary. */
  public static Predictions ofLayers(List<Layer> layers, MaskScores maskScores) {
    Layer last = layers.get(layers.size() - 1);
    return new Predictions(
        last.classLogits(), last.maskLogits(), layers.subList(0, layers.size() - 1), maskScores);
  }

  /** Every supervised output: the auxiliary ones, then the last. */
  public List<Layer> layers() {
    List<Layer> all = new ArrayList<>(auxiliary);
    all.add(new Layer(classLogits, maskLogits));
    return all;
  }
}
