package org.maskwright.modelzoo;

import static org.maskwright.modelzoo.ModelConfig.require;
import static org.maskwright.modelzoo.ModelConfig.requireCount;
import static org.maskwright.modelzoo.ModelConfig.requireWidth;

import java.util.List;

/** Describes a backbone. */
public sealed interface BackboneConfig permits BackboneConfig.Resnet, BackboneConfig.Swin {
  /**
   * Whether each stage is computed again in the backward pass instead of keeping its intermediates:
   * less memory for one more forward pass of the backbone.
   */
  boolean checkpointing();

  /**
   * A residual network (arXiv 1512.03385).
   *
   * @param block BASIC (18, 34) or BOTTLENECK (50, 101)
   * @param blocks number of blocks of the four stages
   * @param width channels inside the first stage, 64 in the paper
   * @param stem first layers
   * @param norm what follows a convolution
   * @param checkpointing as in {@link BackboneConfig#checkpointing()}
   * @param geometry where strides and paddings sit
   */
  record Resnet(
      Block block,
      List<Integer> blocks,
      int width,
      Stem stem,
      Norm norm,
      boolean checkpointing,
      Geometry geometry)
      implements BackboneConfig {
    /** Checks the ranges. */
    public Resnet {
      blocks = List.copyOf(blocks);
      require(
          fourPositive(blocks),
          "blocks",
          "four numbers from 1 to " + ModelConfig.MAX_COUNT,
          blocks);
      requireWidth("width", width);
    }

    /** In torchvision's geometry. */
    public Resnet(
        Block block, List<Integer> blocks, int width, Stem stem, Norm norm, boolean checkpointing) {
      this(block, blocks, width, stem, norm, checkpointing, Geometry.TORCHVISION);
    }

    /** The same network with strides and paddings elsewhere. */
    public Resnet withGeometry(Geometry other) {
      return new Resnet(block, blocks, width, stem, norm, checkpointing, other);
    }
  }

  /**
   * What the weights' shapes do not tell about a residual network.
   *
   * @param strideIn which convolution of a bottleneck has the stride
   * @param poolPadding rows and columns around the input of the stem's 3x3 pooling, 0 or 1
   * @param strides of the four stages, 1 or 2; 2,2,2 after the first
   */
  record Geometry(StrideIn strideIn, int poolPadding, List<Integer> strides) {
    /** torchvision's and detectron2's: maps at strides 4 to 32. */
    public static final Geometry TORCHVISION =
        new Geometry(StrideIn.SPATIAL, 1, List.of(1, 2, 2, 2));

    /** Keras's, and that of the original Caffe models. */
    public static final Geometry KERAS = new Geometry(StrideIn.FIRST, 1, List.of(1, 2, 2, 2));

    /** Of the zoo of DL4J: its first stage strides too, so its maps are at strides 8 to 64. */
    public static final Geometry DL4J = new Geometry(StrideIn.FIRST, 0, List.of(2, 2, 2, 2));

    /** Checks the ranges. */
    public Geometry {
      strides = List.copyOf(strides);
      require(poolPadding == 0 || poolPadding == 1, "poolPadding", "0 or 1", poolPadding);
      boolean known = strides.equals(List.of(1, 2, 2, 2)) || strides.equals(List.of(2, 2, 2, 2));
      require(known, "strides", "[1,2,2,2] or [2,2,2,2]", strides);
    }
  }

  /** The convolution of a bottleneck that has the stride. */
  enum StrideIn {
    /** The first, 1x1. */
    FIRST,
    /** The 3x3. */
    SPATIAL
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
   * @param checkpointing as in {@link BackboneConfig#checkpointing()}
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
      requireWidth("embedDim", embedDim);
      require(
          fourPositive(depths),
          "depths",
          "four numbers from 1 to " + ModelConfig.MAX_COUNT,
          depths);
      boolean divide = fourPositive(heads);
      for (int s = 0; divide && s < heads.size(); s++) {
        divide = (embedDim << s) % heads.get(s) == 0;
      }
      require(divide, "heads", "four divisors of the stages' channels", heads);
      requireCount("window", window);
      requireCount("mlpRatio", mlpRatio);
      require(dropPath >= 0 && dropPath < 1, "dropPath", "a value in [0,1)", dropPath);
    }

    /**
     * The row in the table of relative positions of each pair of tokens of a window with that side.
     *
     * <p><b>Shapes</b> [N,N] row-major with N = side^2, of (2 side - 1)^2 rows
     */
    public static long[] relativePositions(int side) {
      int n = side * side;
      long[] out = new long[n * n];
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          int dy = i / side - j / side + side - 1;
          int dx = i % side - j % side + side - 1;
          out[i * n + j] = (long) dy * (2 * side - 1) + dx;
        }
      }
      return out;
    }
  }

  private static boolean fourPositive(List<Integer> numbers) {
    return numbers.size() == 4
        && numbers.stream().allMatch(n -> n > 0 && n <= ModelConfig.MAX_COUNT);
  }
}
