package org.maskwright.engine.tensor;

import java.util.Arrays;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.Shapes;

/** Matrix products and convolutions: what autocast applies to. */
final class Products {
  private Products() {}

  /** The tensor in the type in which products are computed. */
  static Tensor autocast(Tensor t) {
    if (t == null) {
      return null;
    }
    return t.dtype().isFloating() ? t.cast(t.engine().precision().products()) : t;
  }

  private static void requireFloating(String op, Tensor... tensors) {
    for (Tensor t : tensors) {
      if (t != null && !t.dtype().isFloating()) {
        throw new IllegalArgumentException(
            op + ": expected floating tensors, got " + t + "; cast first");
      }
    }
  }

  static Tensor matmul(Tensor first, Tensor second, boolean tb) {
    Engine engine = Pointwise.sameEngine("matmul", first, second);
    requireFloating("matmul", first, second);
    Tensor a = autocast(first);
    Tensor b = autocast(second);
    if (a.rank() < 2 || b.rank() < 2 || a.size(-1) != b.size(tb ? -1 : -2)) {
      throw new IllegalArgumentException(
          "matmul: expected [..,n,k] and [..,k,m], got "
              + first
              + " and "
              + second
              + (tb ? " transposed" : ""));
    }
    long[] lead =
        Shapes.broadcast(
            "matmul",
            Arrays.copyOf(a.shapeArray(), a.rank() - 2),
            Arrays.copyOf(b.shapeArray(), b.rank() - 2));
    Tensor wideA = lead(a, lead);
    Tensor wideB = lead(b, lead);
    long n = a.size(-2);
    long m = b.size(tb ? -2 : -1);
    long k = a.size(-1);
    long[] shape = Arrays.copyOf(lead, lead.length + 2);
    shape[lead.length] = n;
    shape[lead.length + 1] = m;
    engine.countMultiplyAdds(Shapes.product(shape) * k);
    Tensor y =
        engine.result(
            engine.backend().matmul(wideA.array(), wideB.array(), false, tb), a.dtype(), shape);
    return y.record(
        "matmul", new Tensor[] {wideA, wideB}, node -> matmulVjp(node, wideA, wideB, tb));
  }

  private static Tensor lead(Tensor t, long[] lead) {
    long[] shape = Arrays.copyOf(lead, lead.length + 2);
    shape[lead.length] = t.size(-2);
    shape[lead.length + 1] = t.size(-1);
    return t.expand(shape);
  }

  private static GradNode.Vjp matmulVjp(GradNode node, Tensor a, Tensor b, boolean tb) {
    Tensor sa = node.needs(1) ? node.save(a) : null;
    Tensor sb = node.needs(0) ? node.save(b) : null;
    return g -> {
      Tensor ga = null;
      Tensor gb = null;
      if (sb != null) {
        ga = raw(g, sb, false, !tb);
      }
      if (sa != null) {
        gb = tb ? raw(g, sa, true, false) : raw(sa, g, true, false);
      }
      return new Tensor[] {ga, gb};
    };
  }

  /** A product in the types at hand, whatever the precision mode is now. */
  private static Tensor raw(Tensor a, Tensor b, boolean ta, boolean tb) {
    Engine engine = a.engine();
    Tensor bb = b.dtype() == a.dtype() ? b : b.cast(a.dtype());
    long[] shape = a.shape();
    shape[shape.length - 2] = a.size(ta ? -1 : -2);
    shape[shape.length - 1] = bb.size(tb ? -2 : -1);
    return engine.result(engine.backend().matmul(a.array(), bb.array(), ta, tb), a.dtype(), shape);
  }

  static Tensor linear(Tensor x, Tensor weight, Tensor bias, Activation after) {
    Engine engine = Pointwise.sameEngine("linear", x, weight, bias);
    requireFloating("linear", x, weight, bias);
    boolean fits =
        x.rank() >= 1
            && weight.rank() == 2
            && x.size(-1) == weight.size(1)
            && (bias == null || bias.rank() == 1 && bias.size(0) == weight.size(0));
    if (!fits) {
      throw new IllegalArgumentException(
          "linear: expected x [..,in], w [out,in], b [out], got "
              + x
              + ", "
              + weight
              + ", "
              + bias);
    }
    Tensor input = autocast(x); // [..,in]
    Tensor w = autocast(weight);
    Tensor b = autocast(bias);
    long out = weight.size(0);
    engine.countMultiplyAdds(x.numel() * out);
    long[] shape = Shapes.with(x.shapeArray(), x.rank() - 1, out);
    DeviceArray offset = b == null ? null : b.array();
    if (isFused(engine, input, w, b)) {
      DeviceArray fused = engine.backend().linearThen(input.array(), w.array(), offset, after);
      if (fused != null) {
        return engine.result(fused, input.dtype(), shape);
      }
    }
    Tensor y =
        engine.result(
            engine.backend().linear(input.array(), w.array(), offset), input.dtype(), shape);
    y.record("linear", new Tensor[] {input, w, b}, node -> linearVjp(node, input, w));
    return then(y, after);
  }

