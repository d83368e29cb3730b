package org.maskwright.engine.trace;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a computation did with its inputs, in ONNX's standard operators of version {@link #OPSET}.
 *
 * @param inputs what is given to it
 * @param outputs what it gives
 * @param constants by name, in the order of their first use
 * @param nodes each after those whose outputs it takes
 */
public record OnnxGraph(
    List<Value> inputs,
    List<Value> outputs,
    Map<String, OnnxConstant> constants,
    List<OnnxNode> nodes) {
  /** Version of the operators: the first with LayerNormalization. */
  public static final int OPSET = 17;

  /** Keeps the lists. */
  public OnnxGraph {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
    nodes = List.copyOf(nodes);
  }

  /**
   * An input or output.
   *
   * @param sizes each a number, or the name of a size that may vary
   */
  public record Value(String name, OnnxType type, List<String> sizes) {
    /** Keeps the list. */
    public Value {
      sizes = List.copyOf(sizes);
    }
  }

  /** The same with other nodes and constants. */
  public OnnxGraph with(Map<String, OnnxConstant> otherConstants, List<OnnxNode> otherNodes) {
    return new OnnxGraph(inputs, outputs, otherConstants, otherNodes);
  }
}
