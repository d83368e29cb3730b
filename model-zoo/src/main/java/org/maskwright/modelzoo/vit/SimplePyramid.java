package org.maskwright.modelzoo.vit;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.nn.Init;
import org.maskwright.engine.nn.LayerNorm;
import org.maskwright.engine.nn.Linear;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Tensor;

/**
 * One level of the simple feature pyramid: the only map of a plain transformer, doubled, left or
 * halved, then mixed by a 1x1 and a 3x3 convolution, each normalised. Children are numbered as in
 * detectron2's sequence of layers, in which activations and pooling count.
 *
 * <p><b>Source</b> ViTDet (arXiv 2203.16527), section 3
 */
final class SimplePyramid extends Module {
  private static final double EPS = 1e-6;
  private static final Pool2dSpec HALVING = Pool2dSpec.of(2, 2, 0);
  private final int power;
  private final List<Doubling> doublings = new ArrayList<>();
  private final List<LayerNorm> norms = new ArrayList<>();
  private final NormedConv narrow;
  private final NormedConv mix;

  /**
   * A level.
   *
   * @param power its sides are 2^power times those of the map: -1 to 2
   */
  SimplePyramid(Engine engine, int in, int out, int power) {
    super(engine);
    this.power = power;
    int channels = in;
    int next = power < 0 ? 1 : 0; // pooling is layer 0
    for (int d = 0; d < power; d++) {
      if (d > 0) {
        norms.add(child(Integer.toString(next), new LayerNorm(engine, channels, EPS)));
        next += 2; // the activation behind it has no parameters
      }
      doublings.add(child(Integer.toString(next), new Doubling(engine, channels, channels / 2)));
      channels /= 2;
      next++;
    }
    narrow = child(Integer.toString(next), new NormedConv(engine, channels, out, 1));
    mix = child(Integer.toString(next + 1), new NormedConv(engine, out, out, 3));
  }

  /** map [B,C,h,w] to [B,O,h',w']; a half is rounded up. */
  Tensor forward(Tensor map) {
    return engine().tidy(scope -> mix.forward(narrow.forward(resized(map))));
  }

  private Tensor resized(Tensor map) {
    if (power < 0) {
      long[] after = {0, 0, map.size(2) % 2, map.size(3) % 2};
      return map.pad(new long[4], after, Double.NEGATIVE_INFINITY).maxPool2d(HALVING);
    }
    Tensor y = map;
    for (int d = 0; d < doublings.size(); d++) {
      y = doublings.get(d).forward(d == 0 ? y : norms.get(d - 1).forwardMap(y).gelu());
    }
    return y;
  }

  /** A convolution without bias, then its normalisation: {@code weight}, {@code norm.*}. */
  private static final class NormedConv extends Module {
    private final Parameter weight;
    private final Conv2dSpec spec;
    private final LayerNorm norm;

    NormedConv(Engine engine, int in, int out, int kernel) {
      super(engine);
      weight =
          parameter(
              "weight",
              Init.kaimingUniform(
                  engine, initStream(), Linear.DEFAULT_SLOPE, out, in, kernel, kernel));
      spec = Conv2dSpec.of(1, kernel / 2);
      norm = child("norm", new LayerNorm(engine, out, EPS));
    }

    Tensor forward(Tensor map) {
      return norm.forwardMap(map.conv2d(weight.tensor(), null, spec));
    }
  }
}
