package org.maskwright.engine.torch;

import static org.maskwright.engine.torch.TorchArray.tensor;

import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.MemoryFormat;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.spi.DeviceArray;

/**
 * Convolutions, as oneDNN computes them rightly on every processor.
 *
 * <p><b>Strides of 1x1 kernels</b> never reach oneDNN: its AVX2 kernel for the gradient of such
 * weights writes outside its memory for few input channels (wrong numbers, a crash, or a barrier
 * that waits for ever). A 1x1 convolution without padding reads only the pixels that its stride
 * hits, so it is computed as one of stride 1 of those pixels, and the gradient of the image is
 * theirs among zeros. oneDNN gathers the pixels itself too, so nothing is lost.
 *
 * <p><b>Order in memory</b> channels-last, which oneDNN reads up to twice as fast as rows. An
 * exception are gradients of weights on processors without AVX-512: there its kernel for larger
 * windows is 1.1 to 3.2 times as slow in channels-last, with 64 channels and more, as in rows, the
 * copies into rows counted (AMD EPYC of family 25, one thread). The rule asks for the processor and
 * the shape, so a run computes the same each time.
 */
final class Convolutions {
  private static final long[] NO_OUTPUT_PADDING = {0, 0};

  /** With fewer, the copies into rows take longer than the products gain. */
  private static final int CHANNELS_WORTH_ROWS = 64;

  private final Results results;
  private final Natives natives;
  private final boolean onHost;
  private final boolean weightsInRows;

  Convolutions(Results results, Natives natives, boolean onHost) {
    this.results = results;
    this.natives = natives;
    this.onHost = onHost;
    weightsInRows = onHost && hasNoAvx512();
  }

  private static boolean hasNoAvx512() {
    try (BytePointer capability = torch.get_cpu_capability()) {
      return capability.getString().equals("AVX2");
    }
  }

  private static long[] stride(Conv2dSpec spec) {
    return new long[] {spec.strideH(), spec.strideW()};
  }

  private static long[] padding(Conv2dSpec spec) {
    return new long[] {spec.padH(), spec.padW()};
  }

  private static long[] dilation(Conv2dSpec spec) {
    return new long[] {spec.dilationH(), spec.dilationW()};
  }

  /** Whether only the pixels that the stride hits matter. */
  private boolean skipsPixels(Tensor w, Conv2dSpec spec) {
    return onHost
        && w.size(2) == 1
        && w.size(3) == 1
        && spec.padH() == 0
        && spec.padW() == 0
        && (spec.strideH() > 1 || spec.strideW() > 1);
  }

  /** The convolution of the pixels that the stride hits. */
  private static Conv2dSpec ofHitPixels(Conv2dSpec spec) {
    return new Conv2dSpec(1, 1, 0, 0, 1, 1, spec.groups());
  }

  /** A view of the pixels that the stride hits. */
  private static Tensor hitPixels(Tensor image, Conv2dSpec spec) {
    try (LongOptional start = new LongOptional(0);
        LongOptional height = new LongOptional(image.size(2));
        LongOptional width = new LongOptional(image.size(3));
        Tensor rows = torch.slice(image, 2, start, height, spec.strideH())) {
      return torch.slice(rows, 3, start, width, spec.strideW());
    }
  }

  DeviceArray forward(DeviceArray x, DeviceArray w, DeviceArray b, Conv2dSpec spec) {
    return results.of(
        "conv2d",
        () -> {
          Tensor weight = tensor(w);
          boolean skips = skipsPixels(weight, spec);
          Conv2dSpec used = skips ? ofHitPixels(spec) : spec;
          try (TensorOptional bias = Natives.optional(b == null ? null : tensor(b));
              Tensor hit = skips ? hitPixels(tensor(x), spec) : new Tensor(tensor(x));
              Tensor image = channelsLast(hit)) {
            return torch.conv2d(
                image, weight, bias, stride(used), padding(used), dilation(used), used.groups());
          }
        },
        x,
        w);
  }

