package org.maskwright.modelzoo.onnx;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.trace.OnnxConstant;
import org.maskwright.engine.trace.OnnxNode;

/** Nodes and constants of a graph that is made of another one, in order. */
final class GraphNodes {
  private final Map<String, OnnxConstant> constants = new LinkedHashMap<>();
  private final List<OnnxNode> nodes = new ArrayList<>();

  Map<String, OnnxConstant> constants() {
    return constants;
  }

  List<OnnxNode> nodes() {
    return nodes;
  }

  void add(OnnxNode node) {
    nodes.add(node);
  }

  /** A node of one output, whose name it returns. */
  String add(String operator, Map<String, Object> attributes, String output, String... inputs) {
    nodes.add(new OnnxNode(operator, List.of(inputs), List.of(output), attributes));
    return output;
  }

  /** Returns the constant's name. */
  String add(OnnxConstant constant) {
    constants.put(constant.name(), constant);
    return constant.name();
  }
}
