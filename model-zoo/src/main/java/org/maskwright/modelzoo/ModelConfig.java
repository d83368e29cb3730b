package org.maskwright.modelzoo;

import static org.maskwright.modelzoo.part.Ranges.require;
import static org.maskwright.modelzoo.part.Ranges.requireCount;
import static org.maskwright.modelzoo.part.Ranges.requireWidth;

import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.head.ClassHeadConfig;
import org.maskwright.modelzoo.head.ClassHeadPart;
import org.maskwright.modelzoo.head.LinearHeadPart;
import org.maskwright.modelzoo.part.Ranges;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderConfig;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderPart;
import org.maskwright.settings.Doc;
import org.maskwright.settings.Registry;

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
 * @param classHead states of queries to classes, where the decoder has a class head
 */
public record ModelConfig(
    @Doc("Width of the pixel decoder and the mask decoder; a multiple of 32.") int hiddenDim,
    @Doc("Width of mask features and mask embeddings.") int maskDim,
    @Doc("Images are padded right and bottom with 0 to a multiple of this.") int sizeDivisibility,
    BackboneConfig backbone,
    PixelDecoderConfig pixelDecoder,
    DecoderConfig decoder,
    ClassHeadConfig classHead) {
  private static final ClassHeadConfig LINEAR = new LinearHeadPart.Settings();

  /** With a linear class head. */
  public ModelConfig(
      int hiddenDim,
      int maskDim,
      int sizeDivisibility,
      BackboneConfig backbone,
      PixelDecoderConfig pixelDecoder,
      DecoderConfig decoder) {
    this(hiddenDim, maskDim, sizeDivisibility, backbone, pixelDecoder, decoder, LINEAR);
  }

  /**
   * A side of an image after padding.
   *
   * @param divisibility of which it becomes a multiple
   * @throws ArithmeticException if that is beyond int
   */
  public static int paddedSize(int size, int divisibility) {
    return Math.multiplyExact(Math.floorDiv(size - 1, divisibility) + 1, divisibility);
  }

  /** Checks the ranges. */
  public ModelConfig {
    require(
        hiddenDim > 0
            && hiddenDim <= Ranges.MAX_WIDTH
            && hiddenDim % PixelDecoderConfig.NORM_GROUPS == 0,
        "hiddenDim",
        "a multiple of %d from %d to %d"
            .formatted(
                PixelDecoderConfig.NORM_GROUPS, PixelDecoderConfig.NORM_GROUPS, Ranges.MAX_WIDTH),
        hiddenDim);
    requireWidth("maskDim", maskDim);
    requireCount("sizeDivisibility", sizeDivisibility);
    require(
        sizeDivisibility % backbone.patch() == 0,
        "sizeDivisibility",
        "a multiple of %d, the side of the backbone's patches".formatted(backbone.patch()),
        sizeDivisibility);
    requireHeads("pixelDecoder", pixelDecoder.heads(), hiddenDim);
    requireHeads("decoder", decoder.heads(), hiddenDim);
    requireTokens(backbone, pixelDecoder, decoder);
    requireWholeCanvases(backbone, sizeDivisibility);
    requireMaps(backbone, pixelDecoder, decoder);
    requirePretext(backbone, pixelDecoder, decoder);
    int masks = maskDim;
    int hidden = hiddenDim;
    backbone.tokenWidth().ifPresent(width -> requireTokenWidth(width, hidden, masks));
    backbone
        .mapWidth()
        .ifPresent(
            width ->
                require(
                    hidden == width,
                    "hiddenDim",
                    "the width of the backbone's map, " + width,
                    hidden));
    decoder.check(hiddenDim, maskDim);
    require(
        decoder.hasClassHead() || classHead.equals(LINEAR),
        "classHead",
        "type linear, as the decoder " + decoderName(decoder) + " has no class head",
        Registry.of(ClassHeadPart.class).of(classHead).name());
    requireMemory(decoder, pixelDecoder.memoryLevels());
  }

  /** Blocks that one leaves are those that another runs, on tokens that nothing has mixed. */
  private static void requireTokens(
      BackboneConfig backbone, PixelDecoderConfig pixelDecoder, DecoderConfig decoder) {
    boolean left = backbone.tokenWidth().isPresent();
    if (left != decoder.runsEncoder()) {
      throw new IllegalArgumentException(
          left
              ? "decoder: expected type eomt or in-context, which run the blocks that the backbone"
                  + " holds back, got "
                  + decoderName(decoder)
              : "backbone: expected one that holds blocks back (vit.held-back), for the decoder "
                  + decoderName(decoder));
    }
    require(
        left == pixelDecoder.takesTokens(),
        "pixelDecoder",
        left ? "type tokens, for the decoder " + decoderName(decoder) : "another type than tokens",
        Registry.of(PixelDecoderPart.class).of(pixelDecoder).name());
    boolean canvases = backbone.canvasPicture().isPresent();
    if (canvases != decoder.takesExamples()) {
      throw new IllegalArgumentException(
          canvases
              ? "decoder: expected type in-context for a backbone that takes canvases of two"
                  + " pictures (vit.family = painter), got "
                  + decoderName(decoder)
              : "backbone: expected one that takes canvases of two pictures (vit.family = painter),"
                  + " for the decoder "
                  + decoderName(decoder));
    }
  }

  /** A canvas that is padded is another one. */
  private static void requireWholeCanvases(BackboneConfig backbone, int sizeDivisibility) {
    int side = backbone.canvasPicture().orElse(0);
    require(
        side % sizeDivisibility == 0,
        "sizeDivisibility",
        "a divisor of %d, the side of the pictures in a canvas".formatted(side),
        sizeDivisibility);
  }

  /** One map, or a pyramid made of four, is what prompts are answered about. */
  private static void requireMaps(
      BackboneConfig backbone, PixelDecoderConfig pixelDecoder, DecoderConfig decoder) {
    boolean one = backbone.mapWidth().isPresent();
    boolean prompts = decoder.takesPrompts();
    if (one && !prompts && !decoder.isPretext()) {
      throw new IllegalArgumentException(
          "decoder: expected type prompts, for a backbone of one map, got " + decoderName(decoder));
    }
    require(
        pixelDecoder.isForPrompts() == prompts
            && (pixelDecoder.takesOneMap() == one || decoder.isPretext()),
        "pixelDecoder",
        pixelDecoderFor(prompts, one),
        Registry.of(PixelDecoderPart.class).of(pixelDecoder).name());
  }

  /** A pretraining is of the backbone alone, and some need its patches one by one. */
  private static void requirePretext(
      BackboneConfig backbone, PixelDecoderConfig pixelDecoder, DecoderConfig decoder) {
    require(
        pixelDecoder.isForPretext() == decoder.isPretext(),
        "pixelDecoder",
        decoder.isPretext()
            ? "type none, for the decoder %s, which takes the backbone as it is"
                .formatted(decoderName(decoder))
            : "another type than none, which is for pretraining",
        Registry.of(PixelDecoderPart.class).of(pixelDecoder).name());
    require(
        !decoder.hidesPatches() || backbone.hidesPatches(),
        "backbone",
        "type vit with family mae, dinov2, dinov2-patches or clip and held-back = 0, for the decoder %s, which hides patches from a transformer"
            .formatted(decoderName(decoder)),
        Registry.of(BackbonePart.class).of(backbone).name());
  }

  private static String pixelDecoderFor(boolean prompts, boolean one) {
    if (!prompts) {
      return "another type than image-embedding and fpn-embedding, which are for the decoder"
          + " prompts";
    }
    return one
        ? "type image-embedding, for the decoder prompts on a backbone of one map"
        : "type fpn-embedding, for the decoder prompts on a backbone of four maps (or"
            + " image-embedding on tiny-vit, or on vit with family sam and map-channels 0)";
  }

  private static void requireTokenWidth(int width, int hiddenDim, int maskDim) {
    require(hiddenDim == width, "hiddenDim", "the backbone's width " + width, hiddenDim);
    require(maskDim == width, "maskDim", "the backbone's width " + width, maskDim);
  }

  private static void requireMemory(DecoderConfig decoder, int levels) {
    if (decoder.memoryLevels() != 0 && decoder.memoryLevels() != levels) {
      throw new IllegalArgumentException(
          "decoder: expected a type that attends to %d level%s of memory, as pixel-decoder gives, got %s, which attends to %d"
              .formatted(
                  levels, levels == 1 ? "" : "s", decoderName(decoder), decoder.memoryLevels()));
    }
  }

  private static String decoderName(DecoderConfig decoder) {
    return Registry.of(DecoderPart.class).of(decoder).name();
  }

  /** The mask decoder's name among the parts. */
  public String decoderName() {
    return decoderName(decoder);
  }

  private static void requireHeads(String name, int heads, int hiddenDim) {
    require(
        hiddenDim % heads == 0,
        name,
        "a number of heads that divides hidden-dim " + hiddenDim,
        heads);
  }

  /** The same model with images padded to other multiples. */
  public ModelConfig withSizeDivisibility(int other) {
    return new ModelConfig(hiddenDim, maskDim, other, backbone, pixelDecoder, decoder, classHead);
  }

  /** The same model with another backbone. */
  public ModelConfig withBackbone(BackboneConfig other) {
    return new ModelConfig(
        hiddenDim, maskDim, sizeDivisibility, other, pixelDecoder, decoder, classHead);
  }

  /** The same model with another pixel decoder. */
  public ModelConfig withPixelDecoder(PixelDecoderConfig other) {
    return new ModelConfig(
        hiddenDim, maskDim, sizeDivisibility, backbone, other, decoder, classHead);
  }

  /** The same model with another mask decoder. */
  public ModelConfig withDecoder(DecoderConfig other) {
    return new ModelConfig(
        hiddenDim, maskDim, sizeDivisibility, backbone, pixelDecoder, other, classHead);
  }

  /** The same model with another class head. */
  public ModelConfig withClassHead(ClassHeadConfig other) {
    return new ModelConfig(
        hiddenDim, maskDim, sizeDivisibility, backbone, pixelDecoder, decoder, other);
  }
}
