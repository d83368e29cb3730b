package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.maskwright.engine.array.Pool2dSpec;
import org.maskwright.engine.array.ResizeMode;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.Shapes;

/** Matrix products, pooling, resizing and sampling. */
final class Layers {
  /** {@code grid_sampler_2d}'s codes for bilinear interpolation and zero padding. */
  private static final int BILINEAR = 0;

  private static final int ZERO_PADDING = 0;
  private static final long[] DENSE = {1, 1};
  private static final long[] FIRST_AXIS = {0};

  private final Results results;
  private final Natives natives;

  Layers(Results results, Natives natives) {
    this.results = results;
    this.natives = natives;
  }

  DeviceArray matmul(DeviceArray a, DeviceArray b, boolean transposeA, boolean transposeB) {
    return results.of(
        "matmul",
        () -> {
          Tensor left = tensor(a);
          Tensor right = tensor(b);
          try (Tensor turnedLeft = transposeA ? torch.transpose(left, -2, -1) : null;
              Tensor turnedRight = transposeB ? torch.transpose(right, -2, -1) : null) {
            Tensor first = transposeA ? turnedLeft : left;
            Tensor second = transposeB ? turnedRight : right;
            return torch.matmul(first, second);
          }
        },
        a,
        b);
  }

  /** Always one product of two matrices: of more axes LibTorch sometimes makes several. */
  DeviceArray linear(DeviceArray x, DeviceArray w, DeviceArray b) {
    return results.of(
        "linear",
        () -> {
          try (TensorOptional bias = Natives.optional(b == null ? null : tensor(b));
              Tensor rows = rows(tensor(x))) {
            return like(tensor(x), torch.linear(rows, tensor(w), bias));
          }
        },
        x,
        w);
  }

  DeviceArray[] linearBackward(
      DeviceArray grad, DeviceArray x, DeviceArray w, boolean needX, boolean needW, boolean needB) {
    return results.several(
        "linear backward",
        () -> {
          Tensor[] parts = new Tensor[3];
          try (Tensor g = rows(tensor(grad))) {
            if (needX) {
              parts[0] = like(tensor(grad), torch.mm(g, tensor(w)));
            }
            if (needW) {
              try (Tensor columns = torch.t(g);
                  Tensor rows = rows(tensor(x))) {
                parts[1] = torch.mm(columns, rows);
              }
            }
            if (needB) {
              parts[2] = torch.sum(g, FIRST_AXIS, false, natives.noType);
            }
            return parts;
          } catch (RuntimeException e) {
            Results.close(parts);
            throw e;
          }
        },
        grad);
  }

  /** [..,n] as a matrix [N,n]; to be closed. */
  private static Tensor rows(Tensor x) {
    int last = (int) x.dim() - 1;
    if (last == 1) {
      return new Tensor(x);
    }
    return x.reshape(Shapes.span(TorchArray.shape(x), 0, last), x.size(last));
  }

  /** A matrix [N,n] with the leading axes of another tensor; closes the matrix. */
  private static Tensor like(Tensor x, Tensor matrix) {
    int last = (int) x.dim() - 1;
    if (last == 1) {
      return matrix;
    }
    try (matrix) {
      long[] shape = TorchArray.shape(x);
      shape[last] = matrix.size(1);
      return matrix.reshape(shape);
    }
  }

  private static long[] kernel(Pool2dSpec spec) {
    return new long[] {spec.kernelH(), spec.kernelW()};
  }

  private static long[] stride(Pool2dSpec spec) {
    return new long[] {spec.strideH(), spec.strideW()};
  }

  private static long[] padding(Pool2dSpec spec) {
    return new long[] {spec.padH(), spec.padW()};
  }

  DeviceArray[] maxPool2d(DeviceArray x, Pool2dSpec spec) {
    return results.several(
        "maxPool2d",
        () ->
            Results.unpack(
                torch.max_pool2d_with_indices(
                    tensor(x), kernel(spec), stride(spec), padding(spec), DENSE, false)),
        x);
  }

