package org.maskwright.engine.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.maskwright.engine.array.Activation;
import org.maskwright.engine.array.AdamWStep;
import org.maskwright.engine.array.Conv2dSpec;
import org.maskwright.engine.array.DType;
import org.maskwright.engine.array.Precision;
import org.maskwright.engine.fused.DeformableSampling;
import org.maskwright.engine.fused.MaskCosts;
import org.maskwright.engine.fused.PointSampling;
import org.maskwright.engine.nn.Dropout;
import org.maskwright.engine.nn.Module;
import org.maskwright.engine.tensor.Attention;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.Parameter;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;

/** Composite operations (fused = default), differentiation, memory and errors, on every backend. */
public abstract class CompositeConformance extends BackendConformance {
  private static final int[] HEIGHTS = {5, 3, 1};
  private static final int[] WIDTHS = {4, 2, 1};

  /** In a hundred steps: 8 KiB a step, of a network whose smallest activation has 32. */
  private static final long LEAK_KIB = 800;

  /** For the backend of a name. */
  protected CompositeConformance(String backend) {
    super(backend);
  }

  /** For the backend of a name on a device. */
  protected CompositeConformance(String backend, String device) {
    super(backend, device);
  }

  private static Tensor deformable(List<Tensor> in) {
    return DeformableSampling.sample(in.get(0), HEIGHTS, WIDTHS, in.get(1), in.get(2));
  }

  /** Values [2,27,3,5], locations partly outside the maps, weights. */
  private static Ref[] deformableInputs() {
    return new Ref[] {
      random(50, 2, 27, 3, 5),
      random(51, -0.2, 1.2, 2, 7, 3, 3, 2, 2),
      random(52, 0.0, 1.0, 2, 7, 3, 3, 2)
    };
  }

  private static Ref deformableLoops(List<Ref> in) {
    Ref v = in.get(0);
    return Ref.build(
        new int[] {2, 7, 15},
        ix -> {
          int m = ix[2] / 5;
          double sum = 0;
          int start = 0;
          for (int l = 0; l < 3; l++) {
            int from = start;
            int level = l;
            Ref map =
                Ref.build(
                    new int[] {1, 1, HEIGHTS[l], WIDTHS[l]},
                    p -> v.at(ix[0], from + p[2] * WIDTHS[level] + p[3], m, ix[2] % 5));
            for (int p = 0; p < 2; p++) {
              double x = in.get(1).at(ix[0], ix[1], m, l, p, 0) * 2 - 1;
              double y = in.get(1).at(ix[0], ix[1], m, l, p, 1) * 2 - 1;
              sum +=
                  in.get(2).at(ix[0], ix[1], m, l, p)
                      * map.gridSample(new Ref(new double[] {x, y}, 1, 1, 1, 2)).data()[0];
            }
            start += HEIGHTS[l] * WIDTHS[l];
          }
          return sum;
        });
  }

  @Test
  void fusedDeformableSamplingEqualsLoops() {
    check(
        "fused",
        CompositeConformance::deformable,
        CompositeConformance::deformableLoops,
        deformableInputs());
  }

  @Test
  void valuesGoThroughBuffersInRowMajorOrder() {
    float[] values = {1, -0.0f, Float.NaN, 4, 5, 6};
    try (Scope scope = engine().scope();
        Parameter p = new Parameter(engine().floats(new float[6], 2, 3))) {
      p.set(FloatBuffer.wrap(new float[] {9, 1, -0.0f, Float.NaN, 4, 5, 6, 9}, 1, 6));
      assertArrayEquals(values, p.tensor().toFloats());
      FloatBuffer taken = FloatBuffer.allocate(8).position(1);
      p.tensor().copyTo(taken);
      assertArrayEquals(new float[] {0, 1, -0.0f, Float.NaN, 4, 5, 6, 0}, taken.array());
      assertEquals(7, taken.position());
      FloatBuffer turned = FloatBuffer.allocate(6);
      p.tensor().transpose(0, 1).copyTo(turned);
      assertArrayEquals(new float[] {1, 4, -0.0f, 5, Float.NaN, 6}, turned.array());
      var e = assertThrows(IllegalArgumentException.class, () -> p.set(FloatBuffer.allocate(5)));
      assertTrue(e.getMessage().contains("got 5"), e.getMessage());
      assertArrayEquals(values, p.tensor().toFloats());
    }
  }

