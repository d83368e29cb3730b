package org.maskwright.trainer.weak;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Box;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.engine.tensor.Tensor;
import org.maskwright.modelzoo.prediction.Outputs;
import org.maskwright.trainer.TrainingDivergedException.LossPart;
import org.maskwright.trainer.loss.Criterion;
import org.maskwright.trainer.loss.CriterionSettings;
import org.maskwright.trainer.loss.Losses;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.loss.SourceSupervision;
import org.maskwright.trainer.loss.Supervision;
import org.maskwright.trainer.loss.WithEngine;

/** Matching and losses of targets with masks, points, boxes and nothing, each alone and mixed. */
class WeakLossTest extends WithEngine {
  private static final int QUERIES = 4;
  private static final int CLASSES = 3;
  private static final int SIDE = Weak.SIDE;
  private static final CriterionSettings SETTINGS =
      new CriterionSettings.Points(2, 5, 5, 0.1, 64, 3, 0.75);
  private static final Box BOX = new Box(4, 8, 16, 12);
  private static final WeakLabel MASK = null;
  private static final WeakLabel POINTS =
      new WeakLabel(Optional.of(BOX), Weak.points(2, 6, 9, 12, 14, 18, 10, 5, 18));
  private static final WeakLabel BOXED = WeakLabel.of(BOX);
  private static final WeakLabel NOTHING = WeakLabel.CLASS_ONLY;

  private static Criterion criterion() {
    return Criterion.of(SETTINGS)
        .with(
            SourceSupervision.terms(
                List.of(new SourceSupervision(new AsAnnotated.Settings(Weak.POINTS, Weak.BOXES)))));
  }

  private static PointSource points() {
    return new PointSource.Random(RandomStream.of(9, "points"), 0);
  }

  /** Two outputs of so many images, alike for the same seeds. */
  private Outputs outputs(int... seeds) {
    Outputs.Layer[] layers = new Outputs.Layer[2];
    for (int l = 0; l < 2; l++) {
      float[] classes = new float[seeds.length * QUERIES * (CLASSES + 1)];
      float[] masks = new float[seeds.length * QUERIES * SIDE / 4 * SIDE / 4];
      for (int b = 0; b < seeds.length; b++) {
        Random random = new Random(seeds[b] * 10L + l);
        fill(classes, b, seeds.length, random);
        fill(masks, b, seeds.length, random);
      }
      layers[l] =
          new Outputs.Layer(
              Optional.of(engine.floats(classes, seeds.length, QUERIES, CLASSES + 1).variable()),
              engine.floats(masks, seeds.length, QUERIES, 1, SIDE / 4, SIDE / 4).variable());
    }
    return Outputs.ofLayers(List.of(layers));
  }

  private static void fill(float[] values, int image, int images, Random random) {
    int length = values.length / images;
    for (int i = image * length; i < (image + 1) * length; i++) {
      values[i] = (float) (2 * random.nextGaussian());
    }
  }

  private static Supervision of(WeakLabel... labels) {
    int[] classes = new int[labels.length];
    Arrays.setAll(classes, n -> n % CLASSES);
    return Weak.supervision(classes, Arrays.stream(labels).map(Optional::ofNullable).toList());
  }

  private static Map<String, Double> values(Losses losses) {
    Map<String, Double> out = new HashMap<>();
    for (LossPart part : losses.values()) {
      out.put(part.name(), part.value());
    }
    return out;
  }

  private Map<String, Double> values(Outputs outputs, Supervision... targets) {
    return values(criterion().compute(outputs, List.of(targets), points()));
  }

  @Test
  void eachKindOfTargetIsLearntFromWhatItHasAndNothingElse() {
    Map<String, Double> points = values(outputs(1), of(POINTS));
    assertTrue(points.get("loss_mask") > 0 && points.get("loss_dice") > 0);
    assertEquals(0, points.get("loss_projection"), 0);
    Map<String, Double> box = values(outputs(1), of(BOXED));
    assertEquals(0, box.get("loss_mask"), 0);
    assertEquals(0, box.get("loss_dice"), 1e-6);
    assertTrue(box.get("loss_projection") > 0 && box.get("loss_pairwise") > 0);
    Map<String, Double> nothing = values(outputs(1), of(NOTHING));
    for (String term : List.of("loss_mask", "loss_dice", "loss_projection", "loss_pairwise")) {
      assertEquals(0, nothing.get(term), 1e-6, term);
    }
    assertTrue(nothing.get("loss_ce") > 0);
    Map<String, Double> mask = values(outputs(1), of(new WeakLabel[] {MASK}));
    assertEquals(0, mask.get("loss_projection"), 0);
    assertTrue(mask.get("loss_mask") > 0);
  }

