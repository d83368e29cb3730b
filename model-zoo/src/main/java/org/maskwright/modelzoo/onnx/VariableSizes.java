package org.maskwright.modelzoo.onnx;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.maskwright.engine.trace.OnnxConstant;
import org.maskwright.engine.trace.OnnxGraph;
import org.maskwright.engine.trace.OnnxNode;
import org.maskwright.engine.trace.OnnxType;

/**
 * A graph for inputs of several sizes, out of graphs that were recorded at single sizes.
 *
 * <p>A recording knows only the sizes that it was made with. Recordings at two sizes of each
 * variable differ in the shapes that depend on it, and in nothing else where a model can serve all
 * sizes. Each number in a shape is then the sum of products of variables that goes through the
 * recorded ones, computed in the graph from the input's shape; a constant that is repeated as often
 * as a variable says becomes one part and its repetition. One more recording at other sizes has to
 * agree. Whatever else differs, such as a table of positions that is made for a size, is a reason
 * to refuse: the graph would be right for one size and silently wrong for others.
 */
final class VariableSizes {
  /** Values of variables: not 1, which models may treat as no axis at all. */
  private static final long LOW = 2;

  private static final long CHECK = 5;

  /** Of the largest value of a constant. */
  private static final double ROUNDING = 1e-5;

  private final List<Variable> variables;
  private final Set<String> weights;
  private final List<OnnxGraph> corners = new ArrayList<>();
  private final OnnxGraph check;
  private final Map<String, OnnxConstant> constants = new LinkedHashMap<>();
  private final List<OnnxNode> sizes = new ArrayList<>();
  private final Map<Integer, String> products = new LinkedHashMap<>();

  /**
   * A size of the graph's first input.
   *
   * @param name of it in the file
   * @param axis of the input
   * @param step its size is a multiple of this
   */
  record Variable(String name, int axis, long step) {}

  private VariableSizes(
      List<Variable> variables, Set<String> weights, Function<long[], OnnxGraph> record) {
    this.variables = variables;
    this.weights = weights;
    int n = variables.size();
    for (int corner = 0; corner < 1 << n; corner++) {
      long[] values = new long[n];
      for (int i = 0; i < n; i++) {
        values[i] = LOW + ((corner >> i) & 1);
      }
      corners.add(record.apply(values));
    }
    long[] values = new long[n];
    Arrays.fill(values, CHECK);
    check = record.apply(values);
  }

  /**
   * The graph.
   *
   * @param variables that its first input may have
   * @param weights constants that are the same in all recordings
   * @param record records at values of the variables, which are sizes divided by their steps
   * @throws SizesException if something beside shapes depends on them
   */
  static OnnxGraph of(
      List<Variable> variables, Set<String> weights, Function<long[], OnnxGraph> record) {
    return new VariableSizes(variables, weights, record).graph();
  }

  private OnnxGraph first() {
    return corners.get(0);
  }

  private OnnxGraph graph() {
    corners.forEach(this::requireSameNodes);
    requireSameNodes(check);
    List<OnnxNode> repeated = new ArrayList<>();
    for (String name : first().constants().keySet()) {
      constant(name).ifPresent(repeated::add);
    }
    List<OnnxNode> nodes = new ArrayList<>(sizes);
    nodes.addAll(repeated);
    nodes.addAll(first().nodes());
    return new OnnxGraph(
        List.of(input()), first().outputs().stream().map(this::output).toList(), constants, nodes);
  }

  private void requireSameNodes(OnnxGraph other) {
    List<OnnxNode> nodes = first().nodes();
    for (int i = 0; i < Math.min(nodes.size(), other.nodes().size()); i++) {
      if (!nodes.get(i).equals(other.nodes().get(i))) {
        throw refusal("the operation " + nodes.get(i).outputs().get(0));
      }
    }
    if (nodes.size() != other.nodes().size()) {
      throw refusal("the number of operations");
    }
  }

  private SizesException refusal(String what) {
    return new SizesException(
        "%s depends on the %s of the input in a way that a graph without control flow cannot follow; export with fixed sizes, one file for each that is needed"
            .formatted(what, String.join(" or ", variables.stream().map(Variable::name).toList())));
  }

  private OnnxGraph.Value input() {
    OnnxGraph.Value recorded = first().inputs().get(0);
    List<String> out = new ArrayList<>(recorded.sizes());
    variables.forEach(v -> out.set(v.axis(), v.name()));
    return new OnnxGraph.Value(recorded.name(), recorded.type(), out);
  }

