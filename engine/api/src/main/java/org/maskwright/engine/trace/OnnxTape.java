package org.maskwright.engine.trace;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.spi.Backend;
import org.maskwright.engine.spi.DeviceArray;
import org.maskwright.engine.spi.MemoryAccount;

/**
 * The graph of one recording while it grows. Names are numbers in the order of recording, so that
 * two recordings of one computation have the same.
 */
final class OnnxTape {
  private final Backend compute;
  private final MemoryAccount account = new MemoryAccount();
  private final Map<DeviceArray, String> names;
  private final IdentityHashMap<DeviceArray, OnnxConstant> used = new IdentityHashMap<>();
  private final List<OnnxGraph.Value> inputs = new ArrayList<>();
  private final List<OnnxGraph.Value> outputs = new ArrayList<>();
  private final Map<String, OnnxConstant> constants = new LinkedHashMap<>();
  private final List<OnnxNode> nodes = new ArrayList<>();

  /**
   * An empty graph.
   *
   * @param compute holds the constants
   * @param names of arrays whose names are known, by identity
   */
  OnnxTape(Backend compute, Map<DeviceArray, String> names) {
    this.compute = compute;
    this.names = names;
  }

  Symbol input(String name, DType dtype, long[] shape) {
    inputs.add(value(name, dtype, shape));
    return new Symbol(account, name, dtype, shape);
  }

  /** Gives a value the name of an output. */
  void output(String name, Symbol value) {
    nodes.add(new OnnxNode("Identity", List.of(value.name()), List.of(name), Map.of()));
    outputs.add(value(name, value.dtype(), value.shape()));
  }

  private static OnnxGraph.Value value(String name, DType dtype, long[] shape) {
    return new OnnxGraph.Value(
        name, OnnxType.of(dtype), Arrays.stream(shape).mapToObj(Long::toString).toList());
  }

  OnnxGraph graph() {
    return new OnnxGraph(inputs, outputs, constants, nodes);
  }

  /** A value that an operation gives. */
  Symbol node(
      String operator, Map<String, Object> attributes, DType dtype, long[] shape, Symbol... from) {
    String name = operator + "_" + nodes.size();
    nodes.add(
        new OnnxNode(
            operator,
            Arrays.stream(from).map(s -> s == null ? "" : s.name()).toList(),
            List.of(name),
            attributes));
    return new Symbol(account, name, dtype, shape);
  }

  /** The two values that an operation gives, of the same shape. */
  Symbol[] nodeOfTwo(
      String operator, Map<String, Object> attributes, DType first, long[] shape, Symbol... from) {
    String name = operator + "_" + nodes.size();
    nodes.add(
        new OnnxNode(
            operator,
            Arrays.stream(from).map(Symbol::name).toList(),
            List.of(name, name + "_indices"),
            attributes));
    return new Symbol[] {
      new Symbol(account, name, first, shape),
      new Symbol(account, name + "_indices", DType.INT64, shape)
    };
  }

  /** A by-product that nothing may use. */
  Symbol unrecorded() {
    return new Symbol(account, "", DType.FLOAT32);
  }

  /** An array of the backend's as a constant; the same one for the same array. */
  Symbol constant(DeviceArray array, DType dtype) {
    long[] shape = compute.shapeOf(array);
    OnnxConstant known = used.get(array);
    if (known == null) {
      String name = names.getOrDefault(array, "constant_" + constants.size());
      OnnxType type = OnnxType.of(dtype);
      known =
          new OnnxConstant(
              name, type, Arrays.stream(shape).boxed().toList(), () -> read(array, type));
      array.retain();
      used.put(array, known);
      constants.put(name, known);
    }
    return new Symbol(account, known.name(), dtype, shape);
  }

  private ByteBuffer read(DeviceArray array, OnnxType type) {
    if (type == OnnxType.FLOAT) {
      return OnnxConstant.bytes(compute.toFloats(array));
    }
    long[] values = compute.toLongs(array);
    ByteBuffer out = OnnxConstant.littleEndian(Math.multiplyExact(values.length, type.bytes()));
    for (long value : values) {
      switch (type.bytes()) {
        case Long.BYTES -> out.putLong(value);
        case Integer.BYTES -> out.putInt((int) value);
        default -> out.put((byte) value);
      }
    }
    return out.flip();
  }

  /** Frees what constants are read from. */
  void close() {
    used.keySet().forEach(DeviceArray::release);
    used.clear();
  }

  /** Int64 numbers, [n]. */
  Symbol longs(long... values) {
    String name = "shape_" + constants.size();
    constants.put(name, OnnxConstant.ofLongs(name, values));
    return new Symbol(account, name, DType.INT64, values.length);
  }

  /** A float32 tensor of one value. */
  Symbol full(double value, long... shape) {
    String name = "number_" + constants.size();
    long count = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    float[] values = new float[Math.toIntExact(count)];
    Arrays.fill(values, (float) value);
    constants.put(name, OnnxConstant.ofFloats(name, Arrays.stream(shape).boxed().toList(), values));
    return new Symbol(account, name, DType.FLOAT32, shape);
  }

  /** A number of a type, of rank 0. */
  Symbol number(DType dtype, double value) {
    if (dtype == DType.FLOAT32) {
      return full(value);
    }
    String name = "number_" + constants.size();
    ByteBuffer bytes = OnnxConstant.littleEndian(Long.BYTES);
    bytes.putLong((long) value).flip().limit(OnnxType.of(dtype).bytes());
    constants.put(name, new OnnxConstant(name, OnnxType.of(dtype), List.of(), bytes::duplicate));
    return new Symbol(account, name, dtype);
  }
}
