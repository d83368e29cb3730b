package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.decoder.QueryDecoder;
import org.maskwright.modelzoo.decoder.QuerySource;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderConfig;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.prediction.Outputs;

/** Decoders take queries that they have not learned. */
class QuerySourceTest {
  private static final int CHANNELS = 64;
  private static final List<DecoderConfig> DECODERS =
      List.of(
          new MaskedAttentionPart.Settings(20, 2, 4, 64), new DetrPart.Settings(20, 2, 4, 64, 0));

  private static Engine open() {
    return Engine.open(EngineOptions.DEFAULT.withDevice("cpu").withThreads(1).withSeed(5));
  }

  private static SegmentationModel model(Engine engine, DecoderConfig decoder) {
    ModelConfig tiny = Variants.get("mask2former-tiny");
    PixelDecoderConfig pixelDecoder =
        decoder == DECODERS.get(0) ? tiny.pixelDecoder() : new FpnPart.Settings();
    ModelConfig config =
        new ModelConfig(CHANNELS, CHANNELS, 32, tiny.backbone(), pixelDecoder, decoder);
    return SegmentationModels.build(engine, config, ClassSpace.ofSize(3));
  }

  private static PixelFeatures features(SegmentationModel model, int images) {
    Tensor pixels = model.engine().uniform(RandomStream.of(1, "pixels"), -1, 1, images, 3, 64, 64);
    return model.pixelDecoder().forward(model.backbone().forward(pixels));
  }

  @Test
  void promptsAreDecodedEachForItsImage() {
    for (DecoderConfig config : DECODERS) {
      try (Engine engine = open();
          SegmentationModel model = model(engine, config);
          var off = engine.noGrad();
          var scope = engine.scope()) {
        PixelFeatures features = features(model, 2);
        RandomStream random = RandomStream.of(2, "prompts");
        Tensor content = engine.uniform(random, -1, 1, 2, 3, CHANNELS);
        Tensor positions = engine.uniform(random, -1, 1, 2, 3, CHANNELS);
        QuerySource prompts = f -> new QuerySource.Queries(content, positions);
        QueryDecoder decoder = (QueryDecoder) model.decoder();
        Outputs got = decoder.predict(features, prompts);
        assertArrayEquals(new long[] {2, 3, 1, 16, 16}, got.maskLogits().shape());
        assertArrayEquals(new long[] {2, 3, 4}, got.classLogits().shape());
        List<Outputs.Layer> all = decoder.forward(features, prompts).layers();
        assertArrayEquals(
            all.get(all.size() - 1).maskLogits().toFloats(), got.maskLogits().toFloats(), 1e-4f);
      }
    }
  }

  @Test
  void theLearnedQueriesGivenAsPromptsAreTheModelItself() {
    for (DecoderConfig config : DECODERS) {
      try (Engine engine = open();
          SegmentationModel model = model(engine, config);
          var off = engine.noGrad();
          var scope = engine.scope()) {
        PixelFeatures features = features(model, 2);
        QueryDecoder decoder = (QueryDecoder) model.decoder();
        QuerySource.Queries own = decoder.learned().queries(features);
        Tensor each = own.positions().unsqueeze(0).expand(2, -1, -1);
        Outputs got = decoder.predict(features, f -> new QuerySource.Queries(own.content(), each));
        Outputs expected = model.decoder().predict(features);
        assertArrayEquals(expected.maskLogits().toFloats(), got.maskLogits().toFloats(), 1e-5f);
      }
    }
  }

  @Test
  void queriesForOtherImagesOrChannelsAreRefused() {
    try (Engine engine = open();
        SegmentationModel model = model(engine, DECODERS.get(0));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      PixelFeatures features = features(model, 2);
      QueryDecoder decoder = (QueryDecoder) model.decoder();
      Tensor one = engine.zeros(1, 3, CHANNELS);
      Tensor positions = engine.zeros(3, CHANNELS);
      String message =
          assertThrows(
                  IllegalArgumentException.class,
                  () -> decoder.predict(features, f -> new QuerySource.Queries(one, positions)))
              .getMessage();
      assertTrue(message.contains("[2,Q,64]"), message);
      Tensor other = engine.zeros(4, CHANNELS);
      assertThrows(IllegalArgumentException.class, () -> new QuerySource.Queries(one, other));
      assertEquals(20, model.queries());
    }
  }
}
