package org.maskwright.engine.tensor;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.Shapes;

/** Normalisations and softmax; always computed in float32. */
final class Normalisation {
  private Normalisation() {}

  private interface Backward {
    DeviceArray[] apply(
        DeviceArray grad,
        DeviceArray x,
        DeviceArray mean,
        DeviceArray rstd,
        DeviceArray w,
        boolean needX,
        boolean needWB);
  }

  private static Tensor float32(Tensor x) {
    return x.cast(DType.FLOAT32);
  }

  private static void requireChannels(String op, Tensor x, long channels, Tensor w, Tensor b) {
    if (!x.dtype().isFloating()
        || w.rank() != 1
        || b.rank() != 1
        || w.size(0) != channels
        || b.size(0) != channels) {
      throw new IllegalArgumentException(
          op
              + ": expected floating x and w, b of size "
              + channels
              + ", got "
              + x
              + ", "
              + w
              + ", "
              + b);
    }
  }

  private static void record(
      String op,
      Tensor y,
      Tensor x,
      Tensor w,
      Tensor b,
      Tensor mean,
      Tensor rstd,
      Backward backward) {
    Engine engine = y.engine();
    y.record(
        op,
        new Tensor[] {x, w, b},
        node -> {
          Tensor sx = node.save(x);
          Tensor sm = node.save(mean);
          Tensor sr = node.save(rstd);
          Tensor sw = node.save(w);
          boolean needWb = node.needs(1) || node.needs(2);
          return g -> {
            DeviceArray[] out =
                backward.apply(
                    float32(g).array(),
                    sx.array(),
                    sm.array(),
                    sr.array(),
                    sw.array(),
                    node.needs(0),
                    needWb);
            Tensor[] grads = new Tensor[3];
            for (int i = 0; i < 3; i++) {
              grads[i] = Products.wrap(engine, out[i], i == 0 ? sx : sw);
            }
            return grads;
          };
        });
  }

  static Tensor layer(Tensor input, Tensor w, Tensor b, double eps) {
    Engine engine = Pointwise.sameEngine("layerNorm", input, w, b);
    if (input.rank() < 1) {
      throw new IllegalArgumentException("layerNorm: expected at least one axis, got " + input);
    }
    requireChannels("layerNorm", input, input.size(-1), w, b);
    Tensor x = float32(input);
    DeviceArray[] out = engine.backend().layerNorm(x.array(), w.array(), b.array(), eps);
    Tensor y = engine.result(out[0], DType.FLOAT32, x.shapeArray());
    long[] stat = Shapes.with(x.shapeArray(), x.rank() - 1, 1);
    Tensor mean = engine.result(out[1], DType.FLOAT32, stat);
    Tensor rstd = engine.result(out[2], DType.FLOAT32, stat);
    record("layerNorm", y, x, w, b, mean, rstd, engine.backend()::layerNormBackward);
    return y;
  }

  static Tensor group(Tensor input, int groups, Tensor w, Tensor b, double eps) {
    Engine engine = Pointwise.sameEngine("groupNorm", input, w, b);
    if (input.rank() < 2 || groups < 1 || input.size(1) % groups != 0) {
      throw new IllegalArgumentException(
          "groupNorm: expected [B,C,...] with C a multiple of " + groups + " groups, got " + input);
    }
    requireChannels("groupNorm", input, input.size(1), w, b);
    Tensor x = float32(input);
    DeviceArray[] out = engine.backend().groupNorm(x.array(), groups, w.array(), b.array(), eps);
    Tensor y = engine.result(out[0], DType.FLOAT32, x.shapeArray());
    Tensor mean = engine.result(out[1], DType.FLOAT32, x.size(0), groups);
    Tensor rstd = engine.result(out[2], DType.FLOAT32, x.size(0), groups);
    record(
        "groupNorm",
        y,
        x,
        w,
        b,
        mean,
        rstd,
        (g, sx, m, r, sw, needX, needWb) ->
            engine.backend().groupNormBackward(g, sx, groups, m, r, sw, needX, needWb));
    return y;
  }

  static Tensor[] batch(Tensor input, Tensor w, Tensor b, double eps) {
    Engine engine = Pointwise.sameEngine("batchNorm", input, w, b);
    if (input.rank() != 4 || input.numel() == 0) {
      throw new IllegalArgumentException("batchNorm: expected a non-empty [B,C,H,W], got " + input);
    }
    requireChannels("batchNorm", input, input.size(1), w, b);
    Tensor x = float32(input);
    DeviceArray[] out = engine.backend().batchNorm(x.array(), w.array(), b.array(), eps);
    Tensor y = engine.result(out[0], DType.FLOAT32, x.shapeArray());
    Tensor mean = engine.result(out[1], DType.FLOAT32, x.size(1));
    Tensor rstd = engine.result(out[2], DType.FLOAT32, x.size(1));
    record("batchNorm", y, x, w, b, mean, rstd, engine.backend()::batchNormBackward);
    return new Tensor[] {y, mean, rstd};
  }

  private static Tensor requireFloating(String op, Tensor x) {
    if (!x.dtype().isFloating()) {
      throw new IllegalArgumentException(
          op + ": expected a floating tensor, got " + x + "; cast first");
    }
    return float32(x);
  }

  static Tensor softmax(Tensor input, int dim) {
    int d = Axes.axis("softmax", dim, input.rank());
    Tensor x = requireFloating("softmax", input);
    Engine engine = x.engine();
    Tensor y = engine.result(engine.backend().softmax(x.array(), d), DType.FLOAT32, x.shapeArray());
    return y.record(
        "softmax",
        new Tensor[] {x},
        node -> {
          Tensor sy = node.save(y);
          return g ->
              Pointwise.one(
                  Products.wrap(
                      engine,
                      engine.backend().softmaxBackward(float32(g).array(), sy.array(), d),
                      sy));
        });
  }

  static Tensor logSoftmax(Tensor input, int dim) {
    int d = Axes.axis("logSoftmax", dim, input.rank());
    Tensor x = requireFloating("logSoftmax", input);
    Engine engine = x.engine();
    Tensor y =
        engine.result(engine.backend().logSoftmax(x.array(), d), DType.FLOAT32, x.shapeArray());
    return y.record(
        "logSoftmax",
        new Tensor[] {x},
        node -> {
          Tensor sy = node.save(y);
          return g ->
              Pointwise.one(
                  Products.wrap(
                      engine,
                      engine.backend().logSoftmaxBackward(float32(g).array(), sy.array(), d),
                      sy));
        });
  }
}
