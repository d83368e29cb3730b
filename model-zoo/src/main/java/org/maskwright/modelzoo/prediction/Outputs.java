package org.maskwright.modelzoo.prediction;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * What a model says about a batch: for each query a mask in each of T frames, and a class where the
 * model has classes. A photograph is one frame.
 *
 * <p><b>Shapes</b> classLogits [B,Q,K+1], the last class is no-object; maskLogits [B,Q,T,h,w] of
 * the size of the backbone's finest map: stride 4 of the padded input, or 8 with DL4J's ResNet-50;
 * every layer's outputs have the same shapes.
 *
 * <p><b>Lifecycle</b> the tensors belong to the scope in which the model ran.
 *
 * @param layers the supervised outputs in the order of the decoder's layers; the last one is the
 *     model's answer. At least one
 * @param maskScores how mask logits become probabilities
 * @param extras what only some models say; at most one of a type
 */
public record Outputs(List<Layer> layers, MaskScores maskScores, List<Extra> extras) {
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
   * Something that only some models say, found by its type: {@link MaskProduct} is one; predicted
   * overlaps, tokens of regions or embeddings of queries are others.
   */
  public interface Extra {
    /** All tensors in it; they live as long as the outputs. */
    List<Tensor> tensors();
  }

  /** Something that makes the model's answer of the last output, at inference. */
  public interface Refinement extends Extra {
    /** The answer, without gradient. */
    Layer refined(Layer last);
  }

  /**
   * Output of one decoder layer.
   *
   * @param classes [B,Q,K+1]; empty of a model that tells no classes apart
   * @param maskLogits [B,Q,T,h,w]
   */
  public record Layer(Optional<Tensor> classes, Tensor maskLogits) {
    /** Checks that the outputs belong together. */
    public Layer {
      boolean fits =
          maskLogits.rank() == 5
              && (classes.isEmpty()
                  || classes.get().rank() == 3
                      && classes.get().size(0) == maskLogits.size(0)
                      && classes.get().size(1) == maskLogits.size(1));
      if (!fits) {
        throw new IllegalArgumentException(
            "outputs: expected classLogits [B,Q,K+1] and maskLogits [B,Q,T,h,w], got "
                + classes.map(Tensor::toString).orElse("none")
                + " and "
                + maskLogits);
      }
    }

    /** Of photographs: class logits [B,Q,K+1] and mask logits [B,Q,h,w]. */
    public static Layer ofImages(Tensor classLogits, Tensor maskLogits) {
      return new Layer(Optional.of(classLogits), maskLogits.unsqueeze(2));
    }

    /**
     * The class logits [B,Q,K+1].
     *
     * @throws IllegalStateException if the model tells no classes apart
     */
    public Tensor classLogits() {
      return classes.orElseThrow(
          () ->
              new IllegalStateException(
                  "outputs: expected class logits, got masks alone " + maskLogits));
    }

    /** B. */
    public int images() {
      return maskLogits.intSize(0);
    }

    /** Q. */
    public int queries() {
      return maskLogits.intSize(1);
    }

    /** T. */
    public int frames() {
      return maskLogits.intSize(2);
    }

    /**
     * The mask logits [B,Q,h,w] of photographs.
     *
     * @throws IllegalStateException if there are several frames
     */
    public Tensor imageMaskLogits() {
      if (frames() != 1) {
        throw new IllegalStateException(
            "outputs: expected one frame, got maskLogits " + maskLogits);
      }
      return maskLogits.squeeze(2);
    }

    /** The mask logits as those of B*T single frames, an image's frames in a row: [B*T,Q,h,w]. */
    public Tensor frameMaskLogits() {
      return frames() == 1 ? imageMaskLogits() : maskLogits.transpose(1, 2).flatten(0, 1);
    }
  }

  /** Keeps the lists. */
  public Outputs {
    layers = List.copyOf(layers);
    extras = List.copyOf(extras);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("outputs: expected the output of at least one layer");
    }
    Set<Class<?>> types = new HashSet<>();
    for (Extra extra : extras) {
      if (!types.add(extra.getClass())) {
        throw new IllegalArgumentException(
            "outputs: expected one extra of a type, got two of " + extra.getClass().getName());
      }
    }
  }

  /** Without extras. */
  public Outputs(List<Layer> layers, MaskScores maskScores) {
    this(layers, maskScores, List.of());
  }

  /** Mask classification without extras. */
  public static Outputs ofLayers(List<Layer> layers) {
    return new Outputs(layers, MaskScores.SIGMOID);
  }

  /** [B,Q,K+1] of the last layer; see {@link Layer#classLogits}. */
  public Tensor classLogits() {
    return last().classLogits();
  }

  /** [B,Q,T,h,w] of the last layer. */
  public Tensor maskLogits() {
    return last().maskLogits();
  }

  /** [B,Q,h,w] of the last layer; see {@link Layer#imageMaskLogits}. */
  public Tensor imageMaskLogits() {
    return last().imageMaskLogits();
  }

  /** Outputs of the layers before the last, first layer first; empty where not asked for. */
  public List<Layer> auxiliary() {
    return layers.subList(0, layers.size() - 1);
  }

  /** The last layer's output, which is the model's answer. */
  public Layer last() {
    return layers.get(layers.size() - 1);
  }

  /**
   * The model's answer: the last layer, as each {@link Refinement} makes it, such as with finer
   * masks where these are {@link PointMasks}.
   */
  public Outputs answer() {
    Layer answer = last();
    for (Extra extra : extras) {
      answer = extra instanceof Refinement refinement ? refinement.refined(answer) : answer;
    }
    List<Extra> states = List.copyOf(extra(QueryStates.class).stream().toList());
    return extra(Refinement.class).isEmpty()
        ? this
        : new Outputs(List.of(answer), maskScores, states);
  }

  /** The same with something else that the model says. */
  public Outputs with(Extra extra) {
    List<Extra> all = new ArrayList<>(extras);
    all.add(extra);
    return new Outputs(layers, maskScores, all);
  }

  /** What a model says besides, if this one says it. */
  public <E extends Extra> Optional<E> extra(Class<E> type) {
    return extras.stream().filter(type::isInstance).map(type::cast).findFirst();
  }

  /** All tensors. */
  public List<Tensor> tensors() {
    List<Tensor> out = new ArrayList<>();
    for (Layer layer : layers) {
      layer.classes().ifPresent(out::add);
      out.add(layer.maskLogits());
    }
    extras.forEach(extra -> out.addAll(extra.tensors()));
    return out;
  }

  /**
   * Mask logits of some queries of every layer, layer after layer: [n,T,h,w].
   *
   * <p>They equal rows of {@link Layer#maskLogits} but for rounding: where masks are a {@link
   * MaskProduct} they are computed anew.
   *
   * @param rows of each layer: image * Q + query
   */
  public Tensor chosenMasks(List<long[]> rows) {
    return extra(MaskProduct.class)
        .map(product -> product.masks(rows, last().queries()))
        .orElseGet(
            () -> selected(layers.stream().map(l -> l.maskLogits().flatten(0, 1)).toList(), rows));
  }

  /** Rows of a tensor for each layer, joined. */
  static Tensor selected(List<Tensor> layers, List<long[]> rows) {
    Engine engine = layers.get(0).engine();
    return engine.tidy(
        scope -> {
          Tensor[] chosen = new Tensor[layers.size()];
          for (int l = 0; l < chosen.length; l++) {
            chosen[l] = layers.get(l).indexSelect(0, engine.longs(rows.get(l), rows.get(l).length));
          }
          return Tensor.concat(0, chosen);
        });
  }
}
