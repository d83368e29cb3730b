package org.maskwright.modelzoo.weights;

/**
 * The first convolution of a backbone that was trained on colours, for pictures of other channels.
 *
 * <p><b>Maths</b> w'[o,i] = w[o, i mod 3] * 3 / C: the kernels of red, green and blue in turn,
 * scaled so that activations keep their size; for one channel the sum of the three, which gives for
 * grey what three equal channels gave.
 *
 * <p><b>Source</b> adapt_input_conv of timm (pytorch-image-models), patch_first_conv of
 * segmentation_models.pytorch: both by this formula.
 */
final class InputChannels {
  /** In words, for reports. */
  static final String RULE =
      "kernels of red, green and blue in turn, times 3 / channels (of one channel their sum)";

  private static final int COLOURS = 3;
  private static final int CONVOLUTION_RANK = 4;

  private InputChannels() {}

  /** Whether weights are those of a first layer of colours, and the model's of other channels. */
  static boolean differAlone(HostTensor weight, long[] shape) {
    return weight.rank() == CONVOLUTION_RANK
        && shape.length == CONVOLUTION_RANK
        && weight.size(1) == COLOURS
        && shape[1] != COLOURS
        && weight.size(0) == shape[0]
        && weight.size(2) == shape[2]
        && weight.size(3) == shape[3];
  }

  /** Weights [O,3,k,k] to [O,C,k,k]. */
  static HostTensor adapted(HostTensor weight, int channels) {
    float[] from = weight.toFloatArray();
    int area = Math.toIntExact(weight.size(2) * weight.size(3));
    int outputs = Math.toIntExact(weight.size(0));
    float[] to = new float[Math.multiplyExact(outputs * channels, area)];
    float scale = channels == 1 ? 1 : (float) COLOURS / channels;
    int taken = channels == 1 ? COLOURS : channels;
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < taken; i++) {
        int target = channels == 1 ? o : o * channels + i;
        int source = o * COLOURS + i % COLOURS;
        for (int k = 0; k < area; k++) {
          to[target * area + k] += from[source * area + k] * scale;
        }
      }
    }
    return HostTensor.ofFloats(to, weight.size(0), channels, weight.size(2), weight.size(3));
  }
}
