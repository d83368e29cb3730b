package org.maskwright.modelzoo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.backbone.TinyVitPart;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.EomtPart;
import org.maskwright.modelzoo.decoder.InContextPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionVideoPart;
import org.maskwright.modelzoo.decoder.PerPixelPart;
import org.maskwright.modelzoo.decoder.PerPixelPlusPart;
import org.maskwright.modelzoo.pixeldecoder.DeformablePart;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.pixeldecoder.ImageEmbeddingPart;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderConfig;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.pixeldecoder.TransformerFpnPart;
import org.maskwright.modelzoo.prompt.PromptsPart;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.modelzoo.vit.VitSizes;
import org.maskwright.settings.ExtensionException;
import org.maskwright.settings.Names;
import org.maskwright.settings.Registry;

/**
 * Every published variant, and two small ones, by name. Queries are those of the panoptic and
 * semantic recipes; Swin-L's panoptic and instance recipes use 200, EoMT's semantic ones 100.
 */
public final class Variants {
  private static final int HIDDEN = 256;
  private static final int HEADS = 8;
  private static final int FEEDFORWARD = 2048;
  private static final int QUERIES = 100;
  private static final int SWIN_L_QUERIES = 200;
  private static final int EOMT_QUERIES = 200;
  private static final int PAD_32 = 32;

  private static final PixelDecoderConfig DEFORMABLE =
      new DeformablePart.Settings(6, HEADS, 4, 1024, 0);
  private static final PixelDecoderConfig ENCODER_FPN =
      new TransformerFpnPart.Settings(6, HEADS, FEEDFORWARD, 0.1);
  private static final PixelDecoderConfig FPN = new FpnPart.Settings();
  private static final DecoderConfig DETR =
      new DetrPart.Settings(QUERIES, 6, HEADS, FEEDFORWARD, 0.1);

  private static Map<String, ModelConfig> all;

  private Variants() {}

  /** The names, in the order of the zoo's table. */
  public static Set<String> names() {
    return all().keySet();
  }

  /**
   * The variant of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ModelConfig get(String name) {
    ModelConfig config = all().get(name);
    if (config == null) {
      throw new IllegalArgumentException(
          "model: expected one of "
              + String.join(", ", names())
              + ", got "
              + name
              + Names.meant(name, names()));
    }
    return config;
  }

  /** Made at the first call, so that what is wrong with someone else's part is told as it is. */
  private static synchronized Map<String, ModelConfig> all() {
    if (all == null) {
      all = make();
    }
    return all;
  }

  private static Map<String, ModelConfig> make() {
    Map<String, BackboneConfig> backbones = backbones();
    Map<String, ModelConfig> out = new LinkedHashMap<>();
    backbones.forEach(
        (name, backbone) -> {
          int queries = name.equals("swin-l") ? SWIN_L_QUERIES : QUERIES;
          out.put("mask2former-" + name, mask2Former(backbone, queries));
        });
    for (String name : List.of("r50", "r101", "swin-t", "swin-s", "swin-b", "swin-l")) {
      ModelConfig photographs = out.get("mask2former-" + name);
      int queries = name.equals("swin-l") ? SWIN_L_QUERIES : QUERIES;
      out.put(
          "mask2former-video-" + name,
          photographs.withDecoder(
              new MaskedAttentionVideoPart.Settings(queries, 9, HEADS, FEEDFORWARD)));
    }
    backbones.forEach(
        (name, backbone) ->
            out.put(
                "maskformer-" + name,
                new ModelConfig(
                    HIDDEN, HIDDEN, backbone.sizeDivisibility(PAD_32), backbone, FPN, DETR)));
    out.put(
        "maskformer-r101c", new ModelConfig(HIDDEN, HIDDEN, PAD_32, ResNetPart.R101C, FPN, DETR));
    for (String name : List.of("r50", "r101")) {
      out.put(
          "maskformer-" + name + "-encoder",
          new ModelConfig(HIDDEN, HIDDEN, 1, backbones.get(name), ENCODER_FPN, DETR));
    }
    ModelConfig perPixel = out.get("maskformer-r50").withDecoder(new PerPixelPart.Settings());
    out.put("per-pixel-r50", perPixel);
    out.put(
        "per-pixel-plus-r50",
        perPixel.withDecoder(new PerPixelPlusPart.Settings(6, HEADS, FEEDFORWARD, 0.1)));
    VitSizes.eomt().forEach((name, encoder) -> out.put("eomt-" + name, eomt(encoder)));
    VitSizes.sam().forEach((name, encoder) -> out.put("sam-vit-" + name, sam(encoder)));
    out.put("mobile-sam", sam(TinyVitPart.mobileSam()));
    out.put("seggpt-vit-l", segGpt());
    out.put("mask2former-small", small());
    out.put("mask2former-tiny", tiny());
    return java.util.Collections.unmodifiableMap(out);
  }

