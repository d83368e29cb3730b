package org.maskwright.dl4j;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.params.BatchNormalizationParamInitializer;
import org.deeplearning4j.nn.params.ConvolutionParamInitializer;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.HostTensor;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A convolution of DL4J and the batch normalisation after it, as a Maskwright one: no bias, eps
 * 1e-5.
 *
 * <p><b>Maths</b> DL4J computes g (w*x + b - m) / sqrt(v + e) + h; the same is g' (w*x - m') /
 * sqrt(v + 1e-5) + h with m' = m - b and g' = g sqrt((v + 1e-5) / (v + e))
 */
final class ConvNorm {
  private static final double EPS = 1e-5;

  private final String vertex;
  private final String norm;
  private final int kernel;
  private final int stride;
  private final int padding;
  private final HostTensor weight;
  private final Map<String, HostTensor> affine = new LinkedHashMap<>();

  private ConvNorm(
      String vertex, String norm, ConvolutionLayer conv, int around, HostTensor weight) {
    this.vertex = vertex;
    this.norm = norm;
    this.weight = weight;
    kernel = square(vertex, "kernel", conv.getKernelSize());
    stride = square(vertex, "stride", conv.getStride());
    boolean same = conv.getConvolutionMode() == ConvolutionMode.Same;
    if (same && stride > 1 && kernel > 1) {
      throw new CheckpointException(
          "'%s': a %dx%d convolution with stride %d pads more at the right and bottom in mode Same;"
                  .formatted(vertex, kernel, kernel, stride)
              + " a Maskwright ResNet pads evenly");
    }
    if (square(vertex, "dilation", conv.getDilation()) != 1) {
      throw new CheckpointException("'" + vertex + "': expected no dilation");
    }
    padding = around + (same ? kernel / 2 : square(vertex, "padding", conv.getPadding()));
  }

  /**
   * Reads both layers' weights.
   *
   * @param around zeros that a vertex of its own puts around the convolution's input
   */
  static ConvNorm of(
      ComputationGraph graph,
      String vertex,
      ConvolutionLayer conv,
      int around,
      String norm,
      BatchNormalization batch) {
    Layer weights = graph.getLayer(vertex);
    INDArray w = weights.getParam(ConvolutionParamInitializer.WEIGHT_KEY);
    long[] shape = {
      conv.getNOut(), conv.getNIn(), conv.getKernelSize()[0], conv.getKernelSize()[1]
    };
    if (!Arrays.equals(w.shape(), shape)) {
      throw new CheckpointException(
          "'%s': expected weights [out,in,height,width] %s, got %s"
              .formatted(
                  vertex, List.of(shape[0], shape[1], shape[2], shape[3]), w.shapeInfoToString()));
    }
    ConvNorm out = new ConvNorm(vertex, norm, conv, around, HostTensor.ofFloats(floats(w), shape));
    float[] bias =
        conv.hasBias()
            ? floats(weights.getParam(ConvolutionParamInitializer.BIAS_KEY))
            : new float[(int) shape[0]];
    out.fold(graph.getLayer(norm), batch, bias);
    return out;
  }

  private void fold(Layer layer, BatchNormalization batch, float[] convBias) {
    int channels = convBias.length;
    float[] gamma =
        vector(layer, BatchNormalizationParamInitializer.GAMMA, channels, batch.getGamma());
    float[] beta =
        vector(layer, BatchNormalizationParamInitializer.BETA, channels, batch.getBeta());
    float[] mean = vector(layer, BatchNormalizationParamInitializer.GLOBAL_MEAN, channels, 0);
    float[] var = vector(layer, BatchNormalizationParamInitializer.GLOBAL_VAR, channels, 1);
    INDArray logStd = layer.getParam(BatchNormalizationParamInitializer.GLOBAL_LOG_STD);
    float[] exponents = logStd == null ? null : floats(logStd);
    for (int c = 0; c < channels; c++) {
      double variance = exponents == null ? var[c] : Math.pow(10, 2.0 * exponents[c]);
      gamma[c] = (float) (gamma[c] * Math.sqrt((variance + EPS) / (variance + batch.getEps())));
      mean[c] -= convBias[c];
      var[c] = (float) variance;
    }
    affine.put("weight", HostTensor.ofFloats(gamma, channels));
    affine.put("bias", HostTensor.ofFloats(beta, channels));
    affine.put("running_mean", HostTensor.ofFloats(mean, channels));
    affine.put("running_var", HostTensor.ofFloats(var, channels));
  }

  private float[] vector(Layer layer, String name, int channels, double otherwise) {
    INDArray values = layer.getParam(name);
    if (values != null) {
      if (values.length() != channels) {
        throw new CheckpointException(
            "'%s': a normalisation of %d channels after a convolution to %d"
                .formatted(norm, values.length(), channels));
      }
      return floats(values);
    }
    float[] constant = new float[channels];
    Arrays.fill(constant, (float) otherwise);
    return constant;
  }

  /** In row-major order, whatever the view's. */
  private static float[] floats(INDArray array) {
    try (INDArray dense = array.dup('c')) {
      return dense.data().asFloat();
    }
  }

  String vertex() {
    return vertex;
  }

  int stride() {
    return stride;
  }

  /** Names of the two layers. */
  List<String> layers() {
    return List.of(vertex, norm);
  }

  /** Checks what a ResNet has at this place. */
  void require(int expectedKernel, int expectedStride, int expectedPadding) {
    if (kernel != expectedKernel || stride != expectedStride || padding != expectedPadding) {
      throw new CheckpointException(
          "'%s': expected kernel %d, stride %d, padding %d, got %d, %d, %d"
              .formatted(
                  vertex,
                  expectedKernel,
                  expectedStride,
                  expectedPadding,
                  kernel,
                  stride,
                  padding));
    }
  }

  /** weight and norm.* under a name. */
  Map<String, HostTensor> tensors(String name) {
    Map<String, HostTensor> out = new LinkedHashMap<>();
    out.put(name + ".weight", weight);
    affine.forEach((key, value) -> out.put(name + ".norm." + key, value));
    return out;
  }

  static int square(String vertex, String what, int[] sizes) {
    if (sizes.length != 2 || sizes[0] != sizes[1]) {
      throw new CheckpointException(
          "'%s': expected the same %s in both directions".formatted(vertex, what));
    }
    return sizes[0];
  }
}
