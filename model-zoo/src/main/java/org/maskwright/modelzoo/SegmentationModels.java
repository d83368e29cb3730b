package org.maskwright.modelzoo;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.modelzoo.backbone.Backbone;
import org.maskwright.modelzoo.backbone.BackboneConfig;
import org.maskwright.modelzoo.backbone.BackbonePart;
import org.maskwright.modelzoo.decoder.DecoderPart;
import org.maskwright.modelzoo.decoder.MaskDecoder;
import org.maskwright.modelzoo.head.ClassHeadPart;
import org.maskwright.modelzoo.head.ClassHeads;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoder;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderPart;
import org.maskwright.settings.Registry;

/** The one place where models are put together, of parts that build themselves. */
public final class SegmentationModels {
  private static final int COLOURS = 3;

  private SegmentationModels() {}

  /** A model of colours; see the other method. */
  public static SegmentationModel build(Engine engine, ModelConfig config, ClassSpace space) {
    return build(engine, config, COLOURS, space);
  }

  /**
   * A model with fresh initial values from the engine's stream {@code init}.
   *
   * @param inputs channels of the pictures
   * @param space the classes that it is to tell apart
   * @throws org.maskwright.settings.ExtensionException naming a part of someone else that fails
   */
  public static SegmentationModel build(
      Engine engine, ModelConfig config, int inputs, ClassSpace space) {
    try (var scope = engine.scope()) { // initial values are copied into parameters
      return engine.construct(() -> assemble(engine, config, inputs, space));
    }
  }

  private static SegmentationModel assemble(
      Engine engine, ModelConfig config, int inputs, ClassSpace space) {
    Backbone backbone = backbone(engine, config.backbone(), inputs);
    int channels = config.hiddenDim();
    int maskDim = config.maskDim();
    PixelDecoder pixelDecoder =
        Registry.of(PixelDecoderPart.class)
            .make(
                config.pixelDecoder(),
                () -> config.pixelDecoder().build(engine, backbone.channels(), channels, maskDim));
    ClassHeads classHeads =
        Registry.of(ClassHeadPart.class)
            .make(config.classHead(), () -> config.classHead().of(space));
    MaskDecoder decoder =
        Registry.of(DecoderPart.class)
            .make(
                config.decoder(),
                () ->
                    config
                        .decoder()
                        .build(
                            engine,
                            backbone,
                            pixelDecoder.memoryChannels(),
                            channels,
                            maskDim,
                            classHeads));
    return new SegmentationModel(
        config.withClassHead(classHeads.settings()), inputs, backbone, pixelDecoder, decoder);
  }

  /** A backbone of colours alone. */
  public static Backbone backbone(Engine engine, BackboneConfig config) {
    return backbone(engine, config, COLOURS);
  }

  /** A backbone alone, for pictures of so many channels. */
  public static Backbone backbone(Engine engine, BackboneConfig config, int inputs) {
    return Registry.of(BackbonePart.class).make(config, () -> config.build(engine, inputs));
  }
}
