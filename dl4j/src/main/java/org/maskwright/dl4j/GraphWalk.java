package org.maskwright.dl4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.ConvolutionMode;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.layers.ActivationLayer;
import org.deeplearning4j.nn.conf.layers.BatchNormalization;
import org.deeplearning4j.nn.conf.layers.Convolution2D;
import org.deeplearning4j.nn.conf.layers.ConvolutionLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.conf.layers.PoolingType;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.conf.layers.ZeroPaddingLayer;
import org.deeplearning4j.nn.conf.layers.misc.FrozenLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.activations.impl.ActivationIdentity;
import org.nd4j.linalg.activations.impl.ActivationReLU;

/** Walks a graph from vertex to consumer. */
final class GraphWalk {
  private final ComputationGraph graph;
  private final ComputationGraphConfiguration configuration;
  private final Map<String, List<String>> consumers = new LinkedHashMap<>();

  GraphWalk(ComputationGraph graph) {
    this.graph = graph;
    configuration = graph.getConfiguration();
    configuration
        .getVertexInputs()
        .forEach(
            (name, inputs) ->
                inputs.forEach(
                    input -> consumers.computeIfAbsent(input, n -> new ArrayList<>()).add(name)));
  }

  String input() {
    List<String> inputs = configuration.getNetworkInputs();
    if (inputs.size() != 1) {
      throw new CheckpointException("expected a graph of one input, got " + inputs);
    }
    return inputs.get(0);
  }

  List<String> consumers(String name) {
    return consumers.getOrDefault(name, List.of());
  }

  String onlyConsumer(String name) {
    List<String> next = consumers(name);
    if (next.size() != 1) {
      throw new CheckpointException(
          "'%s': expected one vertex after it in a ResNet, got %s".formatted(name, next));
    }
    return next.get(0);
  }

  /** Whether a block begins here: two consumers. */
  boolean splits(String name) {
    return consumers(name).size() == 2;
  }

  /** The layer of a vertex; null for other vertices. */
  Layer layer(String name) {
    GraphVertex vertex = configuration.getVertices().get(name);
    if (!(vertex instanceof LayerVertex layerVertex)) {
      return null;
    }
    Layer layer = layerVertex.getLayerConf().getLayer();
    return layer instanceof FrozenLayer frozen ? frozen.getLayer() : layer;
  }

  /**
   * What lies between two vertices.
   *
   * @param convs convolutions with their normalisation, in order
   * @param endsInRelu whether a ReLU follows the last of them
   * @param end last vertex of the path
   * @param stopsBefore the vertex after it that is none of these; null if there is not one
   */
  record Path(List<ConvNorm> convs, boolean endsInRelu, String end, String stopsBefore) {}

  /**
   * Follows padding, convolutions, normalisations and ReLUs from a vertex to the next other one.
   */
  Path follow(String from, String first) {
    List<ConvNorm> convs = new ArrayList<>();
    boolean relu = true;
    String end = from;
    String at = first;
    int around = 0;
    while (at != null) {
      Layer layer = layer(at);
      if (zeroPadding(at) > 0 && followsConvolution(at)) {
        around = zeroPadding(at);
      } else if (layer instanceof ConvolutionLayer conv) {
        requirePlain(at, conv);
        String norm = onlyConsumer(at);
        if (!relu || !(layer(norm) instanceof BatchNormalization)) {
          throw new CheckpointException(
              "'" + at + "': expected convolution, batch normalisation, ReLU in turn");
        }
        convs.add(ConvNorm.of(graph, at, conv, around, norm, (BatchNormalization) layer(norm)));
        relu = activates(at, conv.getActivationFn());
        if (relu) {
          throw new CheckpointException("'" + at + "': a ReLU before the normalisation");
        }
        around = 0;
        at = norm;
      } else if (layer instanceof ActivationLayer activation && !convs.isEmpty()) {
        relu = activates(at, activation.getActivationFn());
      } else {
        break;
      }
      end = at;
      List<String> next = consumers(at);
      at = next.size() == 1 ? next.get(0) : null;
    }
    return new Path(convs, relu && !convs.isEmpty(), end, at);
  }

  /** Subclasses compute something else with weights of other shapes: transposed, by channel. */
  private static void requirePlain(String name, ConvolutionLayer conv) {
    if (conv.getClass() != ConvolutionLayer.class && conv.getClass() != Convolution2D.class) {
      throw new CheckpointException(
          "'%s': expected a ConvolutionLayer, got a %s"
              .formatted(name, conv.getClass().getSimpleName()));
    }
  }

  private boolean followsConvolution(String padding) {
    List<String> next = consumers(padding);
    return next.size() == 1 && layer(next.get(0)) instanceof ConvolutionLayer;
  }

  /** The ReLU after a sum of two. */
  String reluAfter(String sum) {
    boolean adds =
        configuration.getVertices().get(sum) instanceof ElementWiseVertex vertex
            && vertex.getOp() == ElementWiseVertex.Op.Add;
    String relu = adds ? onlyConsumer(sum) : null;
    if (relu == null
        || !(layer(relu) instanceof ActivationLayer activation)
        || !activates(relu, activation.getActivationFn())) {
      throw new CheckpointException("'" + sum + "': expected a sum and then a ReLU");
    }
    return relu;
  }

  private static boolean activates(String name, IActivation activation) {
    if (activation instanceof ActivationReLU relu
        && (relu.getMax() == null || relu.getMax() == 0)
        && isZero(relu.getThreshold())
        && isZero(relu.getNegativeSlope())) {
      return true;
    }
    if (activation instanceof ActivationIdentity) {
      return false;
    }
    throw new CheckpointException("'" + name + "': expected a plain ReLU, got " + activation);
  }

  private static boolean isZero(Double value) {
    return value == null || value == 0;
  }

  /** Zeros around a map by a vertex of their own; 0 if the vertex is something else. */
  int zeroPadding(String name) {
    if (!(layer(name) instanceof ZeroPaddingLayer padding)) {
      return 0;
    }
    int[] sides = padding.getPadding();
    for (int side : sides) {
      if (side != sides[0]) {
        throw new CheckpointException("'" + name + "': expected the same padding on all sides");
      }
    }
    return sides[0];
  }

  /** Padding of the stem's pooling itself, whose other settings must be a ResNet's. */
  static int padding(String name, SubsamplingLayer pool) {
    boolean usual =
        pool.getPoolingType() == PoolingType.MAX
            && ConvNorm.square(name, "kernel", pool.getKernelSize()) == 3
            && ConvNorm.square(name, "stride", pool.getStride()) == 2
            && ConvNorm.square(name, "dilation", pool.getDilation()) == 1
            && pool.getConvolutionMode() != ConvolutionMode.Same;
    if (!usual) {
      throw new CheckpointException(
          "'" + name + "': expected max pooling 3x3 with stride 2 and symmetric padding");
    }
    return ConvNorm.square(name, "padding", pool.getPadding());
  }
}
