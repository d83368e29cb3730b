package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.Engine;
import org.maskwright.engine.tensor.EngineOptions;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.match.Assignment;
import org.maskwright.trainer.match.Matches;

/** Costs and losses of masks by their formulas, in double. */
class MaskTermsTest {
  private static final EngineOptions OPTIONS =
      EngineOptions.DEFAULT.withDevice("cpu").withThreads(1);

  private static double softplus(double x) {
    return Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0);
  }

  private static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Each mask of 2 x 2 has the pixel of its number. */
  private static MaskSupervision corners(int count) {
    MaskStack masks = new MaskStack(count, 2, 2);
    for (int n = 0; n < count; n++) {
      masks.set(n, n / 2, n % 2);
    }
    return new MaskSupervision(new int[count], masks, 2, 2);
  }

  @Test
  void costsOfWholeMasksAreFocalAndDice() {
    double alpha = 0.3;
    double gamma = 1.5;
    Random random = new Random(1);
    float[] logits = new float[2 * 3 * 4]; // two images, three queries
    for (int i = 0; i < logits.length; i++) {
      logits[i] = (float) (2 * random.nextGaussian());
    }
    try (Engine engine = Engine.open(OPTIONS);
        var scope = engine.scope()) {
      PairCosts pairs =
          new PairCosts(
              Outputs.Layer.ofImages(engine.zeros(2, 3, 2), engine.floats(logits, 2, 3, 2, 2)),
              0,
              List.of(corners(2), corners(1)),
              2,
              new PointSource.Given(new float[0], new float[0]),
              Sampling.NONE);
      new FocalTerm("loss_mask", 20, alpha, gamma).addCosts(pairs);
      new GridDiceTerm("loss_dice", 3).addCosts(pairs);
      float[] costs = pairs.sum().orElseThrow().toFloats(); // [B,Q,N]
      for (int image = 0; image < 2; image++) {
        for (int q = 0; q < 3; q++) {
          for (int n = 0; n < 2 - image; n++) {
            double focal = 0;
            double overlap = 0;
            double sizes = 1; // of the target
            for (int i = 0; i < 4; i++) {
              double x = logits[(image * 3 + q) * 4 + i];
              double s = sigmoid(x);
              boolean inside = i == n;
              focal +=
                  inside
                      ? alpha * Math.pow(1 - s, gamma) * softplus(-x)
                      : (1 - alpha) * Math.pow(s, gamma) * softplus(x);
              overlap += inside ? s : 0;
              sizes += s;
            }
            double dice = 1 - (2 * overlap + 1) / (sizes + 1);
            assertEquals(
                20 * focal / 4 + 3 * dice,
                costs[(image * 3 + q) * 2 + n],
                1e-5,
                "image " + image + ", query " + q + ", target " + n);
          }
        }
      }
    }
  }

  @Test
  void masksAreComparedAtTheGivenPoints() {
    float[] logits = {3, -3, -2, -4, -2, 1, -5, 2.5f}; // the first query is nearer to the first
    float[] points = {0.25f, 0.25f, 0.75f, 0.75f, 0.25f, 0.75f}; // the pixels 0, 3 and 2
    int[] pixels = {0, 3, 2};
    CriterionSettings settings = new CriterionSettings.Points(0, 1, 0, 0.1, 3, 1, 0);
    try (Engine engine = Engine.open(OPTIONS);
        var scope = engine.scope()) {
      var masks = engine.floats(logits, 1, 2, 2, 2);
      Outputs predictions =
          Outputs.ofLayers(
              List.of(
                  Outputs.Layer.ofImages(engine.zeros(1, 2, 2), masks.mul(0.5)),
                  Outputs.Layer.ofImages(engine.zeros(1, 2, 2), masks)));
      Losses losses =
          Criterion.of(settings)
              .compute(predictions, List.of(corners(2)), new PointSource.Given(points, points));
      for (LossPart part : losses.values()) {
        if (part.name().startsWith("loss_mask")) {
          double factor = part.name().equals("loss_mask") ? 1 : 0.5;
          double sum = 0;
          for (int n = 0; n < 2; n++) {
            for (int pixel : pixels) {
              double x = factor * logits[4 * n + pixel];
              sum += softplus(x) - (pixel == n ? x : 0);
            }
          }
          assertEquals(sum / 3 / 2, part.value(), 1e-5, part.name());
        }
      }
      assertEquals(6, losses.values().size());
    }
  }

  /** Two images of one and two pairs, at two outputs. */
  @Test
  void pairsAreNumberedWithinTheirOutputAndImage() {
    Assignment one = Assignment.solve(new float[] {1, 0, 1}, 3, 1);
    Assignment two = Assignment.solve(new float[] {0, 1, 1, 0, 1, 1}, 3, 2);
    Matches matches = new Matches(3, List.of(List.of(one, two), List.of(one, two)));
    assertEquals(6, matches.count());
    assertEquals(3, matches.perOutput());
    assertArrayEquals(new int[] {0, 0, 1, 0, 0, 1}, matches.numbers());
    assertArrayEquals(new int[] {0, 1, 1, 0, 1, 1}, matches.images());
    Matches alone = new Matches(3, List.of(List.of(two), List.of(two)));
    assertArrayEquals(new int[] {0, 1, 0, 1}, alone.numbers());
  }
}
