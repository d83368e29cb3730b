package org.maskwright.modelzoo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.modelzoo.BackboneConfig.Block;
import org.maskwright.modelzoo.BackboneConfig.Norm;
import org.maskwright.modelzoo.BackboneConfig.Stem;

/**
 * Every published variant, and two small ones, by name. Queries are those of the panoptic and
 * semantic recipes; Swin-L's panoptic and instance recipes use 200.
 */
public final class Variants {
  private static final int HIDDEN = 256;
  private static final int HEADS = 8;
  private static final int FEEDFORWARD = 2048;
  private static final int QUERIES = 100;
  private static final int SWIN_L_QUERIES = 200;
  private static final int PAD_32 = 32;

  private static final PixelDecoderConfig DEFORMABLE =
      new PixelDecoderConfig.Deformable(6, HEADS, 4, 1024, 0);
  private static final PixelDecoderConfig ENCODER_FPN =
      new PixelDecoderConfig.TransformerFpn(6, HEADS, FEEDFORWARD, 0.1);
  private static final PixelDecoderConfig FPN = new PixelDecoderConfig.Fpn();
  private static final DecoderConfig DETR =
      new DecoderConfig.Detr(QUERIES, 6, HEADS, FEEDFORWARD, 0.1);

  private static final Map<String, ModelConfig> ALL = all();

  private Variants() {}

  /** The names, in the order of the zoo's table. */
  public static Set<String> names() {
    return ALL.keySet();
  }

  /**
   * The variant of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ModelConfig get(String name) {
    ModelConfig config = ALL.get(name);
    if (config == null) {
      throw new IllegalArgumentException(
          "model: expected one of " + String.join(", ", names()) + ", got " + name);
    }
    return config;
  }

  private static Map<String, ModelConfig> all() {
    Map<String, BackboneConfig> backbones = new LinkedHashMap<>();
    backbones.put("r18", resnet(Block.BASIC, 2, 2, 2, 2));
    backbones.put("r34", resnet(Block.BASIC, 3, 4, 6, 3));
    backbones.put("r50", resnet(Block.BOTTLENECK, 3, 4, 6, 3));
    backbones.put("r101", resnet(Block.BOTTLENECK, 3, 4, 23, 3));
    backbones.put("swin-t", swin(96, 6, 3, 7));
    backbones.put("swin-s", swin(96, 18, 3, 7));
    backbones.put("swin-b", swin(128, 18, 4, 12));
    backbones.put("swin-l", swin(192, 18, 6, 12));
    Map<String, ModelConfig> out = new LinkedHashMap<>();
    backbones.forEach(
        (name, backbone) -> {
          int queries = name.equals("swin-l") ? SWIN_L_QUERIES : QUERIES;
          out.put("mask2former-" + name, mask2Former(backbone, queries));
        });
    backbones.forEach(
        (name, backbone) ->
            out.put(
                "maskformer-" + name,
                new ModelConfig(HIDDEN, HIDDEN, PAD_32, backbone, FPN, DETR)));
    out.put(
        "maskformer-r101c",
        new ModelConfig(
            HIDDEN,
            HIDDEN,
            PAD_32,
            new BackboneConfig.Resnet(
                Block.BOTTLENECK, List.of(3, 4, 23, 3), 64, Stem.DEEP, Norm.FROZEN, false),
            FPN,
            DETR));
    for (String name : List.of("r50", "r101")) {
      out.put(
          "maskformer-" + name + "-encoder",
          new ModelConfig(HIDDEN, HIDDEN, 1, backbones.get(name), ENCODER_FPN, DETR));
    }
    ModelConfig perPixel = out.get("maskformer-r50").withDecoder(new DecoderConfig.PerPixel());
    out.put("per-pixel-r50", perPixel);
    out.put(
        "per-pixel-plus-r50",
        perPixel.withDecoder(new DecoderConfig.PerPixelPlus(6, HEADS, FEEDFORWARD, 0.1)));
    out.put("mask2former-small", small());
    out.put("mask2former-tiny", tiny());
    return java.util.Collections.unmodifiableMap(out);
  }

  private static ModelConfig mask2Former(BackboneConfig backbone, int queries) {
    return new ModelConfig(
        HIDDEN,
        HIDDEN,
        PAD_32,
        backbone,
        DEFORMABLE,
        new DecoderConfig.MaskedAttention(queries, 9, HEADS, FEEDFORWARD));
  }

  /** For a computer without an accelerator: ResNet-18, half the width, half the layers. */
  private static ModelConfig small() {
    return new ModelConfig(
        128,
        128,
        PAD_32,
        resnet(Block.BASIC, 2, 2, 2, 2),
        new PixelDecoderConfig.Deformable(3, HEADS, 4, 512, 0),
        new DecoderConfig.MaskedAttention(50, 6, HEADS, 512));
  }

  /** For tests and for trying out a data set: learns in minutes, not well. */
  private static ModelConfig tiny() {
    return new ModelConfig(
        64,
        64,
        PAD_32,
        new BackboneConfig.Resnet(
            Block.BASIC, List.of(1, 1, 1, 1), 16, Stem.BASIC, Norm.FROZEN, false),
        new PixelDecoderConfig.Deformable(1, 4, 4, 128, 0),
        new DecoderConfig.MaskedAttention(20, 3, 4, 128));
  }

  private static BackboneConfig resnet(Block block, Integer... blocks) {
    return new BackboneConfig.Resnet(block, List.of(blocks), 64, Stem.BASIC, Norm.FROZEN, false);
  }

  private static BackboneConfig swin(int embedDim, int thirdDepth, int firstHeads, int window) {
    List<Integer> heads = List.of(firstHeads, 2 * firstHeads, 4 * firstHeads, 8 * firstHeads);
    return new BackboneConfig.Swin(
        embedDim, List.of(2, 2, thirdDepth, 2), heads, window, 4, 0.3, false);
  }
}
