package org.maskwright.trainer.weak;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.DatasetException;
import org.maskwright.datasets.WeakLabel;
import org.maskwright.datasets.mask.Box;
import org.maskwright.engine.tensor.RandomStream;
import org.maskwright.trainer.loss.MaskSupervision;
import org.maskwright.trainer.loss.Places;
import org.maskwright.trainer.loss.PointSource;
import org.maskwright.trainer.loss.Supervision;

/** What targets say that have less than a mask. */
class AnnotatedSupervisionTest {
  private static final Optional<WeakLabel> MASK = Optional.empty();
  private static final Box BOX = new Box(4, 8, 16, 12);
  private static final WeakLabel POINTS =
      new WeakLabel(Optional.of(BOX), Weak.points(2, 6, 9, 12, 14, 18, 10));

  private static PointSource.Uniform random(int seed) {
    return count -> RandomStream.of(seed, "test").uniform(2 * count, 0, 1);
  }

  private static Places places(Supervision of, int n, int seed) {
    return of.places(n, random(seed)).orElseThrow();
  }

  @Test
  void pointsAreTheirOwnAndNegativesAreOutsideTheBox() {
    Supervision of = Weak.supervision(new int[] {1}, List.of(Optional.of(POINTS)));
    Places places = places(of, 0, 1);
    assertEquals(3 + Weak.POINTS.negatives(), places.count());
    assertEquals(6.5f / Weak.SIDE, places.points()[0]);
    assertArrayEquals(new float[] {1, 1, 0}, java.util.Arrays.copyOf(places.labels(), 3));
    for (int p = 3; p < places.count(); p++) {
      float x = places.points()[2 * p] * Weak.SIDE;
      float y = places.points()[2 * p + 1] * Weak.SIDE;
      assertEquals(0, places.labels()[p]);
      assertEquals(1, places.weights()[p]);
      assertTrue(x >= 0 && y >= 0 && x <= Weak.SIDE && y <= Weak.SIDE, x + ", " + y);
      assertTrue(x <= 4 || x >= 20 || y <= 8 || y >= 20, "outside: " + x + ", " + y);
    }
    assertArrayEquals(places.points(), places(of, 0, 1).points(), "the same for the same random");
  }

  @Test
  void negativesAreSpreadByArea() {
    Outside outside = new Outside(BOX, new org.maskwright.datasets.Size(Weak.SIDE, Weak.SIDE));
    int count = 20_000;
    float[] points = new float[2 * count];
    outside.place(random(3).points(count), 0, count, points, 0);
    int below = 0;
    for (int i = 0; i < count; i++) {
      below += points[2 * i + 1] * Weak.SIDE >= 20 ? 1 : 0;
    }
    double share = 32.0 * 12 / (32 * 32 - 16 * 12);
    assertEquals(share, below / (double) count, 0.02);
    assertEquals((32 * 32 - 16 * 12) / 1024.0, outside.area(), 1e-12);
  }

  @Test
  void aBoxAroundTheWholePictureLeavesNoNegatives() {
    WeakLabel whole =
        new WeakLabel(
            Optional.of(new Box(0, 0, Weak.SIDE, Weak.SIDE)), Weak.points(1, 6, 9, 12, 14));
    Supervision of = Weak.supervision(new int[] {1}, List.of(Optional.of(whole)));
    assertEquals(2, places(of, 0, 1).count());
  }

  @Test
  void perStepChoosesDifferentPointsEachStep() {
    PointLosses some = new PointLosses(2, 0, 0, 0);
    WeakLabel label = WeakLabel.of(Weak.points(4, 1, 1, 2, 2, 3, 3, 4, 4));
    Set<List<Float>> seen = new HashSet<>();
    for (int step = 0; step < 200; step++) {
      Supervision of =
          AnnotatedSupervision.of(
              Weak.example(new int[] {0}, List.of(Optional.of(label))),
              Weak.SIDE,
              Weak.SIDE,
              some,
              Optional.empty());
      Places places = places(of, 0, step);
      assertEquals(2, places.count());
      assertTrue(places.points()[0] != places.points()[2], "without replacement");
      seen.add(List.of(places.points()[0], places.points()[2]));
    }
    assertEquals(12, seen.size(), "all ordered pairs of four");
  }

  @Test
  void boxesAndClassesAloneAreKnownNowhere() {
    Supervision of =
        Weak.supervision(
            new int[] {0, 1},
            List.of(Optional.of(WeakLabel.of(BOX)), Optional.of(WeakLabel.CLASS_ONLY)));
    assertEquals(0, places(of, 0, 1).count());
    assertEquals(0, places(of, 1, 1).count());
    assertTrue(of.said(0, BoxLabel.class).isPresent());
    assertTrue(of.said(1, BoxLabel.class).isEmpty());
  }

  @Test
  void aTargetWithAMaskIsKnownEverywhereBesideOthers() {
    Supervision of =
        Weak.supervision(new int[] {0, 1}, List.of(MASK, Optional.of(WeakLabel.of(BOX))));
    assertTrue(of.places(0, random(1)).isEmpty());
    float[] labels = new float[2];
    of.labels(0, 0, new float[] {0.25f, 0.5f, 0.75f, 0.5f}, 0, 2, labels, 0);
    assertArrayEquals(new float[] {1, 0}, labels);
    assertEquals(1, of.targetWeight("loss_dice", 0));
    assertEquals(0.5, of.targetWeight("loss_dice", 1));
  }

  @Test
  void masksAloneAreMasksAsEver() {
    assertTrue(Weak.supervision(new int[] {0}, List.of(MASK)) instanceof MaskSupervision);
    assertThrows(
        DatasetException.class,
        () ->
            MaskSupervision.of(
                Weak.example(new int[] {0}, List.of(Optional.of(POINTS))), Weak.SIDE, Weak.SIDE));
  }

  @Test
  void onAGridPointsAreTheirCellsAndTheOutsideWeighsAsTheNegatives() {
    Supervision of = Weak.supervision(new int[] {1}, List.of(Optional.of(POINTS)));
    int cells = 8;
    float[] labels = new float[cells * cells];
    float[] weights = new float[cells * cells];
    of.grid(0, 0, cells, cells, labels, 0);
    of.gridWeights(0, 0, cells, cells, weights, 0);
    assertEquals(1, labels[2 * cells + 1]); // pixel (6, 9) in cells of 4 x 4
    assertEquals(1, weights[2 * cells + 1]);
    assertEquals(0, labels[2 * cells + 4]);
    assertEquals(1, weights[2 * cells + 4]);
    assertEquals(0, weights[3 * cells + 1], "in the box, not labelled");
    double outside = 0;
    for (int i = 0; i < weights.length; i++) {
      outside += weights[i];
    }
    assertEquals(3 + Weak.POINTS.negatives(), outside, 1e-3);
  }
}
