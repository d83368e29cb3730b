package org.maskwright.engine.tensor;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.spi.DeviceArray;

/** Windows of images. */
final class Pooling {
  private Pooling() {}

  private static long[] shape(String op, Tensor x, Pool2dSpec spec) {
    long height = x.rank() == 4 ? spec.outHeight(x.size(2)) : 0;
    long width = x.rank() == 4 ? spec.outWidth(x.size(3)) : 0;
    if (height < 1 || width < 1 || !x.dtype().isFloating()) {
      throw new IllegalArgumentException(
          op
              + ": expected floating [B,C,H,W] at least as large as the window "
              + spec
              + ", got "
              + x);
    }
    return new long[] {x.size(0), x.size(1), height, width};
  }

  static Tensor max(Tensor x, Pool2dSpec spec) {
    x.requireOpen();
    Engine engine = x.engine();
    long[] shape = shape("maxPool2d", x, spec);
    DeviceArray[] out = engine.backend().maxPool2d(x.array(), spec);
    Tensor y = engine.result(out[0], x.dtype(), shape);
    Tensor indices = engine.result(out[1], DType.INT64, shape);
    return y.record(
        "maxPool2d",
        new Tensor[] {x},
        node -> {
          Tensor sx = node.save(x);
          Tensor si = node.save(indices);
          return g ->
              Pointwise.one(
                  Products.wrap(
                      engine,
                      engine
                          .backend()
                          .maxPool2dBackward(
                              g.cast(sx.dtype()).array(), sx.array(), si.array(), spec),
                      sx));
        });
  }

  static Tensor average(Tensor x, Pool2dSpec spec) {
    x.requireOpen();
    Engine engine = x.engine();
    long[] shape = shape("avgPool2d", x, spec);
    Tensor y = engine.result(engine.backend().avgPool2d(x.array(), spec), x.dtype(), shape);
    return y.record(
        "avgPool2d",
        new Tensor[] {x},
        node -> {
          Tensor sx = node.save(x);
          return g ->
              Pointwise.one(
                  Products.wrap(
                      engine,
                      engine
                          .backend()
                          .avgPool2dBackward(g.cast(sx.dtype()).array(), sx.array(), spec),
                      sx));
        });
  }
}
