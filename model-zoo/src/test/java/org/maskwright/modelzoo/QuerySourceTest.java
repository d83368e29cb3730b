package org.maskwright.modelzoo;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.decoder.DecoderConfig;
import org.maskwright.modelzoo.decoder.DetrPart;
import org.maskwright.modelzoo.decoder.MaskedAttentionPart;
import org.maskwright.modelzoo.decoder.QueryDecoder;
import org.maskwright.modelzoo.decoder.QuerySource;
import org.maskwright.modelzoo.decoder.RegionQueries;
import org.maskwright.modelzoo.head.ClassSpace;
import org.maskwright.modelzoo.pixeldecoder.FpnPart;
import org.maskwright.modelzoo.pixeldecoder.PixelDecoderConfig;
import org.maskwright.modelzoo.pixeldecoder.PixelFeatures;
import org.maskwright.modelzoo.pixeldecoder.SinePositions;
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

  /** Of images of 32 x 48 pixels at stride 8: 4 x 6 cells. */
  private static PixelFeatures cells(Engine engine) {
    Tensor tokens = engine.uniform(RandomStream.of(3, "cells"), -1, 1, 2, 24, CHANNELS);
    Tensor coarse = engine.zeros(2, 6, CHANNELS);
    return new PixelFeatures(
        engine.zeros(2, CHANNELS, 8, 12),
        List.of(new PixelFeatures.Level(coarse, 2, 3), new PixelFeatures.Level(tokens, 4, 6)));
  }

  /** Ones from the given corner, of the given size. */
  private static void fill(float[] map, int y, int x, int height, int width) {
    for (int row = y; row < y + height; row++) {
      Arrays.fill(map, row * 48 + x, row * 48 + x + width, 1);
    }
  }

  @Test
  void aRegionsQueryIsTheMeanOfItsCells() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      PixelFeatures features = cells(engine);
      float[] whole = new float[32 * 48];
      fill(whole, 0, 0, 32, 48);
      float[] pixel = new float[32 * 48]; // one pixel, of cell (2, 3)
      fill(pixel, 17, 30, 1, 1);
      float[] border = new float[32 * 48]; // twelve pixels of cell (0, 0), four of cell (0, 1)
      fill(border, 1, 5, 4, 4);
      Tensor one =
          Tensor.concat(
              0,
              engine.floats(whole, 1, 32, 48),
              engine.floats(pixel, 1, 32, 48),
              engine.floats(border, 1, 32, 48),
              engine.zeros(1, 32, 48));
      Tensor regions = Tensor.stack(0, one, one);
      QuerySource.Queries got = new RegionQueries(regions).queries(features);
      Tensor tokens = features.memory().get(1).tokens();
      Tensor encodings = new SinePositions(CHANNELS).tokens(engine, 4, 6);
      for (int b = 0; b < 2; b++) {
        assertRegions(tokens.select(0, b), got.content().select(0, b));
        assertRegions(encodings, got.positions().select(0, b));
      }
      QuerySource.Queries ofBits = new RegionQueries(regions.gt(0)).queries(features);
      assertArrayEquals(got.content().toFloats(), ofBits.content().toFloats());
    }
  }

  /** What the four regions of the test above make of the values [S,C] of cells. */
  private static void assertRegions(Tensor cells, Tensor got) {
    assertArrayEquals(cells.mean(0).toFloats(), got.select(0, 0).toFloats(), 1e-5f);
    assertArrayEquals(cells.select(0, 15).toFloats(), got.select(0, 1).toFloats(), 1e-5f);
    Tensor shared = cells.select(0, 0).mul(0.75).add(cells.select(0, 1).mul(0.25));
    assertArrayEquals(shared.toFloats(), got.select(0, 2).toFloats(), 1e-5f);
    assertArrayEquals(new float[CHANNELS], got.select(0, 3).toFloats());
  }

  @Test
  void regionsAreDecodedEachForItsImage() {
    try (Engine engine = open();
        SegmentationModel model = model(engine, DECODERS.get(0));
        var scope = engine.scope()) {
      PixelFeatures features = features(model, 2);
      Tensor regions = engine.uniform(RandomStream.of(4, "regions"), 0, 1, 2, 5, 64, 64);
      QueryDecoder decoder = (QueryDecoder) model.decoder();
      Outputs got = decoder.forward(features, new RegionQueries(regions));
      List<Outputs.Layer> layers = got.layers();
      Tensor last = layers.get(layers.size() - 1).maskLogits();
      assertArrayEquals(new long[] {2, 5, 1, 16, 16}, last.shape());
      last.square().sum().backward();
      model.backbone().parameters().values().stream()
          .filter(Parameter::isTrainable)
          .forEach(p -> assertNotNull(p.grad(), "features learn from what regions ask"));
    }
  }

  @Test
  void aMemoryOfOtherChannelsThanTheDecodersIsRefused() {
    try (Engine engine = open();
        SegmentationModel model = model(engine, DECODERS.get(1));
        var off = engine.noGrad();
        var scope = engine.scope()) {
      PixelFeatures features = features(model, 2);
      QuerySource regions = new RegionQueries(engine.zeros(2, 5, 64, 64));
      QueryDecoder decoder = (QueryDecoder) model.decoder();
      String message =
          assertThrows(IllegalArgumentException.class, () -> decoder.predict(features, regions))
              .getMessage();
      assertTrue(message.contains("[2,Q,64]"), message);
    }
  }

  @Test
  void regionsOfAnotherSizeOrTypeAreRefused() {
    try (Engine engine = open();
        var scope = engine.scope()) {
      PixelFeatures features = cells(engine);
      for (long[] shape : new long[][] {{1, 3, 32, 48}, {2, 3, 30, 48}, {2, 3, 32, 20}}) {
        RegionQueries regions = new RegionQueries(engine.zeros(shape));
        String message =
            assertThrows(IllegalArgumentException.class, () -> regions.queries(features))
                .getMessage();
        assertTrue(message.contains("multiples of 4 and 6"), message);
      }
      Tensor flat = engine.zeros(3, 32, 48);
      assertThrows(IllegalArgumentException.class, () -> new RegionQueries(flat));
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
