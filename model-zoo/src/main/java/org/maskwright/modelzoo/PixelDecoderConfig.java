package org.maskwright.modelzoo;

import static org.maskwright.modelzoo.ModelConfig.require;

/** Describes a pixel decoder. */
public sealed interface PixelDecoderConfig {
  /** Attention heads; 1 where there is no attention. */
  int heads();

  /** A feature pyramid (MaskFormer semantic); memory is the backbone's last map. */
  record Fpn() implements PixelDecoderConfig {
    @Override
    public int heads() {
      return 1;
    }
  }

  /**
   * A transformer encoder on the backbone's last map, then a feature pyramid (MaskFormer panoptic).
   *
   * @param layers encoder layers
   * @param heads attention heads; divide hiddenDim
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers
   */
  record TransformerFpn(int layers, int heads, int feedforwardDim, double dropout)
      implements PixelDecoderConfig {
    /** Checks the ranges. */
    public TransformerFpn {
      requireLayers(layers, heads, feedforwardDim, dropout);
    }
  }

  /**
   * Multi-scale deformable attention (Mask2Former) over strides 8, 16 and 32.
   *
   * @param layers encoder layers
   * @param heads attention heads; divide hiddenDim
   * @param points sampled points per head and level
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers
   */
  record Deformable(int layers, int heads, int points, int feedforwardDim, double dropout)
      implements PixelDecoderConfig {
    /** Checks the ranges. */
    public Deformable {
      requireLayers(layers, heads, feedforwardDim, dropout);
      require(points > 0, "points", "at least 1", points);
    }
  }

  private static void requireLayers(int layers, int heads, int feedforwardDim, double dropout) {
    require(layers > 0, "layers", "at least 1", layers);
    require(heads > 0, "heads", "at least 1", heads);
    require(feedforwardDim > 0, "feedforwardDim", "at least 1", feedforwardDim);
    require(dropout >= 0 && dropout < 1, "dropout", "a value in [0,1)", dropout);
  }
}
