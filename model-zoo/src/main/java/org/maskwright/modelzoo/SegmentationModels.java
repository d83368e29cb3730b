package org.maskwright.modelzoo;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.ResNet;
import org.maskwright.modelzoo.backbone.Swin;
import org.maskwright.modelzoo.decoder.DetrDecoder;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.decoder.MaskedAttentionDecoder;
import org.maskwright.modelzoo.decoder.PerPixelDecoder;
import org.maskwright.modelzoo.head.ClassHead;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.head.FixedClassHead;
import org.maskwright.modelzoo.head.LinearClassHead;
import org.maskwright.modelzoo.pixeldecoder.DeformablePixelDecoder;
import org.maskwright.modelzoo.pixeldecoder.FeaturePyramid;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoder;

/** The one place where models are put together. */
public final class SegmentationModels {
  private SegmentationModels() {}

  /**
   * A model with fresh initial values from the engine's stream {@code init}.
   *
   * @param space the classes that it is to tell apart
   */
  public static SegmentationModel build(Engine engine, ModelConfig config, ClassSpace space) {
    try (var scope = engine.scope()) { // initial values are copied into parameters
      return engine.construct(() -> assemble(engine, config, space));
    }
  }

  private static SegmentationModel assemble(Engine engine, ModelConfig config, ClassSpace space) {
    Backbone backbone = backbone(engine, config.backbone());
    PixelDecoder pixelDecoder = pixelDecoder(engine, config, backbone);
    return new SegmentationModel(
        config, backbone, pixelDecoder, decoder(engine, config, pixelDecoder, space));
  }

  /** A backbone alone. */
  public static Backbone backbone(Engine engine, BackboneConfig config) {
    if (config instanceof BackboneConfig.Resnet resnet) {
      return new ResNet(engine, resnet);
    }
    return new Swin(engine, (BackboneConfig.Swin) config);
  }

  private static PixelDecoder pixelDecoder(Engine engine, ModelConfig config, Backbone backbone) {
    int channels = config.hiddenDim();
    if (config.pixelDecoder() instanceof PixelDecoderConfig.Deformable deformable) {
      return new DeformablePixelDecoder(
          engine, backbone.channels(), channels, config.maskDim(), deformable);
    }
    if (config.pixelDecoder() instanceof PixelDecoderConfig.TransformerFpn encoder) {
      return FeaturePyramid.encoded(
          engine, backbone.channels(), channels, config.maskDim(), encoder);
    }
    return FeaturePyramid.plain(engine, backbone.channels(), channels, config.maskDim());
  }

  private static MaskDecoder decoder(
      Engine engine, ModelConfig config, PixelDecoder pixelDecoder, ClassSpace space) {
    int channels = config.hiddenDim();
    int maskDim = config.maskDim();
    if (config.decoder() instanceof DecoderConfig.PerPixel) {
      return new PerPixelDecoder(engine, maskDim, new FixedClassHead(engine, space));
    }
    int memory = pixelDecoder.memoryChannels();
    if (config.decoder() instanceof DecoderConfig.PerPixelPlus plus) {
      DecoderConfig.Detr detr = plus.forClasses(space.size());
      ClassHead head = new FixedClassHead(engine, space);
      return new DetrDecoder(engine, memory, channels, maskDim, detr, head);
    }
    ClassHead head = new LinearClassHead(engine, channels, space);
    if (config.decoder() instanceof DecoderConfig.MaskedAttention masked) {
      return new MaskedAttentionDecoder(engine, channels, maskDim, masked, head);
    }
    DecoderConfig.Detr detr = (DecoderConfig.Detr) config.decoder();
    return new DetrDecoder(engine, memory, channels, maskDim, detr, head);
  }
}
