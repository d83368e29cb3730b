package org.maskwright.engine.tensor;

import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.DeviceArray;

/** Interpolation of images; computed in float32. */
final class Sampling {
  private Sampling() {}

  static Tensor resize(Tensor input, int height, int width, ResizeMode mode) {
    if (input.rank() != 4
        || !input.dtype().isFloating()
        || height < 1
        || width < 1
        || input.size(2) < 1
        || input.size(3) < 1) {
      throw new IllegalArgumentException(
          "resize: expected floating [B,C,H,W] with H, W >= 1 and a size >= 1, got "
              + input
              + " to "
              + height
              + "x"
              + width);
    }
    if (input.size(2) == height && input.size(3) == width) {
      return input;
    }
    Tensor x = input.cast(DType.FLOAT32);
    Engine engine = x.engine();
    long[] shape = {x.size(0), x.size(1), height, width};
    int fromHeight = x.intSize(2);
    int fromWidth = x.intSize(3);
    Tensor y =
        engine.result(
            engine.backend().resize(x.array(), height, width, mode), DType.FLOAT32, shape);
    return y.record(
        "resize",
        new Tensor[] {x},
        node ->
            g ->
                Pointwise.one(
                    engine.result(
                        engine
                            .backend()
                            .resizeBackward(
                                g.cast(DType.FLOAT32).array(), fromHeight, fromWidth, mode),
                        DType.FLOAT32,
                        x.shapeArray())));
  }

  static Tensor grid(Tensor input, Tensor coordinates) {
    Engine engine = Pointwise.sameEngine("gridSample", input, coordinates);
    boolean fits =
        input.rank() == 4
            && coordinates.rank() == 4
            && coordinates.size(3) == 2
            && coordinates.size(0) == input.size(0)
            && input.size(2) > 0
            && input.size(3) > 0
            && input.dtype().isFloating()
            && coordinates.dtype().isFloating();
    if (!fits) {
      throw new IllegalArgumentException(
          "gridSample: expected floating [B,C,H,W] with H, W >= 1 and [B,h,w,2], got "
              + input
              + " and "
              + coordinates);
    }
    Tensor x = input.cast(DType.FLOAT32);
    Tensor grid = coordinates.cast(DType.FLOAT32);
    long[] shape = {x.size(0), x.size(1), grid.size(1), grid.size(2)};
    Tensor y =
        engine.result(engine.backend().gridSample(x.array(), grid.array()), DType.FLOAT32, shape);
    return y.record(
        "gridSample",
        new Tensor[] {x, grid},
        node -> {
          Tensor sx = node.save(x);
          Tensor sg = node.save(grid);
          return g -> {
            DeviceArray[] out =
                engine
                    .backend()
                    .gridSampleBackward(
                        g.cast(DType.FLOAT32).array(),
                        sx.array(),
                        sg.array(),
                        node.needs(0),
                        node.needs(1));
            return new Tensor[] {
              Products.wrap(engine, out[0], sx), Products.wrap(engine, out[1], sg)
            };
          };
        });
  }
}
