package org.maskwright.modelzoo.onnx;

import static java.util.stream.Collectors.toSet;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.ModelConfig;
import org.maskwright.modelzoo.SegmentationModels;
import org.maskwright.modelzoo.Variants;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.backbone.ClipResNetPart;
import org.maskwright.modelzoo.backbone.ConvNeXtPart;
import org.maskwright.modelzoo.backbone.EfficientNetLitePart;
import org.maskwright.modelzoo.backbone.MobileNetV2Part;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.backbone.SwinPart;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.EomtPart;
import org.maskwright.modelzoo.decoder.PerPixelPart;
import org.maskwright.modelzoo.decoder.PerPixelPlusPart;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.pixeldecoder.TokensPart;
import org.maskwright.modelzoo.pixeldecoder.TransformerFpnPart;
import org.maskwright.modelzoo.vit.VitActivation;
import org.maskwright.modelzoo.vit.VitFamily;
import org.maskwright.modelzoo.vit.VitPart;
import org.maskwright.settings.Registry;

/** Small models of each kind of the zoo, by name. */
final class TinyModels {
  private static final Comparator<BackboneConfig> BY_PARAMETERS =
      Comparator.comparingLong(
          config -> {
            try (Engine engine = Engine.shapesOnly();
                Backbone backbone = SegmentationModels.backbone(engine, config)) {
              return backbone.parameterCount();
            }
          });

  private TinyModels() {}

  /** Small ones by hand; then whatever part of the zoo is in none of them, as it was published. */
  static Map<String, ModelConfig> all() {
    ModelConfig tiny = Variants.get("mask2former-tiny");
    ModelConfig detr =
        new ModelConfig(
            64,
            64,
            32,
            tiny.backbone(),
            new FpnPart.Settings(),
            new DetrPart.Settings(10, 2, 4, 64, 0));
    Map<String, ModelConfig> all = new LinkedHashMap<>();
    all.put("deformable", tiny);
    all.put("swin", tiny.withBackbone(swin()));
    all.put("pyramid", detr);
    all.put("encoder", detr.withPixelDecoder(new TransformerFpnPart.Settings(1, 4, 64, 0)));
    all.put("per-pixel", detr.withDecoder(new PerPixelPart.Settings()));
    all.put("per-pixel-plus", detr.withDecoder(new PerPixelPlusPart.Settings(2, 4, 64, 0)));
    ResNetPart.Norm norm = ResNetPart.Norm.BATCH;
    List<Integer> channels = List.of(8, 8, 12, 12, 16, 16, 24);
    List<Integer> blocks = List.of(1, 2, 1, 1, 1, 2, 1);
    all.put(
        "mobilenet",
        tiny.withBackbone(new MobileNetV2Part.Settings(8, channels, blocks, norm, false)));
    all.put(
        "efficientnet",
        tiny.withBackbone(new EfficientNetLitePart.Settings(8, channels, blocks, norm, false)));
    all.put(
        "convnext",
        tiny.withBackbone(
            new ConvNeXtPart.Settings(List.of(8, 16, 24, 32), List.of(1, 2, 1, 1), 0, false)));
    all.put(
        "clip-resnet",
        tiny.withBackbone(new ClipResNetPart.Settings(List.of(1, 2, 1, 1), 8, norm, 0, 0, false)));
    for (VitFamily family : VitFamily.values()) {
      if (family == VitFamily.PAINTER) { // which gives an example's mask, and no maps
        continue;
      }
      all.put("maps of " + family, tiny.withBackbone(vit(family, 0)));
      if (family != VitFamily.SAM) { // whose windows have no place for queries
        all.put("eomt " + family, eomt(vit(family, 2)));
      }
    }
    Set<Class<?>> covered =
        all.values().stream().map(c -> c.backbone().getClass()).collect(toSet());
    for (BackbonePart part : Registry.of(BackbonePart.class).variants()) {
      boolean published = !part.published().isEmpty(); // tiny-vit is, with prompts alone
      if (published && !covered.contains(part.settings())) {
        BackboneConfig smallest = Collections.min(part.published().values(), BY_PARAMETERS);
        all.put("published " + part.name(), tiny.withBackbone(smallest));
      }
    }
    Set<List<Class<?>>> joined = all.values().stream().map(TinyModels::heads).collect(toSet());
    for (String name : Variants.names()) {
      ModelConfig published = Variants.get(name);
      boolean maps =
          published.backbone().tokenWidth().isEmpty()
              && published.backbone().mapWidth().isEmpty(); // of which prompts are answered
      if (maps && joined.add(heads(published))) {
        all.put(name, published.withBackbone(tiny.backbone()));
      }
    }
    return all;
  }

  /** Which pixel decoder and mask decoder a model has. */
  static List<Class<?>> heads(ModelConfig config) {
    return List.of(config.pixelDecoder().getClass(), config.decoder().getClass());
  }

  private static SwinPart.Settings swin() {
    return new SwinPart.Settings(16, List.of(2, 2, 2, 2), List.of(2, 2, 4, 4), 4, 2, 0, false);
  }

  private static VitPart.Settings vit(VitFamily family, int heldBack) {
    boolean sam = family == VitFamily.SAM;
    boolean registers = family.name().startsWith("DINO");
    return new VitPart.Settings(
        family,
        16,
        32,
        3,
        2,
        64,
        family == VitFamily.CLIP ? VitActivation.QUICK_GELU : VitActivation.GELU,
        false,
        family == VitFamily.DINOV3 ? 0 : 4,
        registers ? 4 : 0,
        sam ? 4 : 0,
        sam ? List.of(1) : List.of(),
        sam ? 16 : 0,
        heldBack,
        32,
        0,
        false);
  }

  private static ModelConfig eomt(VitPart.Settings encoder) {
    return new ModelConfig(
        32, 32, 32, encoder, new TokensPart.Settings(), new EomtPart.Settings(10));
  }
}