  @Test
  void composedDeformableSamplingEqualsLoops() {
    try (var off = engine().withoutFusedKernels()) {
      check(
          "composed",
          CompositeConformance::deformable,
          CompositeConformance::deformableLoops,
          deformableInputs());
    }
  }

  @Test
  void pointSamplingEqualsLoops() {
    check(
        "pointSample",
        in -> PointSampling.sample(in.get(0), in.get(1)),
        in ->
            in.get(0)
                .gridSample(in.get(1).reshape(2, 6, 1, 2).map(v -> 2 * v - 1))
                .reshape(2, 3, 6),
        random(53, 2, 3, 5, 4),
        random(54, -0.1, 1.1, 2, 6, 2));
  }

  private static final int POINTS = 1300; // more than the kernel takes at once

  /** Mask costs of logits [2,5,9,7] and labels [2,3,POINTS], of which most are 0 or 1. */
  private void checkMaskCosts() {
    Ref logits = random(60, -30.0, 30.0, 2, 5, 9, 7);
    Ref points = random(61, 0.0, 1.0, 2, POINTS, 2);
    Ref labels = random(62, -3.0, 3.0, 2, 3, POINTS).map(v -> Math.min(1, Math.max(0, v)));
    Ref x =
        logits
            .gridSample(points.reshape(2, POINTS, 1, 2).map(v -> 2 * v - 1))
            .reshape(2, 5, POINTS);
    double[] expected = new double[2 * 5 * 3];
    for (int i = 0; i < expected.length; i++) {
      int b = i / 15;
      double cross = 0;
      double overlap = 0;
      double sizes = 0;
      for (int p = 0; p < POINTS; p++) {
        double v = x.at(b, i / 3 % 5, p);
        double t = labels.at(b, i % 3, p);
        double s = 1 / (1 + Math.exp(-v));
        cross += Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))) - v * t;
        overlap += 2 * s * t;
        sizes += s + t;
      }
      expected[i] = 3 * cross / POINTS + 2 * (1 - (overlap + 1) / (sizes + 1));
    }
    try (Scope scope = engine().scope()) {
      float[] got =
          MaskCosts.atPoints(tensor(logits), floats(points), floats(labels), 3, 3, 2).toFloats();
      for (int i = 0; i < expected.length; i++) {
        assertEquals(expected[i], got[i], 2e-5 * Math.max(1, expected[i]), "cost " + i);
      }
    }
  }

  private static float[] floats(Ref values) {
    float[] out = new float[values.data().length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values.data()[i];
    }
    return out;
  }

  @Test
  void fusedMaskCostsEqualLoops() {
    checkMaskCosts();
  }

  @Test
  void composedMaskCostsEqualLoops() {
    try (var off = engine().withoutFusedKernels()) {
      checkMaskCosts();
    }
  }

  @Test
  void aMaskThatIsNotANumberHasNoCost() {
    try (Scope scope = engine().scope()) {
      Tensor logits = engine().floats(new float[] {Float.NaN, 1, 2, 3, 4, 5, 6, 7}, 1, 2, 2, 2);
      float[] points = {0.25f, 0.25f, 0.75f, 0.75f};
      float[] got = MaskCosts.atPoints(logits, points, new float[] {1, 0}, 1, 1, 1).toFloats();
      assertTrue(Float.isNaN(got[0]));
      assertTrue(Float.isFinite(got[1]));
    }
  }

  private static Ref attentionLoops(List<Ref> in, byte[] blocked) {
    Ref logits = Ref.matmul(in.get(0), in.get(1).permute(0, 1, 3, 2)).map(v -> v / Math.sqrt(4));
    Ref masked =
        blocked == null
            ? logits
            : Ref.build(
                logits.shape(), ix -> blocked[ix[2] * 6 + ix[3]] != 0 ? -1e9 : logits.at(ix));
    return Ref.matmul(masked.softmax(3), in.get(2));
  }

  @Test
  void attentionEqualsLoops() {
    byte[] blocked = new byte[5 * 6];
    for (int i = 0; i < blocked.length; i++) {
      blocked[i] = (byte) (i % 3 == 0 ? 1 : 0);
    }
    Ref[] in = {random(55, 2, 3, 5, 4), random(56, 2, 3, 6, 4), random(57, 2, 3, 6, 4)};
    check(
        "attention",
        t -> Attention.scaledDotProduct(t.get(0), t.get(1), t.get(2), null, null),
        r -> attentionLoops(r, null),
        in);
    check(
        "masked attention",
        t ->
            Attention.scaledDotProduct(
                t.get(0), t.get(1), t.get(2), engine().bools(blocked, 1, 1, 5, 6), null),
        r -> attentionLoops(r, blocked),
        in);
  }

  /** Of few rows and of many, of views, with and without a bias. */
  @ParameterizedTest
  @EnumSource(Activation.class)
  void aProductWithWhatFollowsEqualsItsComposition(Activation after) {
    Tensor x = tensor(random(70, 3, 700, 24));
    Tensor w = tensor(random(71, 80, 24)).slice(0, 20, 60);
    Tensor turned = tensor(random(72, 24, 40)).permute(1, 0);
    Tensor b = tensor(random(73, 40));
    Tensor image = tensor(random(74, 2, 6, 9, 7));
    Tensor kernel = tensor(random(75, 4, 6, 3, 3));
    Tensor offset = tensor(random(76, 4));
    List<Supplier<Tensor>> products =
        List.of(
            () -> x.linear(w, b, after),
            () -> x.linear(w, null, after),
            () -> x.slice(1, 0, 5).linear(w, b, after),
            () -> x.permute(1, 0, 2).linear(turned, b, after),
            () -> image.conv2d(kernel, offset, Conv2dSpec.of(1, 1), after),
            () -> image.conv2d(kernel, null, Conv2dSpec.of(2, 1), after));
    try (var off = engine().noGrad()) {
      for (int i = 0; i < products.size(); i++) {
        Tensor got = products.get(i).get();
        try (var apart = engine().withoutFusedKernels()) {
          Tensor expected = products.get(i).get();
          assertArrayEquals(expected.shape(), got.shape(), "product " + i);
          assertArrayEquals(expected.toFloats(), got.toFloats(), 1e-5f, "product " + i);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Activation.class)
  void whatIsNotFiniteGoesThroughAProductWithWhatFollows(Activation after) {
    float[] values = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0, -1, 3e37f};
    float[] rows = new float[600 * values.length];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = values[i % values.length];
    }
    try (var off = engine().noGrad()) {
      Tensor x = engine().floats(rows, rows.length, 1);
      Tensor one = engine().ones(1, 1);
      float[] got = x.linear(one, null, after).toFloats();
      try (var apart = engine().withoutFusedKernels()) {
        assertArrayEquals(x.linear(one, null, after).toFloats(), got, 1e-6f);
      }
    }
  }

  /** Of more queries and keys than kernels take at once, or few; whole blocks are blocked. */
  @ParameterizedTest
  @ValueSource(ints = {1100, 15, 7})
  void attentionOfManyBlocksEqualsItsComposition(int keys) {
    int queries = 70;
    byte[] blocked = new byte[2 * queries * keys];
    for (int i = 0; i < blocked.length; i++) {
      int query = i / keys % queries;
      int key = i % keys;
      boolean none = query == 3;
      boolean late = query % 2 == 0 && key < 600;
      boolean early = query % 3 == 0 && key >= 500;
      blocked[i] = (byte) (none || late || early || (query + key) % 5 == 0 ? 1 : 0);
    }
    Tensor mask = engine().bools(blocked, 2, 1, queries, keys);
    Ref[] in = {
      random(76, 2, 2, queries, 16), random(77, 2, 2, keys, 16), random(78, 2, 2, keys, 16)
    };
    Tensor grad = tensor(random(79, 2, 2, queries, 16));
    List<List<float[]>> results = new ArrayList<>();
    for (boolean fused : new boolean[] {true, false}) {
      List<Tensor> variables = Arrays.stream(in).map(r -> tensor(r).variable()).toList();
      try (var mode = fused ? engine().withGrad() : engine().withoutFusedKernels()) {
        Tensor out =
            Attention.scaledDotProduct(
                variables.get(0), variables.get(1), variables.get(2), mask, null);
        out.backward(grad);
        List<float[]> values = new ArrayList<>(List.of(out.toFloats()));
        variables.forEach(v -> values.add(v.grad().toFloats()));
        results.add(values);
      }
    }
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(results.get(1).get(i), results.get(0).get(i), 2e-5f, "number " + i);
    }
  }

  /** Without a gradient: many queries, few keys and so many that there are several blocks. */
  @ParameterizedTest
  @CsvSource({"2, 3, 600, 530, 64", "1, 2, 600, 3, 8", "1, 1, 1300, 6600, 8", "2, 2, 5, 70, 16"})
  void attentionOfInferenceEqualsItsComposition(
      int images, int heads, int queries, int keys, int width) {
    Tensor q = tensor(random(80, images, queries, heads, width)).permute(0, 2, 1, 3);
    Tensor k = tensor(random(81, images, keys, heads, width)).permute(0, 2, 1, 3);
    Tensor v = tensor(random(82, images, keys, heads, width + 1)).permute(0, 2, 1, 3);
    try (var off = engine().noGrad()) {
      Tensor got = Attention.scaledDotProduct(q, k, v, null, null);
      try (var apart = engine().withoutFusedKernels()) {
        Tensor expected = Attention.scaledDotProduct(q, k, v, null, null);
        assertArrayEquals(expected.shape(), got.shape());
        assertArrayEquals(expected.toFloats(), got.toFloats(), 2e-6f);
      }
    }
  }

  /** The same numbers, in whatever order slices, overlapping or not, and whole uses come. */
  @Test
  void slicesOfATensorAddUpTheirGradients() {
    Ref x = random(80, 3, 6, 2);
    check(
        "slices that overlap, and the whole",
        in -> {
          Tensor t = in.get(0);
          return Tensor.concat(
              1, t.slice(1, 0, 3), t.mul(2), t.slice(1, 2, 6), t.slice(1, 1, 6, 2), t);
        },
        r -> {
          Ref t = r.get(0);
          int[] from = {0, 1, 2, 0, 1, 2, 3, 4, 5, 2, 3, 4, 5, 1, 3, 5, 0, 1, 2, 3, 4, 5};
          return Ref.build(
              new int[] {3, from.length, 2},
              ix -> (ix[1] >= 3 && ix[1] < 9 ? 2 : 1) * t.at(ix[0], from[ix[1]], ix[2]));
        },
        x);
  }

  @Test
  void attentionAddsABiasAndMultipliesTheWeightsByWhatIsKept() {
    Ref[] in = {
      random(71, 2, 3, 5, 4),
      random(72, 2, 3, 6, 4),
      random(73, 2, 3, 6, 7),
      random(74, 3, 5, 6),
      random(75, 0.0, 2.0, 2, 1, 5, 6)
    };
    check(
        "attention with bias and kept",
        t -> Attention.scaledDotProduct(t.get(0), t.get(1), t.get(2), null, t.get(3), t.get(4)),
        r ->
            Ref.matmul(
                Ref.matmul(r.get(0), r.get(1).permute(0, 1, 3, 2))
                    .zip(r.get(3), (logit, bias) -> logit / Math.sqrt(4) + bias)
                    .softmax(3)
                    .zip(r.get(4), (weight, kept) -> weight * kept),
                r.get(2)),
        in);
  }

  @Test
  void dropoutKeepsItsShareScaledAndMasksTheGradientAlike() {
    int n = 100_000;
    double probability = 0.3;
    try (Dropout dropout = new Dropout(engine(), probability)) {
      Tensor x = engine().full(2, n).variable();
      assertArrayEquals(x.toFloats(), dropout.forward(x).toFloats(), "the identity in evaluation");
      dropout.setTraining(true);
      engine().random().startImages(1, 0);
      Tensor y = dropout.forward(x);
      float[] values = y.toFloats();
      float scaled = (float) (2 / (1 - probability));
      int kept = 0;
      for (float v : values) {
        assertTrue(v == 0 || Math.abs(v - scaled) < 1e-6, "got " + v);
        kept += v == 0 ? 0 : 1;
      }
      // Four standard deviations of a binomial share.
      double deviation = Math.sqrt(probability * (1 - probability) / n);
      assertEquals(1 - probability, kept / (double) n, 4 * deviation);
      y.sum().backward();
      float[] gradient = x.grad().toFloats();
      for (int i = 0; i < n; i++) {
        assertEquals(values[i] / 2, gradient[i], 1e-6, "gradient " + i);
      }
      engine().random().startImages(1, 0);
      assertArrayEquals(values, dropout.forward(x).toFloats(), "the same images, the same mask");
    }
  }

  @Test
  void gradientsOfSharedValuesAddUp() {
    check(
        "x * x + x * 3 through two paths",
        in -> {
          Tensor x = in.get(0);
          Tensor y = x.add(x);
          return y.mul(x).add(y).add(x.reshape(6).reshape(2, 3));
        },
        in -> in.get(0).map(x -> 2 * x * x + 3 * x),
        random(58, 2, 3));
  }

  private Tensor smallNet(Parameter w, Parameter v, Tensor x) {
    Tensor h = x.conv2d(w.tensor(), null, Conv2dSpec.of(1, 1)).relu();
    return h.flatten(2, 3).transpose(1, 2).linear(v.tensor(), null).tanh();
  }

  @Test
  void checkpointingGivesTheSameGradients() {
    try (Parameter w = new Parameter(tensor(random(59, 4, 3, 3, 3)));
        Parameter v = new Parameter(tensor(random(60, 5, 4)))) {
      Tensor x = tensor(random(61, 2, 3, 4, 4));
      smallNet(w, v, x).square().sum().backward();
      float[] gw = w.grad().toFloats();
      float[] gv = v.grad().toFloats();
      w.zeroGrad();
      v.zeroGrad();
      engine().checkpoint(in -> smallNet(w, v, in[0]), x).square().sum().backward();
      assertArrayEquals(gw, w.grad().toFloats(), 1e-5f);
      assertArrayEquals(gv, v.grad().toFloats(), 1e-5f);
    }
  }

  @Test
  void aCheckpointInWhichAllIsFrozenTakesPartInABackwardPass() {
    Tensor x = tensor(random(76, 2, 3));
    Tensor y = tensor(random(77, 2, 3)).variable();
    engine().checkpoint(in -> in[0].exp(), x).mul(y).sum().backward();
    assertArrayEquals(x.exp().toFloats(), y.grad().toFloats(), 1e-6f);
  }

  private static final class Twice extends Module {
    Twice(Engine engine) {
      super(engine);
    }

    void register() {
      parameter("weight", engine().ones(3));
    }
  }

  @Test
  void aNameRegisteredTwiceIsRefusedAndNothingIsLeft() {
    try (Twice module = new Twice(engine())) {
      module.register();
      assertThrows(IllegalArgumentException.class, module::register);
    }
  }

  @Test
  void gradientsAccumulateOverBackwardPasses() {
    try (Parameter w = new Parameter(engine().floats(new float[] {2, 3}, 2))) {
      for (int i = 0; i < 3; i++) {
        try (Scope inner = engine().scope()) {
          w.tensor().square().sum().backward();
        }
      }
      assertArrayEquals(new float[] {12, 18}, w.grad().toFloats());
      w.setTrainable(false);
      assertEquals(null, w.grad());
      assertTrue(!w.tensor().square().requiresGrad());
    }
  }

  @Test
  void dotIsTheSumOfAllProducts() {
    Ref a = random(72, 1003);
    Ref b = random(73, 1003);
    Ref c = random(74, 3, 5);
    double expected = 0;
    for (int i = 0; i < 1003; i++) {
      expected += a.data()[i] * b.data()[i];
    }
    for (double x : c.data()) {
      expected += x * x;
    }
    Tensor same = tensor(c);
    Tensor turned = same.permute(1, 0); // its memory is not in the order of its elements
    double got = Tensor.dot(List.of(tensor(a), turned), List.of(tensor(b), turned));
    assertEquals(expected, got, 1e-5 * Math.abs(expected) + 1e-5);
    assertEquals(0, Tensor.dot(List.of(), List.of()));
    assertThrows(IllegalArgumentException.class, () -> Tensor.dot(List.of(same), List.of(turned)));
    assertThrows(IllegalArgumentException.class, () -> Tensor.dot(List.of(same), List.of()));
  }

  @Test
  void adamWEqualsItsFormula() {
    int n = 1003;
    Ref p = random(62, n);
    Ref g = random(63, n);
    double[] m = new double[n];
    double[] v = new double[n];
    double[] x = p.data().clone();
    try (Parameter parameter = new Parameter(tensor(p));
        Parameter first = new Parameter(engine().zeros(n));
        Parameter second = new Parameter(engine().zeros(n))) {
      parameter.tensor().mul(tensor(g)).sum().backward();
      for (int t = 1; t <= 3; t++) {
        Parameter.adamW(
            List.of(parameter),
            List.of(first),
            List.of(second),
            new AdamWStep(0.01, 0.9, 0.999, 1e-8, 0.05, t, 0.5));
        stepByFormula(x, g.data(), m, v, t);
      }
      assertClose("parameter", new Ref(x, n), parameter.tensor(), 2e-6);
      assertClose("first moment", new Ref(m, n), first.tensor(), 2e-6);
      assertClose("second moment", new Ref(v, n), second.tensor(), 2e-6);
    }
  }

  private static void stepByFormula(double[] x, double[] g, double[] m, double[] v, int t) {
    for (int i = 0; i < x.length; i++) {
      double gi = g[i] * 0.5;
      x[i] -= 0.01 * 0.05 * x[i];
      m[i] = 0.9 * m[i] + 0.1 * gi;
      v[i] = 0.999 * v[i] + 0.001 * gi * gi;
      x[i] -=
          0.01
              / (1 - Math.pow(0.9, t))
              * m[i]
              / (Math.sqrt(v[i] / (1 - Math.pow(0.999, t))) + 1e-8);
    }
  }

  @Test
  void aParameterMixesAnotherTensorIn() {
    try (Parameter a = new Parameter(engine().floats(new float[] {1, 2}, 2))) {
      Tensor source = engine().floats(new float[] {11, -8}, 2);
      a.mix(0.9, source, 0.1);
      assertArrayEquals(new float[] {2, 1}, a.tensor().toFloats(), 1e-6f);
      a.mix(2, source, 3);
      assertArrayEquals(new float[] {37, -22}, a.tensor().toFloats(), 1e-5f);
      a.mix(2, a.tensor(), 1);
      assertArrayEquals(new float[] {111, -66}, a.tensor().toFloats(), 1e-4f);
    }
  }

  @Test
  void aGradientMixesAnotherTensorIn() {
    try (Parameter a = new Parameter(engine().floats(new float[] {1, 2}, 2))) {
      Tensor source = engine().floats(new float[] {10, 20}, 2);
      assertThrows(IllegalStateException.class, () -> a.mixGrad(1, source, 1));
      a.tensor().square().sum().backward();
      a.mixGrad(0.5, source, -1);
      assertArrayEquals(new float[] {-9, -18}, a.grad().toFloats(), 1e-6f);
      a.mixGrad(2, a.grad(), 1);
      assertArrayEquals(new float[] {-27, -54}, a.grad().toFloats(), 1e-5f);
      assertArrayEquals(new float[] {1, 2}, a.tensor().toFloats());
      Tensor wide = engine().zeros(3);
      assertThrows(IllegalArgumentException.class, () -> a.mixGrad(1, wide, 1));
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void productsOfLessPrecisionAreCloseAndDifferentiable(Precision precision) {
    Ref a = random(64, 8, 16);
    Ref b = random(65, 4, 16);
    try (var mode = engine().withPrecision(precision)) {
      Tensor x = tensor(a).variable();
      Tensor y = x.linear(tensor(b), null);
      assertEquals(precision.products(), y.dtype());
      Ref exact = Ref.matmul(a, b.permute(1, 0));
      assertClose(precision + " linear", exact, y.cast(DType.FLOAT32), 1e-2);
      y.add(engine().ones(4)).sum().backward();
      assertEquals(DType.FLOAT32, x.grad().dtype());
    }
  }

  @ParameterizedTest
  @EnumSource(Precision.class)
  void convolutionsOfLessPrecisionAreCloseInValueAndGradients(Precision precision) {
    Ref image = random(66, 1, 8, 5, 6);
    Ref weight = random(67, 4, 8, 3, 3);
    Ref bias = random(68, 4);
    Tensor[] exact = convolved(Precision.FP32, image, weight, bias);
    Tensor[] got = convolved(precision, image, weight, bias);
    String[] names = {"value", "image", "weight", "bias"};
    for (int i = 0; i < exact.length; i++) {
      float[] a = exact[i].toFloats();
      float[] b = got[i].toFloats();
      double largest = 0;
      double off = 0;
      for (int k = 0; k < a.length; k++) {
        largest = Math.max(largest, Math.abs(a[k]));
        off = Math.max(off, Math.abs(a[k] - b[k]));
      }
      assertTrue(off <= 0.02 * largest, precision + " " + names[i] + ": off by " + off);
    }
  }

  private Tensor[] convolved(Precision precision, Ref image, Ref weight, Ref bias) {
    try (var mode = engine().withPrecision(precision)) {
      Tensor x = tensor(image).variable();
      Tensor w = tensor(weight).variable();
      Tensor b = tensor(bias).variable();
      Tensor y = x.conv2d(w, b, Conv2dSpec.of(1, 1));
      assertEquals(precision.products(), y.dtype());
      Tensor wide = y.cast(DType.FLOAT32);
      wide.square().sum().backward();
      return new Tensor[] {wide, x.grad(), w.grad(), b.grad()};
    }
  }

  @Test
  void innerScopesKeepWhatTheGraphNeeds() {
    Tensor x = tensor(random(66, 3, 4)).variable();
    Tensor y = engine().tidy(s -> x.exp().mul(x).sin());
    y.sum().backward();
    assertTrue(x.grad().isFinite().all().toBytes()[0] == 1);
  }

  @Test
  void anAbandonedGraphIsFreedWithItsScope() {
    long before = engine().memory().liveArrays();
    try (Scope inner = engine().scope()) {
      Tensor x = engine().ones(10).variable();
      Tensor unused = x.exp().mul(x);
      assertTrue(unused.requiresGrad());
    }
    assertEquals(before, engine().memory().liveArrays());
  }

  @Test
  void useAfterCloseIsAnError() {
    Tensor x;
    try (Scope inner = engine().scope()) {
      x = engine().ones(2);
    }
    String message = assertThrows(IllegalStateException.class, () -> x.add(1)).getMessage();
    assertTrue(message.contains("scope"), message);
  }

  @Test
  void mistakesNameExpectedAndGot() {
    Tensor a = engine().ones(2, 3);
    List<Function<Tensor, Object>> wrong = new ArrayList<>();
    wrong.add(t -> t.add(engine().ones(2)));
    wrong.add(t -> t.matmul(t));
    wrong.add(t -> t.reshape(4));
    wrong.add(t -> t.permute(0, 0));
    wrong.add(t -> t.slice(0, 1, 5));
    wrong.add(t -> t.sum(2));
    wrong.add(t -> t.conv2d(t, null, Conv2dSpec.of(1, 0)));
    wrong.add(t -> t.and(t));
    wrong.add(t -> t.add(engine().longs(new long[] {1}, 1)));
    wrong.add(t -> t.gather(0, t));
    wrong.add(t -> t.topK(9));
    wrong.add(Tensor::toLongs);
    wrong.add(Tensor::toBytes);
    wrong.add(t -> t.cast(DType.INT64).toBytes());
    wrong.add(t -> t.select(1, -4));
    wrong.add(t -> t.select(1, 3));
    wrong.add(t -> t.expand(-1, 2, 3));
    wrong.add(t -> engine().floats(new float[3], -1, -3));
    wrong.add(t -> engine().zeros(2, -1));
    wrong.add(t -> t.cast(DType.INT64).clamp(0.5, 2));
    wrong.add(t -> t.cast(DType.INT64).clamp(0, 1.5));
    wrong.add(t -> t.cast(DType.BOOL).clamp(0, 1));
    for (int i = 0; i < wrong.size(); i++) {
      Function<Tensor, Object> op = wrong.get(i);
      String message =
          assertThrows(IllegalArgumentException.class, () -> op.apply(a), "case " + i).getMessage();
      assertTrue(message.contains("expected") && message.contains("got"), message);
    }
    assertThrows(IllegalStateException.class, () -> a.argMax(0).cast(DType.FLOAT32).backward());
    assertThrows(
        RuntimeException.class,
        () -> a.indexSelect(0, engine().longs(new long[] {7}, 1)).toFloats());
  }

  @Test
  void aTrainingLoopLeavesTheNumberOfLiveArraysConstant() {
    try (Parameter w = new Parameter(tensor(random(67, 4, 3, 3, 3)));
        Parameter v = new Parameter(tensor(random(68, 5, 4)))) {
      long live = -1;
      long bytes = -1;
      for (int step = 0; step < 20; step++) {
        try (Scope inner = engine().scope()) {
          smallNet(w, v, tensor(random(69, 2, 3, 4, 4))).square().sum().backward();
        }
        w.zeroGrad();
        v.zeroGrad();
        if (step == 2) {
          live = engine().memory().liveArrays();
          bytes = engine().memory().liveBytes();
        }
      }
      assertEquals(live, engine().memory().liveArrays());
      assertEquals(bytes, engine().memory().liveBytes());
    }
  }

  /** Steps of a long training; fewer of a slow engine. */
  protected int longTraining() {
    return 1000;
  }

  /** The heap of a long training: the default one with the launcher's collector. */
  protected List<String> longTrainingHeap() {
    return List.of("-XX:+UseSerialGC");
  }

  @Test
  void aLongTrainingLeavesArraysAndResidentMemoryConstant(@TempDir Path folder) throws Exception {
    Path errors = folder.resolve("errors.txt");
    Assumptions.assumeTrue(ResidentMemory.isKnown(), "resident memory is read from /proc: Linux");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(longTrainingHeap());
    command.addAll(
        List.of(
            "-Dorg.bytedeco.javacpp.maxbytes=0",
            "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
            "-cp",
            System.getProperty("java.class.path"),
            TrainingLoop.class.getName(),
            engine().backendName(),
            engine().device().toString(),
            Integer.toString(longTraining())));
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    List<String> lines = process.inputReader().lines().toList();
    assertEquals(0, process.waitFor(), Files.readString(errors));
    assertEquals(10, lines.size());
    long[] early = numbers(lines.get(0));
    long[] last = numbers(lines.get(9));
    assertEquals(early[1], last[1], "live arrays");
    assertEquals(early[2], last[2], "live bytes");
    long[] resident = lines.stream().mapToLong(line -> numbers(line)[3]).toArray();
    String trace = "KiB after each tenth of the steps: " + lines;
    assertTrue(ResidentMemory.medianGrowth(resident) < LEAK_KIB, trace);
    assertTrue(last[3] < 1.2 * early[3], trace);
  }

  private static long[] numbers(String line) {
    return Arrays.stream(line.split(" ")).mapToLong(Long::parseLong).toArray();
  }
}
