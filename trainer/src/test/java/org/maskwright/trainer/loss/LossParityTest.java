package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.modelzoo.weights.HostTensor;
import org.maskwright.modelzoo.weights.Safetensors;
import org.maskwright.modelzoo.weights.StateDict;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.match.Assignment;
import org.maskwright.trainer.match.Matches;

/**
 * Matching, losses and gradients against Hugging Face transformers on PyTorch with the same
 * predictions, targets and random numbers; make_losses.py beside the golden files made them and
 * says where the official release differs. Of several frames against Mask2Former's own video code;
 * make_video_losses.py made those.
 */
class LossParityTest {
  private static final double LOSS_TOLERANCE = 1e-5;
  private static final double GRADIENT_TOLERANCE = 1e-4;

  static Stream<Arguments> cases() {
    List<Arguments> out = new ArrayList<>();
    for (String backend : List.of("torch", "nd4j")) {
      for (String kind : List.of("mask2former", "maskformer")) {
        for (String name : List.of("deep", "crowded", "empty", "single")) {
          out.add(Arguments.of(backend, kind, name));
        }
      }
      for (String frames : List.of("one", "two", "three")) {
        out.add(Arguments.of(backend, "mask2former-video", frames));
      }
    }
    return out.stream();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void assignmentsLossesAndGradientsEqualTheReference(String backend, String kind, String name)
      throws Exception {
    Case golden = new Case(kind, name);
    EngineOptions options = EngineOptions.DEFAULT.withDevice("cpu").withBackend(backend);
    try (Engine engine = Engine.open(options.withThreads(1));
        var scope = engine.scope()) {
      List<Outputs.Layer> outputs = golden.outputs(engine);
      List<Supervision> targets = golden.targets();
      TermCriterion criterion = (TermCriterion) Criterion.of(golden.settings());

      Matches matches = criterion.match(outputs, targets, golden.points());
      for (int l = 0; l < outputs.size(); l++) {
        for (int b = 0; b < targets.size(); b++) {
          Assignment got = matches.outputs().get(l).get(b);
          String where = "output " + l + ", image " + b;
          assertArrayEquals(golden.matched(l, b, 0), got.rows(), where);
          assertArrayEquals(golden.matched(l, b, 1), got.columns(), where);
        }
      }

      Losses losses = criterion.compute(Outputs.ofLayers(outputs), targets, golden.points());
      Map<String, Double> values = new LinkedHashMap<>();
      for (LossPart part : losses.values()) {
        values.put(part.name(), part.value());
      }
      Map<String, Double> expected = golden.losses();
      assertEquals(expected.keySet(), new java.util.TreeSet<>(values.keySet()));
      expected.forEach(
          (part, loss) ->
              assertEquals(loss, values.get(part), LOSS_TOLERANCE * Math.max(1, loss), part));

      losses.total().backward();
      for (int l = 0; l < outputs.size(); l++) {
        assertGradient(golden.get("grad.class." + l), outputs.get(l).classLogits(), "class " + l);
        assertGradient(golden.get("grad.mask." + l), outputs.get(l).maskLogits(), "mask " + l);
      }
    }
  }

  private static void assertGradient(HostTensor golden, Tensor variable, String what) {
    float[] expected = golden.toFloatArray();
    float[] got = variable.grad() == null ? new float[expected.length] : variable.grad().toFloats();
    assertEquals(expected.length, got.length, what);
    double largest = 0;
    double difference = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs(expected[i]));
      difference = Math.max(difference, Math.abs(expected[i] - got[i]));
    }
    assertTrue(
        difference <= GRADIENT_TOLERANCE * largest,
        what + ": differs by " + difference + ", the largest is " + largest);
  }

  /** One case of a golden file. */
  private record Case(String kind, String name, StateDict file) {
    Case(String kind, String name) throws Exception {
      this(
          kind,
          name,
          Safetensors.read(
              Path.of(LossParityTest.class.getResource(kind + ".safetensors").toURI())));
    }

    HostTensor get(String key) {
      return file.get(name + "." + key);
    }

    private boolean has(String key) {
      return file.contains(name + "." + key);
    }

    CriterionSettings settings() {
      float[] s = get("settings").toFloatArray();
      return kind.startsWith("mask2former")
          ? new CriterionSettings.Points(
              decimal(s[0]),
              decimal(s[1]),
              decimal(s[2]),
              decimal(s[3]),
              (int) s[4],
              decimal(s[5]),
              decimal(s[6]))
          : new CriterionSettings.Dense(
              decimal(s[0]), decimal(s[1]), decimal(s[2]), decimal(s[3]), 0.25, 2);
    }

    /** The decimal number that was written in the script. */
    private static double decimal(float value) {
      return Double.parseDouble(Float.toString(value));
    }

    List<Outputs.Layer> outputs(Engine engine) {
      List<Outputs.Layer> out = new ArrayList<>();
      for (int l = 0; has("class." + l); l++) {
        HostTensor c = get("class." + l);
        HostTensor m = get("mask." + l);
        int last = m.shape().length - 1;
        out.add(
            new Outputs.Layer(
                Optional.of(engine.floats(c.toFloatArray(), c.shape()).variable()),
                engine
                    .floats(
                        m.toFloatArray(),
                        m.size(0),
                        m.size(1),
                        frames(),
                        m.size(last - 1),
                        m.size(last))
                    .variable()));
      }
      return out;
    }

    /** T. */
    int frames() {
      HostTensor masks = get("mask.0");
      return masks.shape().length == 5 ? (int) masks.shape()[2] : 1;
    }

    List<Supervision> targets() {
      List<Supervision> out = new ArrayList<>();
      for (int b = 0; has("targets." + b); b++) {
        List<MaskSupervision> frames = new ArrayList<>();
        for (int t = 0; t < frames(); t++) {
          frames.add(frame(b, t));
        }
        out.add(frames.size() == 1 ? frames.get(0) : new VideoTargets(frames));
      }
      return out;
    }

    /** The masks of one frame of [N,H,W] or [N,T,H,W]. */
    private MaskSupervision frame(int image, int t) {
      HostTensor masks = get("targets." + image);
      int last = masks.shape().length - 1;
      int height = (int) masks.shape()[last - 1];
      int width = (int) masks.shape()[last];
      MaskStack stack = new MaskStack((int) masks.shape()[0], height, width);
      float[] pixels = masks.toFloatArray();
      for (int i = 0; i < pixels.length; i++) {
        int plane = i / (height * width);
        if (pixels[i] > 0 && plane % frames() == t) {
          stack.set(plane / frames(), i / width % height, i % width);
        }
      }
      return new MaskSupervision(integers("labels." + image), stack, height, width);
    }

    private int[] integers(String key) {
      float[] values = get(key).toFloatArray();
      int[] out = new int[values.length];
      for (int i = 0; i < out.length; i++) {
        out[i] = (int) values[i];
      }
      return out;
    }

    /** Queries (0) or targets (1) of the pairs. */
    int[] matched(int output, int image, int row) {
      int[] both = integers("match." + output + "." + image);
      int n = both.length / 2;
      return java.util.Arrays.copyOfRange(both, row * n, (row + 1) * n);
    }

    Map<String, Double> losses() {
      Map<String, Double> out = new java.util.TreeMap<>();
      String prefix = name + ".loss.";
      file.asMap()
          .forEach(
              (key, value) -> {
                if (key.startsWith(prefix)) {
                  out.put(key.substring(prefix.length()), (double) value.toFloatArray()[0]);
                }
              });
      return out;
    }

    /** The reference's random numbers. */
    PointSource points() {
      return new Replayed(this);
    }
  }

  private static float[] join(float[] a, float[] b) {
    float[] out = java.util.Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, out, a.length, b.length);
    return out;
  }

  /** Recorded numbers. */
  private record Replayed(Case golden) implements PointSource {
    @Override
    public float[] forMatcher(int output, int image, int count) {
      return checked(golden.get("random." + output + ".matcher." + image).toFloatArray(), count);
    }

    /** Candidates, then the points that are drawn anew. */
    @Override
    public float[] forLoss(int output, int image, int pair, int frame, int count) {
      int row = pair;
      for (int b = 0; b < image; b++) {
        row += golden.matched(output, b, 0).length;
      }
      row = row * golden.frames() + frame;
      String random = "random." + output;
      return checked(join(row(random + ".candidates", row), row(random + ".fresh", row)), count);
    }

    private float[] row(String key, int row) {
      HostTensor points = golden.get(key); // [n,P,2]
      int length = (int) (points.elementCount() / points.shape()[0]);
      return java.util.Arrays.copyOfRange(points.toFloatArray(), row * length, (row + 1) * length);
    }

    private static float[] checked(float[] points, int count) {
      assertEquals(2 * count, points.length, "numbers asked for");
      return points;
    }

    @Override
    public boolean allowsImportanceSampling() {
      return true;
    }
  }
}