  /** Those that the parts publish. */
  private static Map<String, BackboneConfig> backbones() {
    Map<String, BackboneConfig> out = new LinkedHashMap<>();
    Registry<BackbonePart> parts = Registry.of(BackbonePart.class);
    for (BackbonePart part : parts.variants()) {
      parts
          .ask(part, part::published)
          .forEach(
              (name, backbone) -> {
                if (out.putIfAbsent(name, backbone) != null) {
                  throw new ExtensionException(
                      "%s: a backbone named %s is published already; rename it"
                          .formatted(part.getClass().getName(), name));
                }
              });
    }
    return out;
  }

  private static ModelConfig mask2Former(BackboneConfig backbone, int queries) {
    return new ModelConfig(
        HIDDEN,
        HIDDEN,
        backbone.sizeDivisibility(PAD_32),
        backbone,
        DEFORMABLE,
        new MaskedAttentionPart.Settings(queries, 9, HEADS, FEEDFORWARD));
  }

  private static ModelConfig eomt(VitPart.Settings encoder) {
    return new ModelConfig(
        encoder.width(),
        encoder.width(),
        PAD_32,
        encoder,
        new TokensPart.Settings(),
        new EomtPart.Settings(EOMT_QUERIES));
  }

  private static ModelConfig segGpt() {
    VitPart.Settings encoder = VitSizes.painter();
    return new ModelConfig(
        encoder.width(),
        encoder.width(),
        encoder.patch(),
        encoder,
        new TokensPart.Settings(),
        new InContextPart.Settings(List.of(5, 11, 17, 23), 2, 64, true));
  }

  /** Segment Anything: square images, a padded one where a side is shorter. */
  private static ModelConfig sam(BackboneConfig encoder) {
    return new ModelConfig(
        HIDDEN,
        HIDDEN / 8,
        encoder.imageSide().getAsInt(),
        encoder,
        new ImageEmbeddingPart.Settings(),
        new PromptsPart.Settings(2, HEADS, FEEDFORWARD, 0));
  }

  /** For a computer without an accelerator: ResNet-18, half the width, half the layers. */
  private static ModelConfig small() {
    return new ModelConfig(
        128,
        128,
        PAD_32,
        backbones().get("r18"),
        new DeformablePart.Settings(3, HEADS, 4, 512, 0),
        new MaskedAttentionPart.Settings(50, 6, HEADS, 512));
  }

  /** For tests and for trying out a data set: learns in minutes, not well. */
  private static ModelConfig tiny() {
    return new ModelConfig(
        64,
        64,
        PAD_32,
        new ResNetPart.Settings(
            ResNetPart.Block.BASIC,
            List.of(1, 1, 1, 1),
            16,
            ResNetPart.Stem.BASIC,
            ResNetPart.Norm.FROZEN,
            false),
        new DeformablePart.Settings(1, 4, 4, 128, 0),
        new MaskedAttentionPart.Settings(20, 3, 4, 128));
  }
}
