package org.maskwright.engine.trace;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An operation of a graph.
 *
 * @param operator of ONNX's standard operators
 * @param inputs names of values; "" where one is left out
 * @param outputs names of the values that it gives
 * @param attributes each a Long, a Double (written as float32), a String, or a List of Long
 */
public record OnnxNode(
    String operator, List<String> inputs, List<String> outputs, Map<String, Object> attributes) {
  /** Keeps copies. */
  public OnnxNode {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = Collections.unmodifiableMap(new TreeMap<>(attributes));
  }

  /** The same with other inputs. */
  public OnnxNode withInputs(List<String> others) {
    return new OnnxNode(operator, others, outputs, attributes);
  }
}
