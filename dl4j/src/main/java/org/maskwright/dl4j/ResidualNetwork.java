package org.maskwright.dl4j;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.deeplearning4j.nn.conf.layers.SubsamplingLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.maskwright.modelzoo.backbone.ResNetPart;
import org.maskwright.modelzoo.weights.Checkpoint;
import org.maskwright.modelzoo.weights.CheckpointException;
import org.maskwright.modelzoo.weights.ForeignReader;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.StateDict;

/**
 * Recognises a residual network by the shape of its graph, not by the names of its vertices: a stem
 * of convolution and max pooling, then blocks of two paths that meet in a sum, until something else
 * follows. Everything after that (global pooling, class head) is ignored.
 */
final class ResidualNetwork {
  private static final int STAGES = 4;
  private static final int STEM_KERNEL = 7;
  private static final int STEM_PADDING = 3;

  private final GraphWalk walk;
  private final Map<String, HostTensor> state = new LinkedHashMap<>();
  private final Set<String> used = new LinkedHashSet<>();
  private final List<Integer> blocks = new ArrayList<>();
  private final List<Integer> strides = new ArrayList<>();
  private final Set<ResNetPart.StrideIn> strideIn = new LinkedHashSet<>();
  private int poolPadding;

  private ResidualNetwork(ComputationGraph graph) {
    walk = new GraphWalk(graph);
  }

  /**
   * The backbone of a graph under detectron2's names.
   *
   * @throws CheckpointException if the graph computes something that a Maskwright ResNet cannot
   */
  static ForeignReader.Backbone of(ComputationGraph graph) {
    ResidualNetwork network = new ResidualNetwork(graph);
    String at = network.stem(network.walk.input());
    while (network.walk.splits(at)) {
      at = network.block(at);
    }
    return network.result(graph);
  }

  private ForeignReader.Backbone result(ComputationGraph graph) {
    if (blocks.size() != STAGES) {
      throw new CheckpointException(
          "expected a residual network of four stages, got blocks " + blocks);
    }
    if (strideIn.size() > 1) {
      throw new CheckpointException("some blocks stride in the first convolution, some in another");
    }
    List<String> ignored =
        graph.paramTable().keySet().stream()
            .filter(key -> !used.contains(key.substring(0, key.lastIndexOf('_'))))
            .toList();
    ResNetPart.Geometry geometry;
    try {
      geometry =
          new ResNetPart.Geometry(
              strideIn.isEmpty() ? ResNetPart.StrideIn.SPATIAL : strideIn.iterator().next(),
              poolPadding,
              strides);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("a residual network of another kind: " + e.getMessage(), e);
    }
    return new ForeignReader.Backbone(
        Checkpoint.Format.DL4J_ZIP, ResNetPart.DL4J, StateDict.of(state), geometry, ignored);
  }

  /** Convolution 7x7 with stride 2, normalisation, ReLU, max pooling 3x3 with stride 2. */
  private String stem(String input) {
    GraphWalk.Path path = walk.follow(input, walk.onlyConsumer(input));
    ConvNorm conv = single(path, "the stem");
    conv.require(STEM_KERNEL, 2, STEM_PADDING);
    put("stem.conv1", conv);
    if (!path.endsInRelu()) {
      throw new CheckpointException("'" + path.end() + "': expected a ReLU before the pooling");
    }
    String next = walk.onlyConsumer(path.end());
    int around = walk.zeroPadding(next);
    next = around > 0 ? walk.onlyConsumer(next) : next;
    if (!(walk.layer(next) instanceof SubsamplingLayer pool)) {
      throw new CheckpointException("'" + next + "': expected the stem's max pooling");
    }
    poolPadding = around + GraphWalk.padding(next, pool);
    return next;
  }

  /** Two paths from a vertex to a sum, then ReLU; gives the ReLU's name. */
  private String block(String from) {
    List<GraphWalk.Path> paths = new ArrayList<>();
    for (String consumer : walk.consumers(from)) {
      paths.add(walk.follow(from, consumer));
    }
    GraphWalk.Path main = paths.get(paths.get(0).convs().size() > 1 ? 0 : 1);
    GraphWalk.Path side = paths.get(paths.get(0).convs().size() > 1 ? 1 : 0);
    String sum = main.stopsBefore();
    if (sum == null || !sum.equals(side.stopsBefore()) || main.endsInRelu() || side.endsInRelu()) {
      throw new CheckpointException("'" + from + "': its two paths do not meet in one sum");
    }
    boolean opensStage = !side.convs().isEmpty();
    if (opensStage || blocks.isEmpty()) {
      blocks.add(0);
    }
    int stage = blocks.size() - 1;
    String name = "res" + (stage + 2) + "." + blocks.get(stage);
    int stride = convolutions(name, main.convs());
    if (opensStage) {
      ConvNorm shortcut = single(side, "a shortcut");
      shortcut.require(1, stride, 0);
      put(name + ".shortcut", shortcut);
    }
    if (blocks.get(stage) == 0) {
      strides.add(stride);
    } else if (stride != 1) {
      throw new CheckpointException("'" + from + "': a stride inside a stage");
    }
    blocks.set(stage, blocks.get(stage) + 1);
    return walk.reluAfter(sum);
  }

  /** The two or three convolutions of a block; gives the block's stride. */
  private int convolutions(String name, List<ConvNorm> convs) {
    if (convs.size() == 2) {
      convs.get(0).require(3, convs.get(0).stride(), 1);
      convs.get(1).require(3, 1, 1);
    } else if (convs.size() == 3) {
      convs.get(0).require(1, convs.get(0).stride(), 0);
      convs.get(1).require(3, convs.get(1).stride(), 1);
      convs.get(2).require(1, 1, 0);
    } else {
      throw new CheckpointException(
          "'%s': expected a block of 2 or 3 convolutions, got %d"
              .formatted(convs.isEmpty() ? name : convs.get(0).vertex(), convs.size()));
    }
    if (convs.size() == 3 && convs.get(0).stride() > 1) {
      strideIn.add(ResNetPart.StrideIn.FIRST);
    }
    if (convs.size() == 3 && convs.get(1).stride() > 1) {
      strideIn.add(ResNetPart.StrideIn.SPATIAL);
    }
    for (int i = 0; i < convs.size(); i++) {
      put(name + ".conv" + (i + 1), convs.get(i));
    }
    return convs.get(0).stride() * (convs.size() == 3 ? convs.get(1).stride() : 1);
  }

  private static ConvNorm single(GraphWalk.Path path, String what) {
    if (path.convs().size() != 1) {
      throw new CheckpointException(
          "'%s': expected one convolution as %s, got %d"
              .formatted(path.end(), what, path.convs().size()));
    }
    return path.convs().get(0);
  }

  private void put(String name, ConvNorm conv) {
    state.putAll(conv.tensors(name));
    used.addAll(conv.layers());
  }
}
