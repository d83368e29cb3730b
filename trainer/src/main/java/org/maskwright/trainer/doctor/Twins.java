package org.maskwright.trainer.doctor;

import java.util.ArrayList;
import java.util.List;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.check.Vectors;
import org.maskwright.engine.fused.DeformableSampling;
import org.maskwright.engine.fused.MaskCosts;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/**
 * One size of each computation that exists twice, as a fused kernel and as primitives or plain
 * loops, forward and gradients, the two against each other.
 */
final class Twins {
  /** Sums of some thousand float32 products in another order. */
  private static final double TOLERANCE = 1e-4;

  private static final double EPS = 1e-5;
  private static final int[] HEIGHTS = {16, 8, 5};
  private static final int[] WIDTHS = {12, 6, 3};

  private Twins() {}

  /** A differentiable function of some tensors. */
  private interface Function {
    Tensor of(List<Tensor> in);
  }

  /** Random numbers of a shape: uniform in [low, high). */
  private static final class Input {
    private final double low;
    private final double high;
    private final long[] shape;

    Input(double low, double high, long... shape) {
      this.low = low;
      this.high = high;
      this.shape = shape;
    }

    static Input of(long... shape) {
      return new Input(-1, 1, shape);
    }

    Tensor on(Engine engine, int index) {
      return engine.uniform(RandomStream.of(index, "doctor"), low, high, shape);
    }
  }

  static List<Check> all() {
    return List.of(
        new Check("products", (engine, now) -> products(engine)),
        new Check("softmax of short rows", (engine, now) -> softmax(engine)),
        new Check("group norm", (engine, now) -> groupNorm(engine)),
        new Check("layer norm", (engine, now) -> layerNorm(engine)),
        new Check("attention", (engine, now) -> attention(engine)),
        new Check("deformable sampling", (engine, now) -> deformableSampling(engine)),
        new Check("mask costs", (engine, now) -> maskCosts(engine)),
        new Check("adamw", (engine, now) -> adamW(engine)),
        new Check("rows", (engine, now) -> rows()));
  }

  /** The values and the gradient of every input, of a sum with random weights. */
  private static List<float[]> run(Engine engine, Function f, Input... inputs) {
    try (Scope scope = engine.scope()) {
      List<Tensor> in = new ArrayList<>();
      for (int i = 0; i < inputs.length; i++) {
        in.add(inputs[i].on(engine, i + 1).variable());
      }
      Tensor y = f.of(in);
      y.mul(new Input(-1, 1, y.shape()).on(engine, 0)).sum().backward();
      List<float[]> out = new ArrayList<>();
      out.add(y.toFloats());
      in.forEach(x -> out.add(x.grad().toFloats()));
      return out;
    }
  }

  private static Check.Outcome compare(List<float[]> twin, List<float[]> fused) {
    Difference difference = new Difference();
    for (int i = 0; i < twin.size(); i++) {
      difference.add(i == 0 ? "result" : "gradient " + i, twin.get(i), fused.get(i));
    }
    return difference.within(TOLERANCE);
  }

  private static Check.Outcome compare(
      Engine engine, Function fused, Function twin, Input... inputs) {
    return compare(run(engine, twin, inputs), run(engine, fused, inputs));
  }

  /** Of the BLAS, at sizes that no tile divides, against loops in double. */
  private static Check.Outcome products(Engine engine) {
    int m = 67;
    int k = 131;
    int n = 45;
    float[] a = RandomStream.of(1, "doctor").uniform(m * k, -1, 1);
    float[] b = RandomStream.of(2, "doctor").uniform(k * n, -1, 1);
    double[] right = new double[m * n];
    for (int i = 0; i < right.length; i++) {
      for (int j = 0; j < k; j++) {
        right[i] += (double) a[i / n * k + j] * b[j * n + i % n];
      }
    }
    try (Scope scope = engine.scope()) {
      float[] got = engine.floats(a, m, k).matmul(engine.floats(b, k, n)).toFloats();
      return new Difference().add("product", right, got).within(TOLERANCE);
    }
  }

  private static Check.Outcome softmax(Engine engine) {
    return compare(
        engine,
        in -> in.get(0).softmax(-1),
        in -> {
          Tensor e = in.get(0).exp();
          return e.div(e.sumKeep(-1));
        },
        new Input(-4, 4, 501, 12));
  }

  private static Check.Outcome groupNorm(Engine engine) {
    int groups = 8;
    long[] shape = {2, 32, 13, 11};
    return compare(
        engine,
        in -> in.get(0).groupNorm(groups, in.get(1), in.get(2), EPS),
        in ->
            normalised(in.get(0).reshape(2, groups, -1))
                .reshape(shape)
                .mul(in.get(1).reshape(1, 32, 1, 1))
                .add(in.get(2).reshape(1, 32, 1, 1)),
        Input.of(shape),
        Input.of(32),
        Input.of(32));
  }

  private static Check.Outcome layerNorm(Engine engine) {
    return compare(
        engine,
        in -> in.get(0).layerNorm(in.get(1), in.get(2), EPS),
        in -> normalised(in.get(0)).mul(in.get(1)).add(in.get(2)),
        Input.of(201, 67),
        Input.of(67),
        Input.of(67));
  }

