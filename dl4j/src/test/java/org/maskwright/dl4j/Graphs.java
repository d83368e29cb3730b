package org.maskwright.dl4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.GlobalPoolingLayer;
import org.deeplearning4j.nn.conf.layers.OutputLayer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.nd4j.linalg.activations.Activation;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** Residual networks built with DL4J, with the vertex names and settings of a Keras import. */
final class Graphs {
  private static final double KERAS_EPS = 1.001e-5;
  private final GraphBuilder builder =
      new NeuralNetConfiguration.Builder().activation(Activation.IDENTITY).graphBuilder();
  private final ConvolutionMode spatialMode;
  private final boolean strideInFirst;
  private final List<String> ends = new ArrayList<>();

  private Graphs(ConvolutionMode spatialMode, boolean strideInFirst) {
    this.spatialMode = spatialMode;
    this.strideInFirst = strideInFirst;
  }

  /** A graph and the names of the vertices that end its four stages. */
  record Made(ComputationGraph graph, List<String> stageEnds) {}

  /** keras.applications' ResNet-50 with fewer channels: stride in the first convolution. */
  static Made keras(int width) {
    return new Graphs(ConvolutionMode.Same, true).build(width);
  }

  /** The same with the stride in the 3x3 convolution, padded evenly or as mode Same does. */
  static Made spatialStride(int width, ConvolutionMode mode) {
    return new Graphs(mode, false).build(width);
  }

  private Made build(int width) {
    builder.addInputs("input_1").setInputTypes(InputType.convolutional(64, 64, 3));
    builder.addLayer("conv1_pad", new ZeroPaddingLayer.Builder(3, 3).build(), "input_1");
    conv("conv1", "conv1_pad", 3, width, 7, 2, ConvolutionMode.Truncate);
    relu("conv1_relu", "conv1_bn");
    builder.addLayer("pool1_pad", new ZeroPaddingLayer.Builder(1, 1).build(), "conv1_relu");
    builder.addLayer(
        "pool1_pool",
        new SubsamplingLayer.Builder(
                SubsamplingLayer.PoolingType.MAX, new int[] {3, 3}, new int[] {2, 2})
            .build(),
        "pool1_pad");
    String at = "pool1_pool";
    int in = width;
    int[] blocks = {3, 4, 6, 3};
    for (int s = 0; s < blocks.length; s++) {
      int inner = width << s;
      for (int b = 0; b < blocks[s]; b++) {
        at =
            block(
                "conv%d_block%d".formatted(s + 2, b + 1),
                at,
                in,
                inner,
                s > 0 && b == 0 ? 2 : 1,
                b == 0);
        in = 4 * inner;
      }
      ends.add(at);
    }
    builder.addLayer("avg_pool", new GlobalPoolingLayer.Builder(PoolingType.AVG).build(), at);
    builder.addLayer(
        "predictions",
        new OutputLayer.Builder().nIn(in).nOut(5).activation(Activation.SOFTMAX).build(),
        "avg_pool");
    ComputationGraph graph = new ComputationGraph(builder.setOutputs("predictions").build());
    graph.init();
    return new Made(graph, ends);
  }

  private String block(String name, String from, int in, int inner, int stride, boolean projected) {
    String shortcut = from;
    if (projected) {
      conv(name + "_0", from, in, 4 * inner, 1, stride, ConvolutionMode.Truncate);
      shortcut = name + "_0_bn";
    }
    conv(name + "_1", from, in, inner, 1, strideInFirst ? stride : 1, ConvolutionMode.Truncate);
    relu(name + "_1_relu", name + "_1_bn");
    conv(name + "_2", name + "_1_relu", inner, inner, 3, strideInFirst ? 1 : stride, spatialMode);
    relu(name + "_2_relu", name + "_2_bn");
    conv(name + "_3", name + "_2_relu", inner, 4 * inner, 1, 1, ConvolutionMode.Truncate);
    builder.addVertex(
        name + "_add", new ElementWiseVertex(ElementWiseVertex.Op.Add), shortcut, name + "_3_bn");
    relu(name + "_out", name + "_add");
    return name + "_out";
  }

  private void conv(
      String name, String from, int in, int out, int kernel, int stride, ConvolutionMode mode) {
    int padding = mode == ConvolutionMode.Truncate && kernel == 3 ? 1 : 0;
    builder.addLayer(
        name + "_conv",
        new ConvolutionLayer.Builder(
                new int[] {kernel, kernel},
                new int[] {stride, stride},
                new int[] {padding, padding})
            .nIn(in)
            .nOut(out)
            .convolutionMode(mode)
            .build(),
        from);
    builder.addLayer(
        name + "_bn",
        new BatchNormalization.Builder().eps(KERAS_EPS).useLogStd(false).nOut(out).build(),
        name + "_conv");
  }

  private void relu(String name, String from) {
    builder.addLayer(name, new ActivationLayer(Activation.RELU), from);
  }

  /** Values as after training: biases, statistics and affine values that are not 0 or 1. */
  static void train(ComputationGraph graph, long seed) {
    Random random = new Random(seed);
    Map<String, INDArray> table = new LinkedHashMap<>(graph.paramTable());
    table.forEach(
        (name, value) -> {
          float[] values = new float[Math.toIntExact(value.length())];
          int fanIn = value.rank() == 4 ? Math.toIntExact(value.length() / value.size(0)) : 1;
          for (int i = 0; i < values.length; i++) {
            double n = random.nextGaussian();
            if (name.endsWith("_W")) {
              values[i] = (float) (n * Math.sqrt(1.0 / fanIn));
            } else if (name.endsWith("_var")) {
              values[i] = (float) (0.5 + random.nextDouble());
            } else if (name.endsWith("_log10stdev")) {
              values[i] = (float) (0.1 * n);
            } else if (name.endsWith("_gamma")) {
              values[i] = (float) (0.8 + 0.2 * n);
            } else {
              values[i] = (float) (0.2 * n);
            }
          }
          value.assign(Nd4j.create(values, value.shape(), 'c'));
        });
  }
}
