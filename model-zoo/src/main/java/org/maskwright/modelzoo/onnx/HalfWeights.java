package org.maskwright.modelzoo.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.array.SmallFloats;
import org.maskwright.engine.trace.OnnxConstant;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.engine.trace.OnnxNode;
import org.maskwright.engine.trace.OnnxType;

/**
 * Weights as float16 numbers: half the file. A cast makes them float32 again, so that the graph
 * computes in float32 on every runtime.
 */
public final class HalfWeights {
  /** Smaller constants stay as they are: a cast costs more than it saves. */
  private static final int LEAST_ELEMENTS = 256;

  private HalfWeights() {}

  /**
   * The graph with its large float32 constants rounded to the nearest float16 numbers. One with a
   * value beyond their range stays as it is.
   */
  public static OnnxGraph of(OnnxGraph graph) {
    Map<String, OnnxConstant> constants = new LinkedHashMap<>();
    List<OnnxNode> nodes = new ArrayList<>();
    graph
        .constants()
        .forEach(
            (name, constant) -> {
              if (!fits(constant)) {
                constants.put(name, constant);
                return;
              }
              OnnxConstant half =
                  new OnnxConstant(
                      name + "_float16",
                      OnnxType.FLOAT16,
                      constant.shape(),
                      () -> halves(constant));
              constants.put(half.name(), half);
              nodes.add(
                  new OnnxNode(
                      "Cast",
                      List.of(half.name()),
                      List.of(name),
                      Map.of("to", (long) OnnxType.FLOAT.number())));
            });
    nodes.addAll(graph.nodes());
    return graph.with(constants, nodes);
  }

  private static boolean fits(OnnxConstant constant) {
    if (constant.type() != OnnxType.FLOAT || constant.count() < LEAST_ELEMENTS) {
      return false;
    }
    for (float value : constant.floats()) {
      float half = SmallFloats.halfToFloat(SmallFloats.floatToHalf(value));
      if (!Float.isFinite(half)) {
        return false;
      }
    }
    return true;
  }

  private static ByteBuffer halves(OnnxConstant constant) {
    float[] values = constant.floats();
    ByteBuffer out =
        ByteBuffer.allocate(values.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      out.putShort(SmallFloats.floatToHalf(value));
    }
    return out.flip();
  }
}
