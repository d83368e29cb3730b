package org.maskwright.modelzoo.pixeldecoder;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.nn.Conv2d;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.nn.ModuleList;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Tensor;

/**
 * MaskFormer's pixel decoders: a feature pyramid with nearest-neighbour up-sampling, alone or on
 * top of a transformer encoder over the coarsest map.
 *
 * <p><b>Source</b> MaskFormer (arXiv 2107.06278), section 4.1
 */
public final class FeaturePyramid extends PixelDecoder {
  private final int memoryChannels;
  private final Conv2d inputProj;
  private final Transformer transformer;
  private final List<NormedConv> adapters = new ArrayList<>();
  private final List<NormedConv> layers = new ArrayList<>();
  private final Conv2d maskFeatures;
  private final SinePositions positions;

  private FeaturePyramid(
      Engine engine,
      List<Integer> inChannels,
      int channels,
      int maskDim,
      TransformerFpnPart.Settings encoder) {
    super(engine);
    int last = inChannels.size() - 1;
    int coarsest = inChannels.get(last);
    boolean encoded = encoder != null;
    memoryChannels = encoded ? channels : coarsest;
    inputProj =
        encoded ? child("input_proj", Projections.filled(engine, coarsest, channels, 1)) : null;
    transformer = encoded ? child("transformer", new Transformer(engine, channels, encoder)) : null;
    positions = new SinePositions(channels);
    for (int i = 0; i < last; i++) {
      adapters.add(
          child("adapter_" + (i + 1), new NormedConv(engine, inChannels.get(i), channels, 1)));
      layers.add(child("layer_" + (i + 1), new NormedConv(engine, channels, channels, 3)));
    }
    layers.add(child("layer_" + (last + 1), new NormedConv(engine, memoryChannels, channels, 3)));
    maskFeatures = child("mask_features", Projections.filled(engine, channels, maskDim, 3));
  }

  /** The pyramid alone, of the maps that are given; its memory is the coarsest. */
  public static FeaturePyramid plain(
      Engine engine, List<Integer> inChannels, int channels, int maskDim) {
    return new FeaturePyramid(engine, inChannels, channels, maskDim, null);
  }

  /** On top of a transformer encoder, whose result is the memory. */
  public static FeaturePyramid encoded(
      Engine engine,
      List<Integer> inChannels,
      int channels,
      int maskDim,
      TransformerFpnPart.Settings encoder) {
    return new FeaturePyramid(engine, inChannels, channels, maskDim, encoder);
  }

  private static final class Transformer extends Module {
    private final Encoder encoder;

    Transformer(Engine engine, int channels, TransformerFpnPart.Settings config) {
      super(engine);
      encoder = child("encoder", new Encoder(engine, channels, config));
    }
  }

  private static final class Encoder extends Module {
    private final ModuleList<TransformerEncoderLayer> layers;

    Encoder(Engine engine, int channels, TransformerFpnPart.Settings config) {
      super(engine);
      layers = child("layers", new ModuleList<>(engine));
      for (int i = 0; i < config.layers(); i++) {
        layers.add(new TransformerEncoderLayer(engine, channels, config));
      }
    }
  }

  @Override
  public int memoryChannels() {
    return memoryChannels;
  }

  @Override
  public PixelFeatures forward(List<Tensor> features) {
    int last = features.size() - 1;
    Tensor coarsest = features.get(last);
    int height = coarsest.intSize(2);
    int width = coarsest.intSize(3);
    Tensor map = coarsest;
    Tensor tokens;
    if (transformer == null) {
      tokens = Projections.tokens(coarsest);
    } else {
      tokens = encode(coarsest, height, width);
      map = Projections.map(tokens, height, width);
    }
    Tensor y = step(layers.get(last), map);
    for (int i = last - 1; i >= 0; i--) {
      Tensor above = y;
      NormedConv adapter = adapters.get(i);
      NormedConv layer = layers.get(i);
      Tensor lateral = features.get(i);
      y =
          engine()
              .tidy(
                  scope -> {
                    Tensor sum = engine().tidy(s -> added(adapter.forward(lateral), above));
                    return layer.forward(sum).reluOver();
                  });
    }
    return new PixelFeatures(
        maskFeatures.forward(y), List.of(new PixelFeatures.Level(tokens, height, width)));
  }

  private static Tensor added(Tensor side, Tensor above) {
    return side.add(above.resize(side.intSize(2), side.intSize(3), ResizeMode.NEAREST));
  }

  private Tensor step(NormedConv conv, Tensor x) {
    return engine().tidy(scope -> conv.forward(x).reluOver());
  }

  private Tensor encode(Tensor map, int height, int width) {
    return engine()
        .tidy(
            scope -> {
              Tensor x = Projections.tokens(inputProj.forward(map)); // [B,S,C]
              Tensor encoding = positions.tokens(engine(), height, width); // [S,C]
              for (TransformerEncoderLayer layer : transformer.encoder.layers.asList()) {
                x = layer.forward(x, encoding);
              }
              return x;
            });
  }
}