  /** Mean 0 and variance 1 along the last axis. */
  private static Tensor normalised(Tensor x) {
    long n = x.size(-1);
    Tensor centred = x.sub(x.sumKeep(-1).div(n));
    return centred.mul(centred.square().sumKeep(-1).div(n).add(EPS).rsqrt());
  }

  /** The kernel that inference uses against the composition that training records. */
  private static Check.Outcome attention(Engine engine) {
    byte[] blocked = new byte[50 * 70];
    for (int i = 0; i < blocked.length; i++) {
      blocked[i] = (byte) (i % 3 == 0 ? 1 : 0);
    }
    try (Scope scope = engine.scope();
        var off = engine.noGrad()) {
      Tensor q = Input.of(2, 4, 50, 32).on(engine, 1);
      Tensor k = Input.of(2, 4, 70, 32).on(engine, 2);
      Tensor v = Input.of(2, 4, 70, 32).on(engine, 3);
      Tensor mask = engine.bools(blocked, 1, 1, 50, 70);
      float[] fused = Attention.scaledDotProduct(q, k, v, mask, null).toFloats();
      try (var composed = engine.withoutFusedKernels()) {
        float[] twin = Attention.scaledDotProduct(q, k, v, mask, null).toFloats();
        return new Difference().add("result", twin, fused).within(TOLERANCE);
      }
    }
  }

  private static Check.Outcome deformableSampling(Engine engine) {
    long tokens = 0;
    for (int l = 0; l < HEIGHTS.length; l++) {
      tokens += (long) HEIGHTS[l] * WIDTHS[l];
    }
    Input[] inputs = {
      Input.of(2, tokens, 4, 16),
      new Input(-0.1, 1.1, 2, 37, 4, HEIGHTS.length, 4, 2),
      new Input(0, 1, 2, 37, 4, HEIGHTS.length, 4)
    };
    Function f = in -> DeformableSampling.sample(in.get(0), HEIGHTS, WIDTHS, in.get(1), in.get(2));
    List<float[]> fused = run(engine, f, inputs);
    try (var off = engine.withoutFusedKernels()) {
      return compare(run(engine, f, inputs), fused);
    }
  }

  private static Check.Outcome maskCosts(Engine engine) {
    int points = 1300;
    int targets = 3;
    float[] where = RandomStream.of(1, "doctor").uniform(2 * points * 2, 0, 1);
    float[] labels = RandomStream.of(2, "doctor").uniform(2 * targets * points, 0, 1);
    try (Scope scope = engine.scope()) {
      Tensor logits = new Input(-8, 8, 2, 21, 24, 31).on(engine, 3);
      float[] fused = MaskCosts.atPoints(logits, where, labels, targets, 5, 5).toFloats();
      try (var off = engine.withoutFusedKernels()) {
        float[] twin = MaskCosts.atPoints(logits, where, labels, targets, 5, 5).toFloats();
        return new Difference().add("costs", twin, fused).within(TOLERANCE);
      }
    }
  }

  /** Two updates against the formula in double. */
  private static Check.Outcome adamW(Engine engine) {
    int n = 70_001; // more than one thread takes at once
    float[] start = RandomStream.of(1, "doctor").uniform(n, -1, 1);
    float[] gradient = RandomStream.of(2, "doctor").uniform(n, -1, 1);
    double[] p = new double[n];
    double[] m = new double[n];
    double[] v = new double[n];
    for (int i = 0; i < n; i++) {
      p[i] = start[i];
    }
    try (Scope scope = engine.scope();
        Parameter parameter = new Parameter(engine.floats(start, n));
        Parameter first = new Parameter(engine.zeros(n));
        Parameter second = new Parameter(engine.zeros(n))) {
      parameter.tensor().mul(engine.floats(gradient, n)).sum().backward();
      for (int t = 1; t <= 2; t++) {
        AdamWStep step = new AdamWStep(0.01, 0.9, 0.999, 1e-8, 0.05, t, 0.5);
        Parameter.adamW(List.of(parameter), List.of(first), List.of(second), step);
        update(p, gradient, m, v, step);
      }
      return new Difference()
          .add("parameter", p, parameter.tensor().toFloats())
          .add("first moment", m, first.tensor().toFloats())
          .add("second moment", v, second.tensor().toFloats())
          .within(TOLERANCE);
    }
  }

  private static void update(double[] p, float[] gradient, double[] m, double[] v, AdamWStep s) {
    double bias1 = 1 - Math.pow(s.beta1(), s.step());
    double bias2 = 1 - Math.pow(s.beta2(), s.step());
    for (int i = 0; i < p.length; i++) {
      double g = gradient[i] * s.gradScale();
      m[i] = s.beta1() * m[i] + (1 - s.beta1()) * g;
      v[i] = s.beta2() * v[i] + (1 - s.beta2()) * g * g;
      p[i] -= s.lr() * s.weightDecay() * p[i];
      p[i] -= s.lr() * (m[i] / bias1) / (Math.sqrt(v[i] / bias2) + s.eps());
    }
  }

  /** This JVM's kernels for rows of numbers against the scalar ones. */
  private static Check.Outcome rows() {
    Difference difference = new Difference();
    Vectors.check(difference::add);
    return difference.within(TOLERANCE);
  }
}
