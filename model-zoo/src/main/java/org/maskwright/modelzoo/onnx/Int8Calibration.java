package org.maskwright.modelzoo.onnx;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.maskwright.engine.trace.OnnxConstant;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.engine.trace.OnnxType;

/**
 * Finds the ranges of the tensors that are rounded, from pictures such as the model will see. Twice
 * a graph looks at all of them and says a few numbers of each tensor: first the least and the most,
 * then the squared error of rounding with parts of that range. The part with the least error is
 * taken: a few values far out are cut off where the others gain from it.
 *
 * <pre>{@code
 * Int8Calibration calibration = new Int8Calibration(plan);
 * for each picture: calibration.seeRanges(outputs of calibration.ranges());
 * for each picture: calibration.seeErrors(outputs of calibration.errors());
 * OnnxGraph rounded = Int8Graph.of(plan, calibration.best());
 * }</pre>
 *
 * <p><b>Threads</b> one at a time.
 */
public final class Int8Calibration {
  /** The output of {@link #ranges}: the least value of each tensor. */
  public static final String LEAST = "least";

  /** The output of {@link #ranges}: the largest value of each tensor. */
  public static final String MOST = "most";

  /** The output of {@link #errors}. */
  public static final String ERRORS = "errors";

  private static final double[] SHARES = {1, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3};
  private static final Map<String, Object> ALL_AXES = Map.of("keepdims", 0L);

  private final Int8Plan plan;
  private final List<String> tensors;
  private final Map<String, Int8Range> seen = new LinkedHashMap<>();
  private final double[] errors;

  /** Before any picture was seen. */
  public Int8Calibration(Int8Plan plan) {
    this.plan = plan;
    this.tensors = plan.tensors();
    this.errors = new double[tensors.size() * SHARES.length];
  }

  /** The graph that says the range of each tensor: {@value #LEAST} [T] and {@value #MOST} [T]. */
  public OnnxGraph ranges() {
    GraphNodes made = new GraphNodes();
    List<String> least = new ArrayList<>();
    List<String> most = new ArrayList<>();
    for (String tensor : tensors) {
      least.add(made.add("ReduceMin", ALL_AXES, tensor + "_least", tensor));
      most.add(made.add("ReduceMax", ALL_AXES, tensor + "_most", tensor));
    }
    joined(made, LEAST, least);
    joined(made, MOST, most);
    return watching(made, Map.of(LEAST, tensors.size(), MOST, tensors.size()));
  }

  /**
   * The graph that says what rounding costs: {@value #ERRORS} [T*8], the squared error of each
   * tensor with each of eight parts of its range.
   *
   * @throws IllegalStateException if no picture's ranges were seen
   */
  public OnnxGraph errors() {
    GraphNodes made = new GraphNodes();
    List<String> sums = new ArrayList<>();
    for (String tensor : tensors) {
      for (int share = 0; share < SHARES.length; share++) {
        String name = tensor + "_part_" + share;
        Int8Range range = range(tensor).part(SHARES[share]);
        String rounded = Int8Graph.rounding(made, tensor, name, range);
        String error = made.add("Sub", Map.of(), name + "_error", tensor, rounded);
        sums.add(made.add("ReduceSumSquare", ALL_AXES, name + "_sum", error));
      }
    }
    joined(made, ERRORS, sums);
    return watching(made, Map.of(ERRORS, sums.size()));
  }

  private Int8Range range(String tensor) {
    Int8Range range = seen.get(tensor);
    if (range == null) {
      throw new IllegalStateException("calibration: expected ranges of a picture first, got none");
    }
    return range;
  }

  private static void joined(GraphNodes made, String output, List<String> numbers) {
    String one = made.add(OnnxConstant.ofLongs(output + "_shape", 1));
    List<String> rows = new ArrayList<>();
    for (String number : numbers) {
      rows.add(made.add("Reshape", Map.of(), number + "_row", number, one));
    }
    made.add("Concat", Map.of("axis", 0L), output, rows.toArray(String[]::new));
  }

  /** The graph with other outputs, each of rank 1. */
  private OnnxGraph watching(GraphNodes made, Map<String, Integer> outputs) {
    GraphNodes all = new GraphNodes();
    plan.graph().constants().values().forEach(all::add);
    made.constants().values().forEach(all::add);
    plan.graph().nodes().forEach(all::add);
    made.nodes().forEach(all::add);
    List<OnnxGraph.Value> values = new ArrayList<>();
    outputs.forEach(
        (name, size) ->
            values.add(new OnnxGraph.Value(name, OnnxType.FLOAT, List.of(Integer.toString(size)))));
    return new OnnxGraph(plan.graph().inputs(), values, all.constants(), all.nodes());
  }

  /**
   * Takes in what {@link #ranges} said of a picture.
   *
   * @throws IllegalArgumentException if there is not one value for each tensor, or one is not
   *     finite
   */
  public void seeRanges(float[] least, float[] most) {
    require(least, tensors.size());
    require(most, tensors.size());
    for (int t = 0; t < tensors.size(); t++) {
      seen.merge(tensors.get(t), new Int8Range(least[t], most[t]), Int8Range::and);
    }
  }

  /**
   * Takes in what {@link #errors} said of a picture.
   *
   * @throws IllegalArgumentException if it is not the output of that graph
   */
  public void seeErrors(float[] squared) {
    require(squared, errors.length);
    for (int i = 0; i < errors.length; i++) {
      errors[i] += squared[i];
    }
  }

  private static void require(float[] values, int count) {
    if (values.length != count) {
      throw new IllegalArgumentException(
          "calibration: expected %d values, got %d".formatted(count, values.length));
    }
  }

  /** The range of each tensor with the least squared error over all pictures seen. */
  public Map<String, Int8Range> best() {
    Map<String, Int8Range> out = new LinkedHashMap<>();
    for (int t = 0; t < tensors.size(); t++) {
      int from = t * SHARES.length;
      double[] of = Arrays.copyOfRange(errors, from, from + SHARES.length);
      int best = 0;
      for (int share = 1; share < of.length; share++) {
        best = of[share] < of[best] ? share : best;
      }
      out.put(tensors.get(t), range(tensors.get(t)).part(SHARES[best]));
    }
    return out;
  }
}