  private OnnxGraph.Value output(OnnxGraph.Value recorded) {
    int place = first().outputs().indexOf(recorded);
    List<String> out = new ArrayList<>();
    for (int axis = 0; axis < recorded.sizes().size(); axis++) {
      int at = axis;
      Multilinear size =
          fit(recorded.name(), g -> Long.parseLong(g.outputs().get(place).sizes().get(at)));
      out.add(size.isConstant() ? recorded.sizes().get(axis) : name(size, recorded.name(), axis));
    }
    return new OnnxGraph.Value(recorded.name(), recorded.type(), out);
  }

  private String name(Multilinear size, String output, int axis) {
    for (int i = 0; i < variables.size(); i++) {
      if (size.isMultipleOf(i) && size.coefficient(1 << i) == variables.get(i).step()) {
        return variables.get(i).name();
      }
    }
    return output + "_axis_" + axis;
  }

  /** The function through a number of each recording. */
  private Multilinear fit(String what, Function<OnnxGraph, Long> number) {
    long[] values = corners.stream().mapToLong(number::apply).toArray();
    Multilinear out = Multilinear.through(LOW, values);
    if (out.at(CHECK) != number.apply(check)) {
      throw refusal("the size of " + what);
    }
    return out;
  }

  /** Takes over a constant, as a function of the variables where it is one. */
  private Optional<OnnxNode> constant(String name) {
    OnnxConstant recorded = first().constants().get(name);
    List<OnnxConstant> others = new ArrayList<>();
    corners.forEach(g -> others.add(g.constants().get(name)));
    others.add(check.constants().get(name));
    if (others.stream().anyMatch(c -> c == null || c.type() != recorded.type())) {
      throw refusal("the constant " + name);
    }
    if (weights.contains(name) || others.stream().allMatch(c -> same(c, recorded))) {
      constants.put(name, recorded);
      return Optional.empty();
    }
    boolean ofShape = recorded.type() == OnnxType.INT64 && recorded.shape().size() == 1;
    if (ofShape && others.stream().allMatch(c -> c.count() == recorded.count())) {
      return Optional.of(numbers(name, recorded));
    }
    return Optional.of(repetition(name, recorded, others));
  }

  private static boolean same(OnnxConstant a, OnnxConstant b) {
    return a.shape().equals(b.shape()) && a.bytes().equals(b.bytes());
  }

  /** Numbers each of which is a function of the variables. */
  private OnnxNode numbers(String name, OnnxConstant recorded) {
    List<Multilinear> fits = new ArrayList<>();
    for (int i = 0; i < recorded.count(); i++) {
      int at = i;
      fits.add(fit(name, g -> g.constants().get(name).longs()[at]));
    }
    return sum(name, fits);
  }

  /** The last node of the sum of products that gives some numbers; the others go before all. */
  private OnnxNode sum(String name, List<Multilinear> fits) {
    String total = null;
    for (int s = 0; s < 1 << variables.size(); s++) {
      int place = s;
      long[] factors = fits.stream().mapToLong(f -> f.coefficient(place)).toArray();
      if (Arrays.stream(factors).allMatch(f -> f == 0)) {
        continue;
      }
      String term = longs(name + "_of_" + s, factors);
      if (s > 0) {
        term = size("Mul", name + "_part_" + s, product(s), term);
      }
      total = total == null ? term : size("Add", name + "_sum_" + s, total, term);
    }
    return new OnnxNode("Identity", List.of(String.valueOf(total)), List.of(name), Map.of());
  }

  private String longs(String name, long... values) {
    constants.put(name, OnnxConstant.ofLongs(name, values));
    return name;
  }

  private String size(String operator, String name, String... inputs) {
    return size(operator, name, Map.of(), inputs);
  }

  private String size(
      String operator, String name, Map<String, Object> attributes, String... inputs) {
    sizes.add(new OnnxNode(operator, List.of(inputs), List.of(name), attributes));
    return name;
  }

  /** The product of some variables, [1]; the bits of {@code which} are those in it. */
  private String product(int which) {
    String known = products.get(which);
    if (known != null) {
      return known;
    }
    int last = Integer.highestOneBit(which);
    String made =
        last == which
            ? variable(variables.get(Integer.numberOfTrailingZeros(which)))
            : size("Mul", "product_" + which, product(which ^ last), product(last));
    products.put(which, made);
    return made;
  }

  private String variable(Variable v) {
    String shape = "shape_of_input_for_" + v.name();
    size("Shape", shape, Map.of("start", (long) v.axis(), "end", v.axis() + 1L), input().name());
    return v.step() == 1
        ? shape
        : size("Div", v.name() + "_steps", shape, longs(v.name() + "_step", v.step()));
  }

