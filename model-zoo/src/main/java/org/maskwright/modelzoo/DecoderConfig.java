package org.maskwright.modelzoo;

import static org.maskwright.modelzoo.ModelConfig.require;

/** Describes a mask decoder. */
public sealed interface DecoderConfig {
  /** Q: an image can have at most so many objects. */
  int queries();

  /** Attention heads; divide hiddenDim. */
  int heads();

  /** The same decoder with another number of queries. */
  DecoderConfig withQueries(int count);

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

    @Override
    public MaskedAttention withQueries(int count) {
      return new MaskedAttention(count, layers, heads, feedforwardDim);
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

    @Override
    public Detr withQueries(int count) {
      return new Detr(count, layers, heads, feedforwardDim, dropout);
    }
  }

  private static void requireLayers(int queries, int layers, int heads, int feedforwardDim) {
    require(queries > 0, "queries", "at least 1", queries);
    require(layers > 0, "layers", "at least 1", layers);
    require(heads > 0, "heads", "at least 1", heads);
    require(feedforwardDim > 0, "feedforwardDim", "at least 1", feedforwardDim);
  }
}
