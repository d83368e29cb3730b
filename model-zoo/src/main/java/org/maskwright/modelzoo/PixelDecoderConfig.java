package org.maskwright.modelzoo;

import static org.maskwright.modelzoo.ModelConfig.require;
import static org.maskwright.modelzoo.ModelConfig.requireCount;
import static org.maskwright.modelzoo.ModelConfig.requireWidth;

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
      requireCount("points", points);
    }
  }

  private static void requireLayers(int layers, int heads, int feedforwardDim, double dropout) {
    requireCount("layers", layers);
    requireCount("heads", heads);
    requireWidth("feedforwardDim", feedforwardDim);
    require(dropout >= 0 && dropout < 1, "dropout", "a value in [0,1)", dropout);
  }
}