  /** Whether products may be computed together with what follows: no gradient goes between them. */
  private static boolean isFused(Engine engine, Tensor... tensors) {
    if (!engine.usesFusedKernels()) {
      return false;
    }
    for (Tensor t : tensors) {
      if (engine.isGradEnabled() && t != null && t.requiresGrad()) {
        return false;
      }
    }
    return true;
  }

  private static Tensor then(Tensor x, Activation after) {
    return switch (after) {
      case NONE -> x;
      case RELU -> x.reluOver();
      case GELU -> x.gelu();
    };
  }

  /** In the type of the gradient at hand, whatever the precision mode is now. */
  private static GradNode.Vjp linearVjp(GradNode node, Tensor x, Tensor w) {
    Engine engine = x.engine();
    Tensor sx = node.needs(1) ? node.save(x) : null;
    Tensor sw = node.needs(0) ? node.save(w) : null;
    long[] xShape = x.shapeArray();
    long[] wShape = w.shapeArray();
    return g -> {
      DType dtype = g.dtype();
      DeviceArray[] out =
          engine
              .backend()
              .linearBackward(
                  g.array(),
                  sx == null ? null : sx.cast(dtype).array(),
                  sw == null ? null : sw.cast(dtype).array(),
                  node.needs(0),
                  node.needs(1),
                  node.needs(2));
      return new Tensor[] {
        out[0] == null ? null : engine.result(out[0], dtype, xShape),
        out[1] == null ? null : engine.result(out[1], dtype, wShape),
        out[2] == null ? null : engine.result(out[2], dtype, wShape[0])
      };
    };
  }

  static Tensor conv2d(
      Tensor image, Tensor weight, Tensor bias, Conv2dSpec spec, Activation after) {
    Engine engine = Pointwise.sameEngine("conv2d", image, weight, bias);
    requireFloating("conv2d", image, weight, bias);
    boolean fits =
        image.rank() == 4
            && weight.rank() == 4
            && image.size(1) == weight.size(1) * spec.groups()
            && weight.size(0) % spec.groups() == 0
            && (bias == null || bias.rank() == 1 && bias.size(0) == weight.size(0));
    if (!fits) {
      throw new IllegalArgumentException(
          "conv2d: expected x [B,C,H,W], w [O,C/groups,kH,kW], b [O] with groups = "
              + spec.groups()
              + ", got "
              + image
              + ", "
              + weight
              + ", "
              + bias);
    }
    long height = spec.outHeight(image.size(2), weight.size(2));
    long width = spec.outWidth(image.size(3), weight.size(3));
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "conv2d: expected an image at least as large as the kernel, got "
              + image
              + " with kernel "
              + weight
              + " and "
              + spec);
    }
    Tensor x = autocast(image);
    Tensor w = autocast(weight);
    Tensor b = autocast(bias);
    long[] shape = {image.size(0), weight.size(0), height, width};
    engine.countMultiplyAdds(
        Shapes.product(shape) * weight.size(1) * weight.size(2) * weight.size(3));
    Backend backend = engine.backend();
    DeviceArray offset = b == null ? null : b.array();
    Tensor y = engine.result(backend.conv2d(x.array(), w.array(), offset, spec), x.dtype(), shape);
    y.record(
        "conv2d",
        new Tensor[] {x, w, b},
        node -> {
          Tensor sx = node.save(x);
          Tensor sw = node.save(w);
          return g -> {
            Tensor grad = g.dtype() == sx.dtype() ? g : g.cast(sx.dtype());
            DeviceArray[] out =
                backend.conv2dBackward(
                    grad.array(),
                    sx.array(),
                    sw.array(),
                    spec,
                    node.needs(0),
                    node.needs(1),
                    node.needs(2));
            return new Tensor[] {
              wrap(engine, out[0], sx),
              wrap(engine, out[1], sw),
              out[2] == null ? null : engine.result(out[2], grad.dtype(), sw.size(0))
            };
          };
        });
    return then(y, after);
  }

  static Tensor wrap(Engine engine, DeviceArray array, Tensor like) {
    return array == null ? null : engine.result(array, like.dtype(), like.shapeArray());
  }
}
