package org.maskwright.modelzoo.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.maskwright.engine.trace.OnnxConstant;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.engine.trace.OnnxNode;
import org.maskwright.engine.trace.OnnxType;

/**
 * A graph with pairs of QuantizeLinear and DequantizeLinear around the operations of a plan, from
 * which runtimes make operations on bytes: activations are unsigned bytes with one scale and zero
 * point for a tensor, weights signed bytes with a scale for each output channel and no zero point,
 * biases 32-bit integers of the product of both scales. A runtime that knows nothing of it computes
 * the same in float32.
 *
 * <p>Weights take 7 of the 8 bits: processors without VNNI multiply pairs of bytes and add them up
 * in 16 bits, which hold 2 x 255 x 64 but not 2 x 255 x 127. So no sum is cut off on any.
 *
 * <p><b>Source</b> ONNX's QuantizeLinear and DequantizeLinear of version 13; onnxruntime's page
 * "Quantize ONNX Models" on saturation (its {@code reduce_range})
 */
public final class Int8Graph {
  /** Of a weight, on both sides of 0. */
  private static final int LARGEST_WEIGHT = 64;

  /** Of a bias, with room for the sum that is added to it. */
  private static final double LARGEST_BIAS = 1 << 30;

  private final Int8Plan plan;
  private final Map<String, Int8Range> ranges;
  private final GraphNodes made = new GraphNodes();

  /** By the name of a tensor that of its rounded values, as far as the graph is made. */
  private final Map<String, String> rounded = new HashMap<>();

  /** What convolutions give, of which there are no other values than the rounded ones. */
  private final Set<String> onlyRounded = new HashSet<>();

  private Int8Graph(Int8Plan plan, Map<String, Int8Range> ranges) {
    this.plan = plan;
    this.ranges = ranges;
  }

  /**
   * The graph of a plan.
   *
   * @param ranges of each of its tensors
   * @throws IllegalArgumentException if one is missing
   */
  public static OnnxGraph of(Int8Plan plan, Map<String, Int8Range> ranges) {
    for (String tensor : plan.tensors()) {
      if (!ranges.containsKey(tensor)) {
        throw new IllegalArgumentException("ranges: expected one of " + tensor + ", got none");
      }
    }
    return new Int8Graph(plan, ranges).graph();
  }

  private OnnxGraph graph() {
    OnnxGraph exact = plan.graph();
    exact.constants().values().forEach(made::add);
    for (Int8Plan.Operation operation : plan.operations().values()) {
      operation.output().ifPresent(onlyRounded::add);
    }
    exact.inputs().forEach(input -> round(input.name()));
    for (OnnxNode node : exact.nodes()) {
      Int8Plan.Operation operation = plan.operations().get(node.outputs().get(0));
      made.add(operation == null ? inFloats(node) : inBytes(operation));
      node.outputs().forEach(this::round);
    }
    Set<String> used = new HashSet<>();
    made.nodes().forEach(node -> used.addAll(node.inputs()));
    made.constants().keySet().retainAll(used);
    return exact.with(made.constants(), made.nodes());
  }

  private void round(String tensor) {
    Int8Range range = ranges.get(tensor);
    if (range != null) {
      rounded.put(tensor, rounding(made, tensor, tensor + "_int8", range));
    }
  }

  /**
   * Adds the pair that rounds a tensor.
   *
   * @return the name of the rounded values
   */
  static String rounding(GraphNodes made, String tensor, String name, Int8Range range) {
    String scale = made.add(OnnxConstant.ofFloats(name + "_scale", List.of(), range.scale()));
    byte[] zero = {(byte) range.zeroPoint()};
    String point = made.add(constant(name + "_zero_point", OnnxType.UINT8, List.of(), zero));
    String bytes = made.add("QuantizeLinear", Map.of(), name, tensor, scale, point);
    return made.add("DequantizeLinear", Map.of(), name + "_floats", bytes, scale, point);
  }

  private static OnnxConstant constant(
      String name, OnnxType type, List<Long> shape, byte[] elements) {
    return new OnnxConstant(name, type, shape, () -> ByteBuffer.wrap(elements));
  }

  private OnnxNode inFloats(OnnxNode node) {
    return node.withInputs(
        node.inputs().stream()
            .map(name -> onlyRounded.contains(name) ? rounded.getOrDefault(name, name) : name)
            .toList());
  }

  private OnnxNode inBytes(Int8Plan.Operation operation) {
    OnnxConstant weight = plan.graph().constants().get(operation.weight());
    int channels = Math.toIntExact(weight.shape().get(0));
    float[] bias =
        operation
            .bias()
            .map(name -> plan.graph().constants().get(name).floats())
            .orElseGet(() -> new float[channels]);
    float input = ranges.get(operation.input()).scale();
    float[] scales = scales(weight.floats(), bias, input);
    String name = operation.node().outputs().get(0);
    String weights = weights(name + "_weight", weight, scales);
    String given = rounded.get(operation.input());
    if (operation.bias().isEmpty()) {
      return operation.node().withInputs(List.of(given, weights));
    }
    String added = biases(name + "_bias", bias, scales, input);
    return operation.node().withInputs(List.of(given, weights, added));
  }

  /**
   * What one step of each channel's weights is worth, large enough that its bias is no overflow.
   */
  private static float[] scales(float[] weight, float[] bias, float input) {
    float[] out = new float[bias.length];
    int each = weight.length / bias.length;
    for (int c = 0; c < out.length; c++) {
      float most = 0;
      for (int i = c * each; i < (c + 1) * each; i++) {
        most = Math.max(most, Math.abs(weight[i]));
      }
      double least = Math.abs(bias[c]) / (input * LARGEST_BIAS);
      float scale = (float) Math.max((double) most / LARGEST_WEIGHT, least);
      out[c] = scale > Float.MIN_NORMAL ? scale : 1;
    }
    return out;
  }

  private String weights(String name, OnnxConstant weight, float[] scales) {
    float[] values = weight.floats();
    byte[] bytes = new byte[values.length];
    int each = values.length / scales.length;
    for (int i = 0; i < values.length; i++) {
      bytes[i] = (byte) Math.round(values[i] / scales[i / each]);
    }
    String stored = made.add(constant(name, OnnxType.INT8, weight.shape(), bytes));
    return perChannel(name, stored, scales, OnnxType.INT8);
  }

  private String biases(String name, float[] bias, float[] scales, float input) {
    ByteBuffer numbers =
        ByteBuffer.allocate(bias.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    float[] products = new float[bias.length];
    for (int c = 0; c < bias.length; c++) {
      products[c] = input * scales[c];
      numbers.putInt((int) Math.rint(bias[c] / (double) products[c]));
    }
    List<Long> shape = List.of((long) bias.length);
    String stored = made.add(constant(name, OnnxType.INT32, shape, numbers.array()));
    return perChannel(name, stored, products, OnnxType.INT32);
  }

  /** The floats that stored integers of a channel each stand for. */
  private String perChannel(String name, String stored, float[] scales, OnnxType type) {
    List<Long> shape = List.of((long) scales.length);
    String scale = made.add(OnnxConstant.ofFloats(name + "_scale", shape, scales));
    byte[] zeros = new byte[scales.length * type.bytes()];
    String points = made.add(constant(name + "_zero_point", type, shape, zeros));
    return made.add(
        "DequantizeLinear", Map.of("axis", 0L), name + "_floats", stored, scale, points);
  }
}
