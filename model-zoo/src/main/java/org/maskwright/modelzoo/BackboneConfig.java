package org.maskwright.modelzoo;

import static org.maskwright.modelzoo.ModelConfig.require;

import java.util.List;

/** Describes a backbone. */
public sealed interface BackboneConfig {
  /**
   * Whether each stage is computed again in the backward pass instead of keeping its intermediates:
   * less memory for one more forward pass of the backbone.
   */
  boolean checkpointing();

  /**
   * A residual network (arXiv 1512.03385) in torchvision's layout: the stride sits in the 3x3
   * convolution.
   *
   * @param block BASIC (18, 34) or BOTTLENECK (50, 101)
   * @param blocks number of blocks of the four stages
   * @param width channels inside the first stage, 64 in the paper
   * @param stem first layers
   * @param norm what follows a convolution
   */
  record Resnet(
      Block block, List<Integer> blocks, int width, Stem stem, Norm norm, boolean checkpointing)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Resnet {
      blocks = List.copyOf(blocks);
      require(fourPositive(blocks), "blocks", "four numbers >= 1", blocks);
      require(width > 0, "width", "at least 1", width);
    }
  }

  /** Residual blocks. */
  enum Block {
    /** Two 3x3 convolutions. */
    BASIC,
    /** 1x1, 3x3, 1x1 convolutions; four times as many channels out as inside. */
    BOTTLENECK
  }

  /** First layers of a residual network. */
  enum Stem {
    /** One 7x7 convolution. */
    BASIC,
    /** Three 3x3 convolutions and twice as many channels (ResNet-101c of MaskFormer). */
    DEEP
  }

  /** Batch normalisation of a residual network. */
  enum Norm {
    /** Never changes. */
    FROZEN,
    /** Statistics of this process's batch, trained affine values. */
    BATCH
  }

  /**
   * A Swin transformer (arXiv 2103.14030) in its segmentation variant.
   *
   * @param embedDim channels of the first stage; doubles with each stage
   * @param depths number of blocks of the four stages
   * @param heads attention heads of the four stages; divide the channels
   * @param window side of the attention windows in tokens
   * @param mlpRatio hidden channels of a block's MLP by its channels, 4 in the paper
   * @param dropPath drop-path probability of the last block, rising from 0 at the first
   */
  record Swin(
      int embedDim,
      List<Integer> depths,
      List<Integer> heads,
      int window,
      int mlpRatio,
      double dropPath,
      boolean checkpointing)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Swin {
      depths = List.copyOf(depths);
      heads = List.copyOf(heads);
      require(embedDim > 0, "embedDim", "at least 1", embedDim);
      require(fourPositive(depths), "depths", "four numbers >= 1", depths);
      boolean divide = fourPositive(heads);
      for (int s = 0; divide && s < heads.size(); s++) {
        divide = (embedDim << s) % heads.get(s) == 0;
      }
      require(divide, "heads", "four divisors of the stages' channels", heads);
      require(window > 0, "window", "at least 1", window);
      require(mlpRatio > 0, "mlpRatio", "at least 1", mlpRatio);
      require(dropPath >= 0 && dropPath < 1, "dropPath", "a value in [0,1)", dropPath);
    }
  }

  private static boolean fourPositive(List<Integer> numbers) {
    return numbers.size() == 4 && numbers.stream().allMatch(n -> n > 0);
  }
}
