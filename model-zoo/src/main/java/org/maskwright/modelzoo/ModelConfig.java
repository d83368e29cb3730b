package org.maskwright.modelzoo;

/**
 * Describes a model completely but for its classes. Every published variant is a value of this
 * record ({@link Variants}).
 *
 * @param hiddenDim C, width of the pixel decoder and the mask decoder; a multiple of 32
 * @param maskDim width of mask features and mask embeddings, >= 1
 * @param sizeDivisibility images are padded right and bottom with 0 to a multiple of this, >= 1
 * @param backbone feature maps of four strides
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

  /** Largest width of a layer and number of queries; what is beyond is a slip of the pen. */
  private static final int MAX_WIDTH = 32_768;

  /** Largest number of layers, blocks of a stage and the like. */
  static final int MAX_COUNT = 1024;

  /** Checks the ranges. */
  public ModelConfig {
    require(
        hiddenDim > 0 && hiddenDim <= MAX_WIDTH && hiddenDim % NORM_GROUPS == 0,
        "hiddenDim",
        "a multiple of %d from %d to %d".formatted(NORM_GROUPS, NORM_GROUPS, MAX_WIDTH),
        hiddenDim);
    requireWidth("maskDim", maskDim);
    requireCount("sizeDivisibility", sizeDivisibility);
    requireHeads("pixelDecoder", pixelDecoder.heads(), hiddenDim);
    requireHeads("decoder", decoder.heads(), hiddenDim);
    boolean multiScale = pixelDecoder instanceof PixelDecoderConfig.Deformable;
    require(
        decoder instanceof DecoderConfig.PerPixel
            || multiScale == decoder instanceof DecoderConfig.MaskedAttention,
        "decoder",
        "type per-pixel, or masked-attention exactly where pixel-decoder.type is deformable",
        decoder);
  }

  private static void requireHeads(String name, int heads, int hiddenDim) {
    require(
        hiddenDim % heads == 0,
        name,
        "a number of heads that divides hidden-dim " + hiddenDim,
        heads);
  }

  /** Of channels, tokens or queries. */
  static void requireWidth(String name, int width) {
    require(width > 0 && width <= MAX_WIDTH, name, "1 to " + MAX_WIDTH, width);
  }

  /** Of layers, heads and other small numbers. */
  static void requireCount(String name, int count) {
    require(count > 0 && count <= MAX_COUNT, name, "1 to " + MAX_COUNT, count);
  }

  static void require(boolean fits, String name, String expected, Object got) {
    if (!fits) {
      throw new IllegalArgumentException(name + ": expected " + expected + ", got " + got);
    }
  }

  /** The same model with images padded to other multiples. */
  public ModelConfig withSizeDivisibility(int other) {
    return new ModelConfig(hiddenDim, maskDim, other, backbone, pixelDecoder, decoder);
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
}