  /** A constant that consists of repetitions of one part along one axis. */
  private OnnxNode repetition(String name, OnnxConstant recorded, List<OnnxConstant> all) {
    int axis = axis(name, recorded, all);
    Multilinear size = fit(name, g -> g.constants().get(name).shape().get(axis));
    int variable = 0;
    while (variable < variables.size() && !size.isMultipleOf(variable)) {
      variable++;
    }
    if (variable == variables.size()) {
      throw refusal("the table " + name + " of shape " + recorded.shape());
    }
    long part = size.coefficient(1 << variable);
    OnnxConstant one = part(recorded, name + "_part", axis, part);
    for (OnnxConstant other : all) {
      if (!repeats(other, one, axis)) {
        throw refusal("the table " + name + " of shape " + recorded.shape());
      }
    }
    constants.put(one.name(), one);
    List<Multilinear> counts = new ArrayList<>();
    for (int i = 0; i < recorded.shape().size(); i++) {
      long[] coefficients = new long[1 << variables.size()];
      coefficients[i == axis ? 1 << variable : 0] = 1;
      counts.add(new Multilinear(coefficients));
    }
    OnnxNode repeats = sum(name + "_repeats", counts);
    sizes.add(repeats);
    return new OnnxNode(
        "Tile", List.of(one.name(), repeats.outputs().get(0)), List.of(name), Map.of());
  }

  /** The one axis in which the shapes differ. */
  private int axis(String name, OnnxConstant recorded, List<OnnxConstant> all) {
    int found = -1;
    for (int i = 0; i < recorded.shape().size(); i++) {
      int axis = i;
      boolean differ =
          all.stream()
              .anyMatch(
                  c ->
                      c.shape().size() != recorded.shape().size()
                          || !c.shape().get(axis).equals(recorded.shape().get(axis)));
      if (differ && found >= 0) {
        throw refusal("the table " + name + " of shape " + recorded.shape());
      }
      found = differ ? i : found;
    }
    if (found < 0) {
      throw refusal("the table " + name + " of shape " + recorded.shape());
    }
    return found;
  }

  /** Bytes of the axes after one, together. */
  private static long inner(OnnxConstant c, int axis) {
    return c.shape().stream().skip(axis + 1L).reduce((long) c.type().bytes(), Math::multiplyExact);
  }

  private static OnnxConstant part(OnnxConstant whole, String name, int axis, long part) {
    List<Long> shape = new ArrayList<>(whole.shape());
    long rows = shape.get(axis);
    shape.set(axis, part);
    int from = Math.toIntExact(rows * inner(whole, axis));
    int to = Math.toIntExact(part * inner(whole, axis));
    ByteBuffer source = whole.bytes();
    ByteBuffer out = ByteBuffer.allocate(source.limit() / from * to);
    for (int at = 0; at < source.limit(); at += from) {
      out.put(source.slice(at, to));
    }
    out.flip();
    return new OnnxConstant(name, whole.type(), shape, out::duplicate);
  }

  /** Products of several rows may be rounded otherwise than those of one: the same but for that. */
  private static boolean repeats(OnnxConstant whole, OnnxConstant part, int axis) {
    if (whole.type() != OnnxType.FLOAT) {
      return repeats(whole.bytes(), part.bytes(), whole, part, axis);
    }
    float[] all = whole.floats();
    float[] one = part.floats();
    int block = Math.toIntExact(part.shape().get(axis) * inner(part, axis) / Float.BYTES);
    int row = Math.toIntExact(whole.shape().get(axis) * inner(whole, axis) / Float.BYTES);
    double most = 0;
    for (float value : one) {
      most = Float.isFinite(value) ? Math.max(most, Math.abs(value)) : most;
    }
    for (int i = 0; i < all.length; i++) {
      float expected = one[i / row * block + i % row % block];
      if (all[i] != expected && !(Math.abs(all[i] - expected) <= ROUNDING * most)) {
        return false;
      }
    }
    return true;
  }

  private static boolean repeats(
      ByteBuffer all, ByteBuffer one, OnnxConstant whole, OnnxConstant part, int axis) {
    int block = Math.toIntExact(part.shape().get(axis) * inner(part, axis));
    int row = Math.toIntExact(whole.shape().get(axis) * inner(whole, axis));
    for (int at = 0; at < all.limit(); at += block) {
      if (!all.slice(at, block).equals(one.slice(at / row * block, block))) {
        return false;
      }
    }
    return true;
  }
}
