package org.maskwright.modelzoo;

import static org.maskwright.modelzoo.ModelConfig.require;
import static org.maskwright.modelzoo.ModelConfig.requireCount;
import static org.maskwright.modelzoo.ModelConfig.requireWidth;

/** Describes a mask decoder. */
public sealed interface DecoderConfig {
  /** Attention heads; divide hiddenDim; 1 where there is no attention. */
  int heads();

  /**
   * Mask2Former: masked attention over three scales.
   *
   * @param queries Q
   * @param layers decoder layers that exist: 9 in the paper, where the reference's DEC_LAYERS is 10
   * @param heads attention heads
   * @param feedforwardDim hidden width of the layers' MLPs
   */
  record MaskedAttention(int queries, int layers, int heads, int feedforwardDim)
      implements DecoderConfig {
    /** Checks the ranges. */
    public MaskedAttention {
      requireLayers(queries, layers, heads, feedforwardDim);
    }
  }

  /**
   * MaskFormer: DETR's decoder over one scale.
   *
   * @param queries Q
   * @param layers decoder layers
   * @param heads attention heads
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers
   */
  record Detr(int queries, int layers, int heads, int feedforwardDim, double dropout)
      implements DecoderConfig {
    /** Checks the ranges. */
    public Detr {
      requireLayers(queries, layers, heads, feedforwardDim);
      require(dropout >= 0 && dropout < 1, "dropout", "a value in [0,1)", dropout);
    }
  }

  /**
   * MaskFormer's first baseline, which it argues against: a 1x1 convolution of the mask features to
   * K class scores of each pixel. Semantic results only.
   */
  record PerPixel() implements DecoderConfig {
    @Override
    public int heads() {
      return 1;
    }
  }

  /**
   * MaskFormer's second baseline (PerPixelBaseline+): {@link Detr} with one query for each class
   * and no class head, so that a query's mask logits are its class's scores of each pixel. Semantic
   * results only.
   *
   * @param layers decoder layers
   * @param heads attention heads
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers
   */
  record PerPixelPlus(int layers, int heads, int feedforwardDim, double dropout)
      implements DecoderConfig {
    /** Checks the ranges. */
    public PerPixelPlus {
      forClasses(1, layers, heads, feedforwardDim, dropout);
    }

    /** The decoder for K classes. */
    public Detr forClasses(int classes) {
      return forClasses(classes, layers, heads, feedforwardDim, dropout);
    }

    private static Detr forClasses(
        int classes, int layers, int heads, int feedforwardDim, double dropout) {
      return new Detr(classes, layers, heads, feedforwardDim, dropout);
    }
  }

  /** Whether the decoder classifies pixels, instead of masks. */
  default boolean classifiesPixels() {
    return this instanceof PerPixel || this instanceof PerPixelPlus;
  }

  private static void requireLayers(int queries, int layers, int heads, int feedforwardDim) {
    requireWidth("queries", queries);
    requireCount("layers", layers);
    requireCount("heads", heads);
    requireWidth("feedforwardDim", feedforwardDim);
  }
}