  /**
   * The image with the channels of a pixel side by side in memory; a result then has the same
   * order, and so does what follows. A tensor that has it already is shared.
   */
  private Tensor channelsLast(Tensor image) {
    return onHost ? image.contiguous(MemoryFormat.ChannelsLast) : new Tensor(image);
  }

  DeviceArray[] backward(
      DeviceArray grad,
      DeviceArray x,
      DeviceArray w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB) {
    return results.several(
        "conv2d backward",
        () -> {
          Tensor[] parts = new Tensor[3];
          try {
            if (needX || needW) {
              // oneDNN computes the bias gradient with the weight gradient, so it is free there.
              products(parts, tensor(grad), tensor(x), tensor(w), spec, needX, needW, needB);
            }
            parts[1] = rowMajor(parts[1]);
            if (needB && !needW) {
              parts[2] = torch.sum(tensor(grad), new long[] {0, 2, 3}, false, natives.noType);
            }
            return parts;
          } catch (RuntimeException e) {
            Results.close(parts);
            throw e;
          }
        },
        grad,
        x,
        w);
  }

  /** Fills {@code parts} with the gradients of image, weights and, with these, bias. */
  private void products(
      Tensor[] parts,
      Tensor grad,
      Tensor x,
      Tensor w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB) {
    boolean skips = skipsPixels(w, spec);
    Conv2dSpec used = skips ? ofHitPixels(spec) : spec;
    boolean apart = needW && weightsInRows(w);
    try (Tensor hit = skips ? hitPixels(x, spec) : new Tensor(x)) {
      if (apart) {
        try (Tensor image = hit.contiguous();
            Tensor imageGrad = grad.contiguous()) {
          call(parts, imageGrad, image, w, used, false, true, needB);
        }
      }
      if (needX || !apart) {
        try (Tensor image = channelsLast(hit);
            Tensor imageGrad = channelsLast(grad)) {
          call(parts, imageGrad, image, w, used, needX, needW && !apart, needB && !apart);
        }
      }
    }
    if (skips && needX) {
      parts[0] = amongZeros(parts[0], x, spec);
    }
  }

  private boolean weightsInRows(Tensor w) {
    return weightsInRows && w.size(2) * w.size(3) > 1 && w.size(1) >= CHANNELS_WORTH_ROWS;
  }

  /** Fills those of {@code parts} that are needed; a bias only with weights. */
  private void call(
      Tensor[] parts,
      Tensor grad,
      Tensor image,
      Tensor w,
      Conv2dSpec spec,
      boolean needX,
      boolean needW,
      boolean needB) {
    Tensor[] gradients =
        Results.unpack(
            torch.convolution_backward(
                grad,
                image,
                w,
                new long[] {w.size(0)},
                stride(spec),
                padding(spec),
                dilation(spec),
                false,
                NO_OUTPUT_PADDING,
                spec.groups(),
                natives.mask(needX, needW, needB && needW)));
    for (int i = 0; i < parts.length; i++) {
      parts[i] = gradients[i] == null ? parts[i] : gradients[i];
    }
  }

  /** The gradient of the pixels that the stride hits as one of the whole image; closes it. */
  private static Tensor amongZeros(Tensor hitGrad, Tensor x, Conv2dSpec spec) {
    try (hitGrad) {
      Tensor whole = torch.zeros_like(x);
      try (Tensor hit = hitPixels(whole, spec)) {
        hit.copy_(hitGrad);
        return whole;
      } catch (RuntimeException e) {
        whole.close();
        throw e;
      }
    }
  }

  /** A weight's gradient as the optimiser reads it; closes the argument if it had to be copied. */
  private static Tensor rowMajor(Tensor weightGrad) {
    if (weightGrad == null || weightGrad.is_contiguous()) {
      return weightGrad;
    }
    try (weightGrad) {
      return weightGrad.contiguous();
    }
  }
}
