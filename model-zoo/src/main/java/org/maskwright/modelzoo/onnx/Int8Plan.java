package org.maskwright.modelzoo.onnx;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.maskwright.engine.trace.OnnxConstant;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.engine.trace.OnnxNode;
import org.maskwright.engine.trace.OnnxType;

/**
 * Which operations of a graph compute in int8: convolutions and products with weights, but for the
 * first ones, which see the pixels themselves, and for the last ones, whose results are the logits
 * and the embeddings of masks. Normalisation, softmax, products of two activations and sums stay in
 * float32: they are a small part of the time, or, as attention whose shares of a thousandth a byte
 * cannot tell from 0, lose too much.
 */
public final class Int8Plan {
  private static final String GEMM = "Gemm";
  private static final String CONV = "Conv";

  /**
   * An operation that computes in int8.
   *
   * @param node in the graph
   * @param output what is rounded behind it, of a convolution: its result, or what the rectifier
   *     makes of it that alone takes it. Empty: its result is float32
   */
  record Operation(OnnxNode node, Optional<String> output) {
    String input() {
      return node.inputs().get(0);
    }

    String weight() {
      return node.inputs().get(1);
    }

    Optional<String> bias() {
      return node.inputs().size() > 2 ? Optional.of(node.inputs().get(2)) : Optional.empty();
    }
  }

  private final OnnxGraph graph;
  private final Map<String, Operation> operations = new LinkedHashMap<>();
  private final int weighted;

  private Int8Plan(OnnxGraph graph) {
    this.graph = graph;
    Set<String> weightsFollow = followedBy(this::isWeighted);
    Set<String> productsFollow =
        followedBy(node -> isWeighted(node) || node.operator().equals("MatMul"));
    Map<String, List<OnnxNode>> consumers = consumers();
    Set<String> behind = new HashSet<>();
    int count = 0;
    for (OnnxNode node : graph.nodes()) {
      boolean weights = isWeighted(node);
      boolean first = !behind.contains(node.inputs().isEmpty() ? "" : node.inputs().get(0));
      Set<String> follow = node.operator().equals(GEMM) ? weightsFollow : productsFollow;
      boolean last = !follow.contains(node.outputs().get(0));
      if (weights && !first && !last) {
        operations.put(node.outputs().get(0), new Operation(node, rounded(node, consumers)));
      }
      if (weights || !Collections.disjoint(behind, node.inputs())) {
        behind.addAll(node.outputs());
      }
      count += weights ? 1 : 0;
    }
    weighted = count;
  }

  /** For a graph as {@link OnnxModel} records it. */
  public static Int8Plan of(OnnxGraph graph) {
    return new Int8Plan(graph);
  }

  /** The graph, in float32. */
  OnnxGraph graph() {
    return graph;
  }

  /** How many operations compute in int8. */
  public int count() {
    return operations.size();
  }

  /** How many operations have weights. */
  public int weighted() {
    return weighted;
  }

  /** By the name of their node's output. */
  Map<String, Operation> operations() {
    return operations;
  }

  /** The tensors that are rounded, in the order of the graph's operations. */
  public List<String> tensors() {
    Set<String> out = new LinkedHashSet<>();
    for (Operation operation : operations.values()) {
      out.add(operation.input());
      operation.output().ifPresent(out::add);
    }
    return List.copyOf(out);
  }

  /** Values from which, near or far, an operation of a kind is made. */
  private Set<String> followedBy(Predicate<OnnxNode> kind) {
    Set<String> out = new HashSet<>();
    List<OnnxNode> reversed = new ArrayList<>(graph.nodes());
    Collections.reverse(reversed);
    for (OnnxNode node : reversed) {
      if (kind.test(node) || !Collections.disjoint(out, node.outputs())) {
        out.addAll(node.inputs());
      }
    }
    return out;
  }

  private Map<String, List<OnnxNode>> consumers() {
    Map<String, List<OnnxNode>> out = new HashMap<>();
    for (OnnxNode node : graph.nodes()) {
      for (String input : node.inputs()) {
        out.computeIfAbsent(input, name -> new ArrayList<>()).add(node);
      }
    }
    return out;
  }

  private static Optional<String> rounded(OnnxNode node, Map<String, List<OnnxNode>> consumers) {
    if (!node.operator().equals(CONV)) {
      return Optional.empty();
    }
    String result = node.outputs().get(0);
    List<OnnxNode> takers = consumers.getOrDefault(result, List.of());
    boolean rectified = takers.size() == 1 && takers.get(0).operator().equals("Relu");
    return Optional.of(rectified ? takers.get(0).outputs().get(0) : result);
  }

  private boolean isWeighted(OnnxNode node) {
    boolean kind = node.operator().equals(CONV) || node.operator().equals(GEMM);
    return kind && node.inputs().stream().skip(1).allMatch(this::isFloat);
  }

  private boolean isFloat(String name) {
    OnnxConstant constant = graph.constants().get(name);
    return constant != null && constant.type() == OnnxType.FLOAT;
  }
}
