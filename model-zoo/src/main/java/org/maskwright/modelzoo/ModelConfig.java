package org.maskwright.modelzoo;

import java.util.List;

/**
 * Describes a model completely but for its classes. Every published variant is a value of this
 * record ({@link Variants}).
 *
 * @param hiddenDim C, width of the pixel decoder and the mask decoder; a multiple of 32
 * @param maskDim width of mask features and mask embeddings, >= 1
 * @param sizeDivisibility images are padded right and bottom with 0 to a multiple of this, >= 1
 * @param backbone feature maps at strides 4 to 32
 * @param pixelDecoder mask features and memory
 * @param decoder queries to predictions
 */
public record ModelConfig(
    int hiddenDim,
    int maskDim,
    int sizeDivisibility,
    BackboneConfig backbone,
    PixelDecoderConfig pixelDecoder,
    DecoderConfig decoder) {
  /** Groups of every group normalisation; hence the multiple that hiddenDim must be. */
  public static final int NORM_GROUPS = 32;

  /** Checks the ranges. */
  public ModelConfig {
    require(
        hiddenDim > 0 && hiddenDim % NORM_GROUPS == 0,
        "hidden-dim",
        "a positive multiple of " + NORM_GROUPS,
        hiddenDim);
    require(maskDim > 0, "mask-dim", "at least 1", maskDim);
    require(sizeDivisibility > 0, "size-divisibility", "at least 1", sizeDivisibility);
    requireHeads("pixel-decoder.heads", pixelDecoder.heads(), hiddenDim);
    requireHeads("decoder.heads", decoder.heads(), hiddenDim);
    boolean multiScale = pixelDecoder.type() == PixelDecoderConfig.Type.DEFORMABLE;
    require(
        multiScale == (decoder.type() == DecoderConfig.Type.MASKED_ATTENTION),
        "decoder.type",
        "masked-attention exactly with pixel-decoder.type = deformable",
        decoder.type());
  }

  private static void requireHeads(String key, int heads, int hiddenDim) {
    require(hiddenDim % heads == 0, key, "a divisor of hidden-dim " + hiddenDim, heads);
  }

  static void require(boolean fits, String key, String expected, Object got) {
    if (!fits) {
      throw new IllegalArgumentException(
          "model." + key + ": expected " + expected + ", got " + got);
    }
  }

  /** The same model with another backbone. */
  public ModelConfig withBackbone(BackboneConfig other) {
    return new ModelConfig(hiddenDim, maskDim, sizeDivisibility, other, pixelDecoder, decoder);
  }

  /** The same model with another pixel decoder. */
  public ModelConfig withPixelDecoder(PixelDecoderConfig other) {
    return new ModelConfig(hiddenDim, maskDim, sizeDivisibility, backbone, other, decoder);
  }

  /** The same model with another mask decoder. */
  public ModelConfig withDecoder(DecoderConfig other) {
    return new ModelConfig(hiddenDim, maskDim, sizeDivisibility, backbone, pixelDecoder, other);
  }

  /**
   * The backbone. Only the record of the chosen family is read.
   *
   * @param type which family
   * @param resnet read if type is RESNET
   * @param swin read if type is SWIN
   * @param checkpointing whether each stage is computed again in the backward pass instead of
   *     keeping its intermediates: less memory, one more forward pass
   */
  public record BackboneConfig(
      Type type, ResNetConfig resnet, SwinConfig swin, boolean checkpointing) {
    /** Families of backbones. */
    public enum Type {
      /** arXiv 1512.03385. */
      RESNET,
      /** arXiv 2103.14030. */
      SWIN
    }
  }

  /**
   * A residual network in torchvision's layout (the stride sits in the 3x3 convolution).
   *
   * @param block BASIC (18, 34) or BOTTLENECK (50, 101)
   * @param blocks number of blocks of the four stages
   * @param width channels inside the first stage, 64 in the paper
   * @param stem first layers
   * @param norm what follows a convolution
   */
  public record ResNetConfig(Block block, List<Integer> blocks, int width, Stem stem, Norm norm) {
    /** Residual blocks. */
    public enum Block {
      /** Two 3x3 convolutions. */
      BASIC,
      /** 1x1, 3x3, 1x1 convolutions; four times as many channels out as inside. */
      BOTTLENECK
    }

    /** First layers. */
    public enum Stem {
      /** One 7x7 convolution. */
      BASIC,
      /** Three 3x3 convolutions and twice as many channels (ResNet-101c of MaskFormer). */
      DEEP
    }

    /** Batch normalisation. */
    public enum Norm {
      /** Never changes. */
      FROZEN,
      /** Statistics of this process's batch, trained affine values. */
      BATCH
    }

    /** Checks the ranges. */
    public ResNetConfig {
      blocks = List.copyOf(blocks);
      require(
          blocks.size() == 4 && blocks.stream().allMatch(n -> n > 0),
          "backbone.resnet.blocks",
          "four numbers >= 1",
          blocks);
      require(width > 0, "backbone.resnet.width", "at least 1", width);
    }
  }

  /**
   * A Swin transformer in its segmentation variant.
   *
   * @param embedDim channels of the first stage; doubles with each stage
   * @param depths number of blocks of the four stages
   * @param heads attention heads of the four stages; divide the channels
   * @param window side of the attention windows in tokens
   * @param mlpRatio hidden channels of a block's MLP by its channels, 4 in the paper
   * @param dropPath drop-path probability of the last block, rising from 0 at the first
   */
  public record SwinConfig(
      int embedDim,
      List<Integer> depths,
      List<Integer> heads,
      int window,
      int mlpRatio,
      double dropPath) {
    /** Checks the ranges. */
    public SwinConfig {
      depths = List.copyOf(depths);
      heads = List.copyOf(heads);
      require(embedDim > 0, "backbone.swin.embed-dim", "at least 1", embedDim);
      require(
          depths.size() == 4 && depths.stream().allMatch(n -> n > 0),
          "backbone.swin.depths",
          "four numbers >= 1",
          depths);
      boolean divide = heads.size() == 4;
      for (int s = 0; divide && s < 4; s++) {
        divide = heads.get(s) > 0 && (embedDim << s) % heads.get(s) == 0;
      }
      require(divide, "backbone.swin.heads", "four divisors of each stage's channels", heads);
      require(window > 0, "backbone.swin.window", "at least 1", window);
      require(mlpRatio > 0, "backbone.swin.mlp-ratio", "at least 1", mlpRatio);
      require(
          dropPath >= 0 && dropPath < 1, "backbone.swin.drop-path", "a value in [0,1)", dropPath);
    }
  }

  /**
   * The pixel decoder.
   *
   * @param type which one
   * @param layers encoder layers; FPN has none and ignores the rest
   * @param heads attention heads; divide hiddenDim
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param points sampled points per head and level; read by DEFORMABLE only
   * @param dropout probability in the layers
   */
  public record PixelDecoderConfig(
      Type type, int layers, int heads, int feedforwardDim, int points, double dropout) {
    /** Kinds of pixel decoders. */
    public enum Type {
      /** Feature pyramid; memory is the backbone's last map. */
      FPN,
      /** A transformer encoder on the last map, then a feature pyramid (MaskFormer panoptic). */
      TRANSFORMER_FPN,
      /** Multi-scale deformable attention (Mask2Former). */
      DEFORMABLE
    }

    /** Checks the ranges. */
    public PixelDecoderConfig {
      require(layers >= 0, "pixel-decoder.layers", "at least 0", layers);
      require(heads > 0, "pixel-decoder.heads", "at least 1", heads);
      require(feedforwardDim > 0, "pixel-decoder.feedforward-dim", "at least 1", feedforwardDim);
      require(points > 0, "pixel-decoder.points", "at least 1", points);
      require(dropout >= 0 && dropout < 1, "pixel-decoder.dropout", "a value in [0,1)", dropout);
    }
  }

  /**
   * The mask decoder.
   *
   * @param type which one
   * @param queries Q, objects an image can have at most; PER_PIXEL ignores it
   * @param layers decoder layers that exist (the reference's DEC_LAYERS of Mask2Former less one)
   * @param heads attention heads; divide hiddenDim
   * @param feedforwardDim hidden width of the layers' MLPs
   * @param dropout probability in the layers; 0 in Mask2Former
   */
  public record DecoderConfig(
      Type type, int queries, int layers, int heads, int feedforwardDim, double dropout) {
    /** Kinds of mask decoders. */
    public enum Type {
      /** Mask2Former: masked attention over three scales. */
      MASKED_ATTENTION,
      /** MaskFormer: DETR's decoder over one scale. */
      DETR
    }

    /** Checks the ranges. */
    public DecoderConfig {
      require(queries > 0, "decoder.queries", "at least 1", queries);
      require(layers > 0, "decoder.layers", "at least 1", layers);
      require(heads > 0, "decoder.heads", "at least 1", heads);
      require(feedforwardDim > 0, "decoder.feedforward-dim", "at least 1", feedforwardDim);
      require(dropout >= 0 && dropout < 1, "decoder.dropout", "a value in [0,1)", dropout);
    }

    /** The same decoder with another number of queries. */
    public DecoderConfig withQueries(int count) {
      return new DecoderConfig(type, count, layers, heads, feedforwardDim, dropout);
    }
  }
}