  DeviceArray maxPool2dBackward(
      DeviceArray grad, DeviceArray x, DeviceArray indices, Pool2dSpec spec) {
    return results.of(
        "maxPool2d backward",
        () ->
            torch.max_pool2d_with_indices_backward(
                tensor(grad),
                tensor(x),
                kernel(spec),
                stride(spec),
                padding(spec),
                DENSE,
                false,
                tensor(indices)),
        grad,
        x);
  }

  DeviceArray avgPool2d(DeviceArray x, Pool2dSpec spec) {
    return results.of(
        "avgPool2d",
        () -> {
          try (LongOptional noDivisor = new LongOptional()) {
            return torch.avg_pool2d(
                tensor(x), kernel(spec), stride(spec), padding(spec), false, true, noDivisor);
          }
        },
        x);
  }

  DeviceArray avgPool2dBackward(DeviceArray grad, DeviceArray x, Pool2dSpec spec) {
    return results.of(
        "avgPool2d backward",
        () -> {
          try (LongOptional noDivisor = new LongOptional()) {
            return torch.avg_pool2d_backward(
                tensor(grad),
                tensor(x),
                kernel(spec),
                stride(spec),
                padding(spec),
                false,
                true,
                noDivisor);
          }
        },
        grad,
        x);
  }

  DeviceArray resize(DeviceArray x, int height, int width, ResizeMode mode) {
    long[] size = {height, width};
    return results.of(
        () -> "resize " + mode,
        () ->
            switch (mode) {
              case NEAREST -> torch.upsample_nearest2d(tensor(x), size);
              case BILINEAR -> torch.upsample_bilinear2d(tensor(x), size, false);
              case BICUBIC -> torch.upsample_bicubic2d(tensor(x), size, false);
            },
        x);
  }

  DeviceArray resizeBackward(DeviceArray grad, int height, int width, ResizeMode mode) {
    return results.of(
        () -> "resize " + mode + " backward",
        () -> {
          Tensor g = tensor(grad);
          long[] from = {g.size(2), g.size(3)};
          long[] to = {g.size(0), g.size(1), height, width};
          return switch (mode) {
            case NEAREST -> torch.upsample_nearest2d_backward(g, from, to);
            case BILINEAR -> torch.upsample_bilinear2d_backward(g, from, to, false);
            case BICUBIC -> torch.upsample_bicubic2d_backward(g, from, to, false);
          };
        },
        grad);
  }

  DeviceArray gridSample(DeviceArray x, DeviceArray grid) {
    return results.of(
        "gridSample",
        () -> torch.grid_sampler_2d(tensor(x), tensor(grid), BILINEAR, ZERO_PADDING, false),
        x,
        grid);
  }

  DeviceArray[] gridSampleBackward(
      DeviceArray grad, DeviceArray x, DeviceArray grid, boolean needX, boolean needGrid) {
    return results.several(
        "gridSample backward",
        () -> {
          Tensor[] parts =
              Results.unpack(
                  torch.grid_sampler_2d_backward(
                      tensor(grad),
                      tensor(x),
                      tensor(grid),
                      BILINEAR,
                      ZERO_PADDING,
                      false,
                      natives.mask(needX, needGrid)));
          if (!needGrid && parts[1] != null) { // computed all the same
            parts[1].close();
            parts[1] = null;
          }
          return parts;
        },
        grad,
        x,
        grid);
  }

  DeviceArray attention(
      DeviceArray q, DeviceArray k, DeviceArray v, DeviceArray blocked, double scale) {
    return results.of(
        "attention",
        () -> {
          // LibTorch's mask says where attention is allowed.
          try (Tensor allowed = blocked == null ? null : torch.logical_not(tensor(blocked));
              TensorOptional mask = Natives.optional(allowed);
              DoubleOptional factor = new DoubleOptional(scale)) {
            return torch.scaled_dot_product_attention(
                tensor(q), tensor(k), tensor(v), mask, 0, false, factor, false);
          }
        },
        q,
        k,
        v);
  }
}
