package org.maskwright.engine.nn;

import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;

/** Initial values of parameters, by the names under which the field knows them. */
public final class Init {
  private Init() {}

  private static double fanIn(long[] shape) {
    double fan = 1;
    for (int i = 1; i < shape.length; i++) {
      fan *= shape[i];
    }
    return fan;
  }

  private static double fanOut(long[] shape) {
    double fan = shape[0];
    for (int i = 2; i < shape.length; i++) {
      fan *= shape[i];
    }
    return fan;
  }

  /** U(-a,a), a = sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
  public static Tensor xavierUniform(Engine engine, RandomStream random, long... shape) {
    double bound = Math.sqrt(6 / (fanIn(shape) + fanOut(shape)));
    return engine.uniform(random, -bound, bound, shape);
  }

  /**
   * U(-b,b), b = sqrt(6 / ((1 + a^2) fanIn)) (He et al. 2015): a = 1 is c2_xavier_fill, a = sqrt(5)
   * the default of linear layers.
   */
  public static Tensor kaimingUniform(Engine engine, RandomStream random, double a, long... shape) {
    double bound = Math.sqrt(6 / ((1 + a * a) * fanIn(shape)));
    return engine.uniform(random, -bound, bound, shape);
  }

  /** N(0, 2 / fanOut): c2_msra_fill and torchvision's ResNet. */
  public static Tensor kaimingNormalFanOut(Engine engine, RandomStream random, long... shape) {
    return engine.normal(random, 0, Math.sqrt(2 / fanOut(shape)), shape);
  }

  /** U(-b,b), b = 1 / sqrt(fanIn): the default bias of linear and convolution layers. */
  public static Tensor biasUniform(Engine engine, RandomStream random, long[] weightShape) {
    double bound = 1 / Math.sqrt(fanIn(weightShape));
    return engine.uniform(random, -bound, bound, weightShape[0]);
  }

  /** Normal with the given deviation, redrawn outside +-2. */
  public static Tensor truncatedNormal(
      Engine engine, RandomStream random, double std, long... shape) {
    return engine.drawn(n -> truncatedNormal(random, std, n), shape);
  }

  private static float[] truncatedNormal(RandomStream random, double std, int count) {
    float[] out = new float[count];
    for (int i = 0; i < out.length; i++) {
      double x = random.nextGaussian() * std;
      while (Math.abs(x) > 2) {
        x = random.nextGaussian() * std;
      }
      out[i] = (float) x;
    }
    return out;
  }
}
