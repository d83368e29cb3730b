package org.maskwright.modelzoo;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.backbone.ResNetPart;

/**
 * What a model says about a batch: for each query a class and a mask.
 *
 * <p><b>Shapes</b> classLogits [B,Q,K+1], the last class is no-object; maskLogits [B,Q,h,w] of the
 * size of the backbone's finest map: stride 4 of the padded input, or 8 with {@link
 * ResNetPart.Geometry#DL4J}; every layer's outputs have the same shapes.
 *
 * <p><b>Lifecycle</b> the tensors belong to the scope in which the model ran.
 *
 * @param layers the supervised outputs in the order of the decoder's layers; the last one is the
 *     model's answer. At least one
 * @param maskFeatures [B,D,h,w], of which every layer's mask logits are the product with its mask
 *     embeddings; null where masks are no such products
 * @param maskScores how mask logits become probabilities
 */
public record Predictions(List<Layer> layers, Tensor maskFeatures, MaskScores maskScores) {
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

  /**
   * Output of one decoder layer.
   *
   * @param classLogits [B,Q,K+1]
   * @param maskLogits [B,Q,h,w]
   * @param maskEmbeddings [B,Q,D], or null where masks are no products with mask features
   */
  public record Layer(Tensor classLogits, Tensor maskLogits, Tensor maskEmbeddings) {
    /** Checks that the outputs belong together. */
    public Layer {
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

    /** Masks that are no products. */
    public Layer(Tensor classLogits, Tensor maskLogits) {
      this(classLogits, maskLogits, null);
    }
  }

  /** Keeps the list. */
  public Predictions {
    layers = List.copyOf(layers);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("predictions: expected the output of at least one layer");
    }
  }

  /** Masks that are no products. */
  public Predictions(List<Layer> layers, MaskScores maskScores) {
    this(layers, null, maskScores);
  }

  /** Mask classification with masks that are no products. */
  public static Predictions ofLayers(List<Layer> layers) {
    return new Predictions(layers, MaskScores.SIGMOID);
  }

  /** [B,Q,K+1] of the last layer. */
  public Tensor classLogits() {
    return last().classLogits();
  }

  /** [B,Q,h,w] of the last layer. */
  public Tensor maskLogits() {
    return last().maskLogits();
  }

  /** Outputs of the layers before the last, first layer first; empty where not asked for. */
  public List<Layer> auxiliary() {
    return layers.subList(0, layers.size() - 1);
  }

  private Layer last() {
    return layers.get(layers.size() - 1);
  }

  /**
   * Mask logits of some queries of every layer, layer after layer: [n,h,w].
   *
   * <p>They equal rows of {@link Layer#maskLogits} but for rounding. Where masks are products they
   * are computed anew from the rows' embeddings: n is a few objects of a hundred queries, and the
   * gradient then passes one product of n rows instead of a product of all rows for each layer, in
   * which most are zero.
   *
   * @param rows of each layer: image * Q + query
   */
  public Tensor chosenMasks(List<long[]> rows) {
    Engine engine = maskLogits().engine();
    return engine.tidy(
        scope -> {
          List<Tensor> chosen = new ArrayList<>();
          for (int l = 0; l < layers.size(); l++) {
            Tensor all =
                maskFeatures == null
                    ? layers.get(l).maskLogits().flatten(0, 1)
                    : layers.get(l).maskEmbeddings().flatten(0, 1);
            chosen.add(all.indexSelect(0, engine.longs(rows.get(l), rows.get(l).length)));
          }
          Tensor joined = Tensor.concat(0, chosen.toArray(Tensor[]::new));
          return maskFeatures == null ? joined : products(joined, images(rows));
        });
  }

  /** The image of each row. */
  private int[] images(List<long[]> rows) {
    long queries = classLogits().size(1);
    return rows.stream().flatMapToLong(Arrays::stream).mapToInt(r -> (int) (r / queries)).toArray();
  }

  /** Products of embeddings [n,D] with the features of their images, as one batch: [n,h,w]. */
  private Tensor products(Tensor embeddings, int[] images) {
    Engine engine = embeddings.engine();
    int batch = maskFeatures.intSize(0);
    int[] counts = new int[batch];
    for (int image : images) {
      counts[image]++;
    }
    int most = Arrays.stream(counts).max().orElse(0);
    long[] grouped = new long[batch * most]; // by image; row 0 where an image has fewer
    long[] back = new long[images.length];
    Arrays.fill(counts, 0);
    for (int i = 0; i < images.length; i++) {
      int place = images[i] * most + counts[images[i]]++;
      grouped[place] = i;
      back[i] = place;
    }
    return embeddings
        .indexSelect(0, engine.longs(grouped, grouped.length))
        .reshape(batch, most, embeddings.size(1))
        .matmul(maskFeatures.flatten(2, 3))
        .reshape(-1, maskFeatures.size(2), maskFeatures.size(3))
        .indexSelect(0, engine.longs(back, back.length));
  }
}
