package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.engine.tensor.Scope;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;

/** Labels that are known at some places only. */
class WeightedSupervisionTest extends WithEngine {
  private static final int QUERIES = 3;
  private static final int CLASSES = 2;
  private static final int SIDE = 8;

  private static final List<CriterionSettings> ALL =
      List.of(
          new CriterionSettings.Points(2, 5, 5, 0.1, 200, 3, 0.75),
          new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2),
          new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 0.5));

  /** Two targets: the left half and the right half of the image, known above a line only. */
  private record Halves(double known, float below, boolean weighted) implements Supervision {
    @Override
    public int height() {
      return SIDE;
    }

    @Override
    public int width() {
      return SIDE;
    }

    @Override
    public int count() {
      return 2;
    }

    @Override
    public int category(int n) {
      return n;
    }

    @Override
    public double labelledPixels() {
      return known * SIDE * SIDE;
    }

    private float label(int n, double x, double y) {
      return y < known ? ((x < 0.5) == (n == 0) ? 1 : 0) : below;
    }

    private float weight(double y) {
      return y < known ? 1 : 0;
    }

    @Override
    public void labels(
        int n, int frame, float[] points, int from, int count, float[] labels, int to) {
      for (int i = 0; i < count; i++) {
        labels[to + i] = label(n, points[from + 2 * i], points[from + 2 * i + 1]);
      }
    }

    @Override
    public void grid(int n, int frame, int height, int width, float[] labels, int to) {
      for (int i = 0; i < height * width; i++) {
        int row = i / width;
        labels[to + i] = label(n, (i % width + 0.5) / width, (row + 0.5) / height);
      }
    }

    @Override
    public void weights(
        int n, int frame, float[] points, int from, int count, float[] weights, int to) {
      for (int i = 0; i < count; i++) {
        weights[to + i] = weight(points[from + 2 * i + 1]);
      }
    }

    @Override
    public void gridWeights(int n, int frame, int height, int width, float[] weights, int to) {
      for (int i = 0; i < height * width; i++) {
        int row = i / width;
        weights[to + i] = weight((row + 0.5) / height);
      }
    }
  }

  private static float[] random(int seed, int count) {
    Random random = new Random(seed);
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  private static PointSource points() {
    float[] points = new float[400];
    Random random = new Random(9);
    for (int i = 0; i < points.length; i++) {
      points[i] = random.nextFloat();
    }
    return new PointSource.Given(points, points);
  }

  private Losses losses(CriterionSettings settings, Supervision target, Tensor masks) {
    Tensor classes = engine.floats(random(1, QUERIES * (CLASSES + 1)), 1, QUERIES, CLASSES + 1);
    Outputs p = Outputs.ofLayers(List.of(Outputs.Layer.ofImages(classes, masks)));
    return Criterion.of(settings).compute(p, List.of(target), points());
  }

  private Tensor masks(float[] values) {
    return engine.floats(values, 1, QUERIES, SIDE, SIDE).variable();
  }

  @Test
  void weightsOfOneChangeNothing() {
    for (CriterionSettings settings : ALL) {
      float[] values = random(2, QUERIES * SIDE * SIDE);
      Tensor plain = masks(values);
      Tensor weighted = masks(values);
      Losses expected = losses(settings, new Halves(1, 0, false), plain);
      Losses got = losses(settings, new Halves(1, 0, true), weighted);
      double total = expected.total().item();
      assertEquals(total, got.total().item(), 1e-5 * total);
      expected.total().backward();
      got.total().backward();
      assertArrayEquals(plain.grad().toFloats(), weighted.grad().toFloats(), 1e-5f);
    }
  }

  @Test
  void whatHasNoWeightHasNoEffectOnMatchesLossesAndGradients() {
    for (CriterionSettings settings : ALL) {
      float[] values = random(2, QUERIES * SIDE * SIDE);
      Tensor zeros = masks(values);
      Tensor ones = masks(values);
      Losses below0 = losses(settings, new Halves(0.5, 0, true), zeros);
      Losses below1 = losses(settings, new Halves(0.5, 1, true), ones);
      assertEquals(below0.total().item(), below1.total().item());
      below0.total().backward();
      below1.total().backward();
      assertArrayEquals(zeros.grad().toFloats(), ones.grad().toFloats(), 1e-12f);
    }
  }

  @Test
  void labelsOfWeightZeroEverywhereGiveNoMaskLossAndAFiniteGradient() {
    for (CriterionSettings settings : ALL) {
      Tensor masks = masks(random(2, QUERIES * SIDE * SIDE));
      Losses losses = losses(settings, new Halves(0, 1, true), masks);
      losses.values().stream()
          .filter(part -> !part.kind().equals("loss_ce"))
          .forEach(part -> assertEquals(0, part.value(), 1e-6, part.name()));
      losses.total().backward();
      assertArrayEquals(
          new float[QUERIES * SIDE * SIDE],
          masks.grad().toFloats(),
          1e-12f,
          "not known, not learnt");
    }
  }

  @Test
  void labelsAtSomePlacesAreLearntThereAndNowhereElse() {
    CriterionSettings settings = ALL.get(0);
    Supervision target = new Halves(0.5, 1, true);
    float[] values = random(2, QUERIES * SIDE * SIDE);
    float[] start = values.clone();
    double first = losses(settings, target, masks(values)).total().item();
    for (int step = 0; step < 60; step++) {
      try (Scope own = engine.scope()) {
        Tensor masks = masks(values);
        losses(settings, target, masks).total().backward();
        float[] gradient = masks.grad().toFloats();
        for (int i = 0; i < values.length; i++) {
          values[i] -= 2 * gradient[i];
        }
      }
    }
    double last = losses(settings, target, masks(values)).total().item();
    double classes = losses(settings, target, masks(values)).values().get(0).value();
    assertTrue(last - classes < 0.3 * (first - classes), first + " to " + last);
    for (int q = 0; q < QUERIES; q++) {
      int below = q * SIDE * SIDE + SIDE * (SIDE / 2 + 1); // no sample of the known half reaches it
      int end = (q + 1) * SIDE * SIDE;
      assertArrayEquals(
          Arrays.copyOfRange(start, below, end), Arrays.copyOfRange(values, below, end));
    }
  }
}