  @Test
  void aMixedBatchIsItsImagesEachForItself() {
    Supervision[] images = {of(MASK, POINTS), of(BOXED, NOTHING), of(POINTS, BOXED)};
    Criterion criterion = criterion();
    Losses batch = criterion.compute(outputs(1, 2, 3), List.of(images), points());
    Map<String, Double> sums = new HashMap<>();
    for (int b = 0; b < images.length; b++) {
      Losses single =
          criterion.compute(
              outputs(b + 1),
              List.of(images[b]),
              new PointSource.Random(RandomStream.of(9, "points"), b),
              criterion.normalizers(List.of(images), QUERIES),
              new org.maskwright.trainer.loss.Decisions());
      values(single).forEach((name, value) -> sums.merge(name, value, Double::sum));
    }
    values(batch).forEach((name, value) -> assertEquals(sums.get(name), value, 1e-4, name));
  }

  @Test
  void aMaskBesideWeakTargetsHasTheLossThatItHasAlone() {
    double alone = values(outputs(1), of(new WeakLabel[] {MASK})).get("loss_mask");
    double beside =
        2 * values(outputs(1, 2), of(new WeakLabel[] {MASK}), of(BOXED)).get("loss_mask");
    assertEquals(alone, beside, 1e-4);
  }

  @Test
  void aQueryThatAgreesWithThePointsIsMatchedAndOneThatFillsTheBoxIsMatchedToTheBox() {
    float[] masks = new float[QUERIES * SIDE / 4 * SIDE / 4];
    Arrays.fill(masks, -6);
    int side = SIDE / 4;
    for (int y = 2; y < 5; y++) { // the box in cells: columns 1 to 4, rows 2 to 4
      for (int x = 1; x < 5; x++) {
        masks[2 * side * side + y * side + x] = 6;
      }
    }
    // Query 3 is on where the points inside are, and off where those outside are.
    masks[3 * side * side + 2 * side + 1] = 6;
    masks[3 * side * side + 3 * side + 3] = 6;
    Outputs outputs =
        Outputs.ofLayers(
            List.of(
                new Outputs.Layer(
                    Optional.of(engine.zeros(1, QUERIES, CLASSES + 1)),
                    engine.floats(masks, 1, QUERIES, 1, side, side))));
    Tensor loss = criterion().compute(outputs, List.of(of(BOXED, POINTS)), points()).total();
    Tensor swapped = criterion().compute(outputs, List.of(of(POINTS, BOXED)), points()).total();
    assertEquals(loss.item(), swapped.item(), 1e-4, "the order of targets does not matter");
    Map<String, Double> values = values(outputs, of(BOXED, POINTS));
    assertTrue(values.get("loss_projection") < 0.1, values.toString());
    assertTrue(values.get("loss_mask") < 1.5, values.toString());
  }

  @Test
  void gradientsOfAnUnmatchedOrUnlabelledPlaceAreZero() {
    Outputs outputs = outputs(1);
    criterion().compute(outputs, List.of(of(NOTHING)), points()).total().backward();
    assertArrayEquals(
        new float[QUERIES * SIDE / 4 * SIDE / 4], outputs.maskLogits().grad().toFloats(), 1e-7f);
  }

  @Test
  void thePairwiseTermGrowsWithTheTraining() {
    Criterion criterion =
        Criterion.of(SETTINGS)
            .with(new AsAnnotated.Settings(Weak.POINTS, new BoxLosses(5, 2, 0.3, 0.5)).terms());
    double[] at = new double[3];
    double[] progress = {0, 0.25, 1};
    for (int i = 0; i < 3; i++) {
      criterion.trainedTo(progress[i]);
      at[i] =
          values(criterion.compute(outputs(1), List.of(of(BOXED)), points())).get("loss_pairwise");
    }
    assertEquals(0, at[0], 0);
    assertEquals(at[2] / 2, at[1], 1e-5);
  }

  @Test
  void boxesNeedACriterionThatMatchesMasksAndSourcesOneSetting() {
    List<SourceSupervision> sources =
        List.of(
            new SourceSupervision(new Boxes.Settings(Weak.BOXES)),
            new SourceSupervision(new Boxes.Settings(new BoxLosses(4, 2, 0.3, 0))));
    assertThrows(IllegalArgumentException.class, () -> SourceSupervision.terms(sources));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            Criterion.of(new CriterionSettings.PerPixel(1))
                .with(new Boxes.Settings(Weak.BOXES).terms()));
  }

  @Test
  void denseCriteriaLearnFromPointsToo() {
    Criterion dense =
        Criterion.of(new CriterionSettings.Dense(1, 20, 1, 0.1, 0.25, 2))
            .with(new AsAnnotated.Settings(Weak.POINTS, Weak.BOXES).terms());
    Outputs outputs = outputs(1, 2);
    Map<String, Double> values =
        values(dense.compute(outputs, List.of(of(POINTS), of(BOXED)), points()));
    assertTrue(values.get("loss_mask") > 0 && values.get("loss_projection") > 0);
  }
}
