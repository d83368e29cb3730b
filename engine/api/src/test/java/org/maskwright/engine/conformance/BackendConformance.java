package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.maskwright.engine.array.EngineException;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/** Opens the backend and compares: what the parts of the suite share. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class BackendConformance {
  /**
   * Relative to the largest magnitude of what is compared; float32 sums of up to some hundred terms
   * stay well below.
   */
  private static final double FORWARD_TOLERANCE = 2e-6;

  /**
   * Finite differences of the float64 loops are exact to about 1e-8; the rest is the backend's
   * float32.
   */
  private static final double GRADIENT_TOLERANCE = 2e-5;

  private static final double STEP = 1e-5;

  private final String backend;
  private final String device;
  private Engine engine;
  private String absence;
  private Scope scope;
  private long liveBefore;

  /** For the backend of a name, on the CPU. */
  protected BackendConformance(String backend) {
    this(backend, "cpu");
  }

  /** For the backend of a name on a device; all tests are skipped where the device is absent. */
  protected BackendConformance(String backend, String device) {
    this.backend = backend;
    this.device = device;
  }

  @BeforeAll
  void open() {
    EngineOptions options =
        EngineOptions.DEFAULT.withBackend(backend).withDevice(device).withThreads(2);
    try {
      engine = Engine.open(options);
    } catch (EngineException e) {
      if (device.equals("cpu")) {
        throw e;
      }
      absence = e.getMessage();
    }
  }

  @AfterAll
  void close() {
    if (engine != null) {
      engine.close();
    }
  }

  @BeforeEach
  void enter() {
    Assumptions.assumeTrue(engine != null, () -> "no " + device + " here: " + absence);
    liveBefore = engine.memory().liveArrays();
    scope = engine.scope();
  }

  @AfterEach
  void leaveNothingBehind() {
    if (engine == null) {
      return;
    }
    scope.close();
    assertEquals(liveBefore, engine.memory().liveArrays(), "live arrays after the test's scope");
  }

  /** The engine under test. */
  protected final Engine engine() {
    return engine;
  }

  /** Values in [low,high), different for each salt. */
  static Ref random(int salt, double low, double high, int... shape) {
    RandomStream r = RandomStream.of(7, "conformance-" + salt);
    // Rounded to float32, so that both sides see the same numbers.
    return Ref.of(shape, i -> (float) (low + (high - low) * r.nextDouble()));
  }

  /** Normal-like values in [-2,2). */
  static Ref random(int salt, int... shape) {
    return random(salt, -2, 2, shape);
  }

  final Tensor tensor(Ref r) {
    float[] f = new float[r.data().length];
    for (int i = 0; i < f.length; i++) {
      f[i] = (float) r.data()[i];
    }
    return engine.floats(f, Arrays.stream(r.shape()).asLongStream().toArray());
  }

  static void assertClose(String what, Ref expected, Tensor got, double tolerance) {
    assertArrayEquals(
        Arrays.stream(expected.shape()).asLongStream().toArray(), got.shape(), what + ": shape");
    assertArrayEquals(got.shape(), got.toHost().shape(), what + ": the backend's own shape");
    float[] values = got.toFloats();
    double scale =
        Math.max(
            1,
            Arrays.stream(expected.data()).map(Math::abs).filter(Double::isFinite).max().orElse(1));
    for (int i = 0; i < values.length; i++) {
      double e = expected.data()[i];
      boolean same =
          Double.isFinite(e)
              ? Math.abs(values[i] - e) <= tolerance * scale
              : Double.compare(values[i], e) == 0;
      assertTrue(same, what + ": element " + i + " expected " + e + ", got " + values[i]);
    }
  }

  /** Forward only. */
  final void checkForward(
      String what,
      Function<List<Tensor>, Tensor> op,
      Function<List<Ref>, Ref> loops,
      Ref... inputs) {
    List<Tensor> tensors = Arrays.stream(inputs).map(this::tensor).toList();
    assertClose(what, loops.apply(List.of(inputs)), op.apply(tensors), FORWARD_TOLERANCE);
  }

  /**
   * Forward against the loops, gradient of every input against finite differences of the loops; the
   * same from non-contiguous inputs and a non-contiguous gradient of the result, whose last two
   * axes are stored swapped.
   */
  final void check(
      String what,
      Function<List<Tensor>, Tensor> op,
      Function<List<Ref>, Ref> loops,
      Ref... inputs) {
    check(what, 1, op, loops, inputs);
  }

  /** {@link #check} with {@code growth} times the tolerance: how much op amplifies rounding. */
  final void check(
      String what,
      double growth,
      Function<List<Tensor>, Tensor> op,
      Function<List<Ref>, Ref> loops,
      Ref... inputs) {
    Ref expected = loops.apply(List.of(inputs));
    Ref weights = random(999, expected.shape());
    Ref[] gradients = new Ref[inputs.length];
    for (int k = 0; k < inputs.length; k++) {
      gradients[k] = finiteDifferences(loops, inputs, k, weights);
    }
    List<Tensor> plain = Arrays.stream(inputs).map(this::tensor).toList();
    assertClose(what, expected, op.apply(plain), growth * FORWARD_TOLERANCE);
    checkRecorded(what, growth, op, this::tensor, expected, weights, gradients, inputs);
    checkRecorded(
        what + " of views", growth, op, this::turned, expected, weights, gradients, inputs);
  }

  /** The tensor as a view of one whose last two axes are swapped. */
  private Tensor turned(Ref r) {
    if (r.rank() < 2) {
      return tensor(r);
    }
    int[] order = new int[r.rank()];
    Arrays.setAll(order, i -> i);
    order[r.rank() - 1] = r.rank() - 2;
    order[r.rank() - 2] = r.rank() - 1;
    return tensor(r.permute(order)).permute(order);
  }

  private static void checkRecorded(
      String what,
      double growth,
      Function<List<Tensor>, Tensor> op,
      Function<Ref, Tensor> make,
      Ref expected,
      Ref weights,
      Ref[] gradients,
      Ref... inputs) {
    List<Tensor> variables = Arrays.stream(inputs).map(r -> make.apply(r).variable()).toList();
    Tensor y = op.apply(variables);
    assertClose(what, expected, y, growth * FORWARD_TOLERANCE);
    y.backward(make.apply(weights));
    for (int k = 0; k < inputs.length; k++) {
      if (inputs[k].data().length > 0) {
        assertClose(
            what + ": gradient of input " + k,
            gradients[k],
            variables.get(k).grad(),
            growth * GRADIENT_TOLERANCE);
      }
    }
  }

  private static Ref finiteDifferences(
      Function<List<Ref>, Ref> loops, Ref[] inputs, int k, Ref weights) {
    double[] out = new double[inputs[k].data().length];
    for (int i = 0; i < out.length; i++) {
      out[i] =
          (objective(loops, inputs, k, i, STEP, weights)
                  - objective(loops, inputs, k, i, -STEP, weights))
              / (2 * STEP);
    }
    return new Ref(out, inputs[k].shape());
  }

  private static double objective(
      Function<List<Ref>, Ref> loops, Ref[] inputs, int k, int i, double step, Ref weights) {
    Ref[] moved = inputs.clone();
    double[] data = inputs[k].data().clone();
    data[i] += step;
    moved[k] = new Ref(data, inputs[k].shape());
    Ref y = loops.apply(List.of(moved));
    double s = 0;
    for (int j = 0; j < y.data().length; j++) {
      s += y.data()[j] * weights.data()[j];
    }
    return s;
  }
}
