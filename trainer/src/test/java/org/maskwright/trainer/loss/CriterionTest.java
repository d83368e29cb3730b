package org.maskwright.trainer.loss;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.MaskStack;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.TrainingDivergedException.LossPart;

/** Laws of the criteria that match. */
class CriterionTest extends WithEngine {
  private static final int QUERIES = 6;
  private static final int CLASSES = 4;
  private static final int SIDE = 8;
  private static final int PADDED = 32;

  private static final CriterionSettings POINTS =
      new CriterionSettings.Points(2, 5, 5, 0.1, 40, 3, 0.75);
  private static final CriterionSettings DENSE =
      new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2);
  private static final CriterionSettings GENTLE =
      new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 0.5);
  private static final List<CriterionSettings> BOTH = List.of(POINTS, DENSE);

  private static MaskSupervision targets(int seed, int... classes) {
    MaskStack masks = new MaskStack(classes.length, PADDED, PADDED);
    Random random = new Random(seed);
    for (int n = 0; n < classes.length; n++) {
      int x = random.nextInt(16);
      int y = random.nextInt(16);
      for (int i = 0; i < 12; i++) {
        masks.setRow(n, y + i, x, x + 12);
      }
    }
    return new MaskSupervision(classes, masks, PADDED, PADDED);
  }

  /** Some targets in another order. */
  private static Supervision chosen(MaskSupervision t, int... order) {
    return new Supervision() {
      @Override
      public int height() {
        return t.height();
      }

      @Override
      public int width() {
        return t.width();
      }

      @Override
      public int count() {
        return order.length;
      }

      @Override
      public int category(int n) {
        return t.category(order[n]);
      }

      @Override
      public double labelledPixels() {
        return t.labelledPixels();
      }

      @Override
      public void labels(
          int n, int frame, float[] points, int from, int count, float[] labels, int to) {
        t.labels(order[n], frame, points, from, count, labels, to);
      }

      @Override
      public void grid(int n, int frame, int height, int width, float[] labels, int to) {
        t.grid(order[n], frame, height, width, labels, to);
      }
    };
  }

  private static float[] random(int seed, int count) {
    Random random = new Random(seed);
    float[] out = new float[count];
    for (int i = 0; i < count; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  private static Outputs.Layer layer(Tensor classLogits, Tensor maskLogits) {
    return Outputs.Layer.ofImages(classLogits, maskLogits);
  }

  private Outputs predictions(int images) {
    Tensor classLogits =
        engine.floats(random(1, images * QUERIES * (CLASSES + 1)), images, QUERIES, CLASSES + 1);
    Tensor maskLogits =
        engine.floats(random(2, images * QUERIES * SIDE * SIDE), images, QUERIES, SIDE, SIDE);
    return Outputs.ofLayers(
        List.of(layer(classLogits.mul(0.5), maskLogits.mul(2)), layer(classLogits, maskLogits)));
  }

  /** The same points for everything, so that orders and batches can be compared. */
  private static PointSource fixed() {
    float[] points = new float[80];
    Random random = new Random(9);
    for (int i = 0; i < points.length; i++) {
      points[i] = random.nextFloat();
    }
    return new PointSource.Given(points, points);
  }

  private static double value(Losses losses, String name) {
    return losses.values().stream()
        .filter(p -> p.name().equals(name))
        .mapToDouble(LossPart::value)
        .findFirst()
        .orElse(0);
  }

  @Test
  void permutingQueriesChangesNothing() {
    for (CriterionSettings settings : BOTH) {
      Outputs p = predictions(1);
      Tensor order = engine.longs(new long[] {3, 0, 5, 1, 4, 2}, QUERIES);
      Outputs permuted =
          Outputs.ofLayers(
              p.layers().stream()
                  .map(
                      l ->
                          layer(
                              l.classLogits().indexSelect(1, order),
                              l.imageMaskLogits().indexSelect(1, order)))
                  .toList());
      List<MaskSupervision> t = List.of(targets(1, 0, 2, 3));
      double before = Criterion.of(settings).compute(p, t, fixed()).total().item();
      double after = Criterion.of(settings).compute(permuted, t, fixed()).total().item();
      assertEquals(before, after, 1e-5 * before);
    }
  }

  @Test
  void permutingTargetsChangesNothing() {
    for (CriterionSettings settings : BOTH) {
      Outputs p = predictions(1);
      MaskSupervision t = targets(1, 0, 2, 3);
      Supervision reversed = chosen(t, 2, 1, 0);
      double before = Criterion.of(settings).compute(p, List.of(t), fixed()).total().item();
      double after = Criterion.of(settings).compute(p, List.of(reversed), fixed()).total().item();
      assertEquals(before, after, 1e-5 * before);
    }
  }

  @Test
  void maskLossesOfABatchAreTheSumOfItsImagesOverTheNumberOfMasks() {
    for (CriterionSettings settings : BOTH) {
      Outputs both = predictions(2);
      List<MaskSupervision> t = List.of(targets(1, 0, 2, 3), targets(2, 1));
      Losses batch = Criterion.of(settings).compute(both, t, fixed());
      double mask = 0;
      double dice = 0;
      for (int b = 0; b < 2; b++) {
        int image = b;
        Outputs one =
            Outputs.ofLayers(
                both.layers().stream()
                    .map(
                        l ->
                            layer(
                                l.classLogits().slice(0, image, image + 1L),
                                l.imageMaskLogits().slice(0, image, image + 1L)))
                    .toList());
        Losses single = Criterion.of(settings).compute(one, List.of(t.get(b)), fixed());
        mask += value(single, "loss_mask") * t.get(b).count();
        dice += value(single, "loss_dice_0") * t.get(b).count();
      }
      assertEquals(mask / 4, value(batch, "loss_mask"), 1e-5);
      assertEquals(dice / 4, value(batch, "loss_dice_0"), 1e-5);
    }
  }

  @Test
  void imagesWithoutTargetsGiveOnlyTheClassLoss() {
    for (CriterionSettings settings : BOTH) {
      Losses losses =
          Criterion.of(settings).compute(predictions(2), List.of(targets(1), targets(2)), fixed());
      assertTrue(losses.terms().stream().allMatch(t -> t.name().startsWith("loss_ce")));
      assertTrue(Double.isFinite(losses.total().item()));
    }
  }

  @Test
  void moreTargetsThanQueriesLeaveSomeTargetsUnmatched() {
    for (CriterionSettings settings : BOTH) {
      TermCriterion criterion = (TermCriterion) Criterion.of(settings);
      MaskSupervision t = targets(1, 0, 1, 2, 3, 0, 1, 2, 3);
      int[] kept =
          criterion
              .match(predictions(1).layers(), List.of(t), fixed())
              .outputs()
              .get(1)
              .get(0)
              .columns();
      assertEquals(QUERIES, java.util.Arrays.stream(kept).distinct().count());
      double all = value(criterion.compute(predictions(1), List.of(t), fixed()), "loss_mask");
      double ofMatched =
          value(criterion.compute(predictions(1), List.of(chosen(t, kept)), fixed()), "loss_mask");
      // The sum is over the matched, the divisor counts all.
      assertEquals(ofMatched * QUERIES / t.count(), all, 1e-5 * all);
    }
  }

  @Test
  void aBatchWithoutTargetsGivesMasksAGradientOfZero() {
    for (CriterionSettings settings : BOTH) {
      Tensor classLogits =
          engine.floats(random(1, QUERIES * (CLASSES + 1)), 1, QUERIES, CLASSES + 1).variable();
      Tensor maskLogits =
          engine.floats(random(2, QUERIES * SIDE * SIDE), 1, QUERIES, SIDE, SIDE).variable();
      Criterion.of(settings)
          .compute(
              Outputs.ofLayers(List.of(layer(classLogits, maskLogits))),
              List.of(targets(1)),
              fixed())
          .total()
          .backward();
      assertArrayEquals(new float[QUERIES * SIDE * SIDE], maskLogits.grad().toFloats());
    }
  }

  @Test
  void perfectPredictionsHaveAlmostNoLoss() {
    MaskStack squares = new MaskStack(2, PADDED, PADDED);
    for (int y = 0; y < 16; y++) {
      squares.setRow(0, y, 0, 16);
      squares.setRow(1, 16 + y, 8, 32);
    }
    MaskSupervision t = new MaskSupervision(new int[] {1, 3}, squares, PADDED, PADDED);
    float[] masks = new float[QUERIES * SIDE * SIDE];
    float[] classes = new float[QUERIES * (CLASSES + 1)];
    for (int q = 0; q < QUERIES; q++) {
      classes[q * (CLASSES + 1) + (q < 2 ? t.category(q) : CLASSES)] = 30;
      java.util.Arrays.fill(masks, q * SIDE * SIDE, (q + 1) * SIDE * SIDE, -30);
    }
    for (int n = 0; n < 2; n++) {
      float[] grid = new float[SIDE * SIDE];
      t.grid(n, 0, SIDE, SIDE, grid, 0);
      for (int i = 0; i < grid.length; i++) {
        masks[n * SIDE * SIDE + i] = grid[i] > 0 ? 30 : -30;
      }
    }
    Outputs p =
        Outputs.ofLayers(
            List.of(
                layer(
                    engine.floats(classes, 1, QUERIES, CLASSES + 1),
                    engine.floats(masks, 1, QUERIES, SIDE, SIDE))));
    Losses losses = Criterion.of(DENSE).compute(p, List.of(t), fixed());
    assertEquals(0, value(losses, "loss_ce"), 1e-6);
    // Edges between stride-4 cells stay soft.
    assertTrue(value(losses, "loss_dice") < 0.1, "dice " + value(losses, "loss_dice"));
  }

  @Test
  void focalGradientsAreFiniteForEveryGammaWherePredictionsAreSure() {
    for (double gamma : new double[] {0, 0.25, 0.5, 1, 1.5, 2}) {
      float[] masks = new float[QUERIES * SIDE * SIDE];
      for (int i = 0; i < masks.length; i++) {
        masks[i] = i % 3 == 0 ? 200 : i % 3 == 1 ? -200 : 0.5f;
      }
      Tensor maskLogits = engine.floats(masks, 1, QUERIES, SIDE, SIDE).variable();
      Tensor classLogits =
          engine.floats(random(1, QUERIES * (CLASSES + 1)), 1, QUERIES, CLASSES + 1);
      Losses losses =
          Criterion.of(new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, gamma))
              .compute(
                  Outputs.ofLayers(List.of(layer(classLogits, maskLogits))),
                  List.of(targets(1, 0, 2)),
                  fixed());
      losses.total().backward();
      assertTrue(Double.isFinite(losses.total().item()), "loss, gamma " + gamma);
      float[] grad = maskLogits.grad().toFloats();
      for (float g : grad) {
        assertTrue(Float.isFinite(g), "gradient, gamma " + gamma);
      }
      assertFalse(java.util.stream.IntStream.range(0, grad.length).allMatch(i -> grad[i] == 0));
    }
  }

  @Test
  void gradientsEqualFiniteDifferences() {
    for (CriterionSettings settings : List.of(POINTS, DENSE, GENTLE)) {
      float[] classValues = random(1, QUERIES * (CLASSES + 1));
      float[] maskValues = random(2, QUERIES * SIDE * SIDE);
      List<MaskSupervision> t = List.of(targets(1, 0, 2));
      Tensor classLogits = engine.floats(classValues, 1, QUERIES, CLASSES + 1).variable();
      Tensor maskLogits = engine.floats(maskValues, 1, QUERIES, SIDE, SIDE).variable();
      Criterion criterion = Criterion.of(settings);
      criterion
          .compute(Outputs.ofLayers(List.of(layer(classLogits, maskLogits))), t, fixed())
          .total()
          .backward();
      float[] got = maskLogits.grad().toFloats();
      double step = 1e-2;
      List<Double> errors = new ArrayList<>();
      for (int i = 0; i < maskValues.length; i += 29) {
        double[] ends = new double[2];
        for (int side = 0; side < 2; side++) {
          float[] moved = maskValues.clone();
          moved[i] += (float) (side == 0 ? step : -step);
          Outputs p =
              Outputs.ofLayers(
                  List.of(
                      layer(
                          engine.floats(classValues, 1, QUERIES, CLASSES + 1),
                          engine.floats(moved, 1, QUERIES, SIDE, SIDE))));
          ends[side] = criterion.compute(p, t, fixed()).total().item();
        }
        errors.add(Math.abs((ends[0] - ends[1]) / (2 * step) - got[i]));
      }
      assertTrue(
          errors.stream().allMatch(e -> e < 2e-3),
          "largest error " + errors.stream().max(Double::compare));
      assertFalse(java.util.stream.IntStream.range(0, got.length).allMatch(i -> got[i] == 0));
    }
  }

  @Test
  void aCostThatIsNotFiniteNamesImageAndQuery() {
    float[] masks = random(2, QUERIES * SIDE * SIDE);
    masks[SIDE * SIDE] = Float.NaN;
    java.util.Arrays.fill(masks, SIDE * SIDE, 2 * SIDE * SIDE, Float.NaN);
    Outputs p =
        Outputs.ofLayers(
            List.of(
                layer(
                    engine.floats(random(1, QUERIES * (CLASSES + 1)), 1, QUERIES, CLASSES + 1),
                    engine.floats(masks, 1, QUERIES, SIDE, SIDE))));
    String message =
        assertThrows(
                NonFiniteCostException.class,
                () -> Criterion.of(POINTS).compute(p, List.of(targets(1, 0)), fixed()))
            .getMessage();
    assertTrue(
        message.startsWith(
            "matching cost of image 0 in the batch, query 1, target 0, output 0 is NaN (class"),
        message);
    assertTrue(message.endsWith(", other costs NaN)"), message);
  }

  @Test
  void targetsOfAnotherNumberOfImagesAreRefused() {
    assertEquals(
        "loss: expected targets for 2 images, got 1",
        assertThrows(
                IllegalArgumentException.class,
                () -> Criterion.of(DENSE).compute(predictions(2), List.of(targets(1, 0)), fixed()))
            .getMessage());
  }

  @Test
  void aClassOutsideTheModelsIsRefused() {
    String message =
        assertThrows(
                IllegalArgumentException.class,
                () ->
                    Criterion.of(POINTS)
                        .compute(predictions(1), List.of(targets(1, CLASSES)), fixed()))
            .getMessage();
    assertTrue(message.contains("[0,4), got 4"), message);
    assertThrows(
        IllegalArgumentException.class,
        () -> Criterion.of(DENSE).compute(predictions(1), List.of(targets(1, 0, -1)), fixed()));
  }

  /** Weights of class, mask and dice are factors of their part, in each output. */
  @Test
  void theTotalIsTheSumOfTheWeightedParts() {
    List<MaskSupervision> t = List.of(targets(1, 0, 2, 3), targets(2, 1));
    for (CriterionSettings settings : BOTH) {
      Losses losses = Criterion.of(settings).compute(predictions(2), t, fixed());
      assertEquals(
          List.of("loss_ce", "loss_mask", "loss_dice", "loss_ce_0", "loss_mask_0", "loss_dice_0"),
          losses.values().stream().map(LossPart::name).toList());
      double sum = losses.values().stream().mapToDouble(LossPart::value).sum();
      assertEquals(sum, losses.total().item(), 1e-5 * sum);
      assertTrue(losses.values().stream().allMatch(p -> p.value() > 0), "all parts are positive");
    }
  }

  @Test
  void withoutAWeightForNoObjectAnImageWithoutTargetsHasNoLoss() {
    CriterionSettings settings = new CriterionSettings.Dense(1, 20, 1, 0, 0.25, 2);
    Losses losses = Criterion.of(settings).compute(predictions(1), List.of(targets(1)), fixed());
    assertEquals(0, losses.total().item());
  }
}
