package org.maskwright.trainer.result;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.ImageId;
import org.maskwright.datasets.mask.Rle;
import org.maskwright.datasets.metrics.Detection;
import org.maskwright.datasets.metrics.GroundTruth;

class ImageScoresTest {
  private static ImageScores of(double... scores) {
    Map<ImageId, Double> map = new LinkedHashMap<>();
    for (int i = 0; i < scores.length; i++) {
      map.put(ImageId.of(i), scores[i]);
    }
    return new ImageScores("score", map);
  }

  private static List<Long> numbers(List<ImageId> ids) {
    return ids.stream().map(ImageId::number).toList();
  }

  @Test
  void bestMedianAndWorstAreTheEndsAndTheMiddle() {
    ImageScores.Chosen chosen = of(50, 90, 10, 70, 30, 20, 80, 60, 40).choose(2);
    assertEquals(List.of(1L, 6L), numbers(chosen.best()));
    assertEquals(List.of(2L, 5L), numbers(chosen.worst()));
    assertEquals(List.of(7L, 0L), numbers(chosen.median()));
  }

  @Test
  void noImageIsChosenTwiceAndOfFewAllAre() {
    for (int images = 0; images < 12; images++) {
      double[] scores = new double[images];
      ImageScores.Chosen chosen = of(scores).choose(3);
      List<ImageId> all =
          Stream.of(chosen.best(), chosen.median(), chosen.worst()).flatMap(List::stream).toList();
      Set<ImageId> once = new HashSet<>(all);
      assertEquals(all.size(), once.size());
      assertEquals(Math.min(9, images), all.size());
    }
  }

  @Test
  void imagesWithNothingToMeasureAreNeitherBestNorWorst() {
    ImageScores.Chosen chosen = of(Double.NaN, 5, Double.NaN).choose(3);
    assertEquals(List.of(1L), numbers(chosen.best()));
    assertTrue(chosen.worst().isEmpty());
  }

  /** A row of 10 pixels, of which those from {@code from} to below {@code to} are set. */
  private static Rle row(int from, int to) {
    byte[] mask = new byte[10];
    for (int i = from; i < to; i++) {
      mask[i] = 1;
    }
    return Rle.ofBitmap(mask, 1, 10);
  }

  private static Detection found(int category, double score, int from, int to) {
    return Detection.ofMask(category, score, row(from, to));
  }

  @Test
  void theBestThresholdDecidesTheF1OfAnImage() {
    List<GroundTruth> truths =
        List.of(GroundTruth.ofMask(1, row(0, 4)), GroundTruth.ofMask(2, row(5, 9)));
    assertEquals(100, ImageF1.best(truths, List.of(found(1, 0.2, 0, 4), found(2, 0.1, 5, 9))));
    List<Detection> one = List.of(found(1, 0.9, 0, 4), found(1, 0.5, 5, 9), found(2, 0.4, 0, 2));
    assertEquals(200.0 / 3, ImageF1.best(truths, one), 1e-9, "the unsure ones are left out");
    assertEquals(0, ImageF1.best(truths, List.of()));
  }

  @Test
  void anObjectIsFoundOnceAndAtHalfOfTheUnion() {
    List<GroundTruth> truths = List.of(GroundTruth.ofMask(1, row(0, 4)));
    assertEquals(100, ImageF1.best(truths, List.of(found(1, 0.9, 0, 2))), "IoU 0.5");
    assertEquals(0, ImageF1.best(truths, List.of(found(1, 0.9, 0, 1))), "IoU 0.25");
    List<Detection> twice = List.of(found(1, 0.9, 6, 8), found(1, 0.8, 0, 4), found(1, 0.7, 0, 4));
    assertEquals(200.0 / 3, ImageF1.best(truths, twice), 1e-9);
  }

  @Test
  void whatLiesInACrowdIsNotCountedAndWithoutObjectsThereIsNoScore() {
    List<GroundTruth> crowd = List.of(GroundTruth.ofCrowd(1, row(5, 10)));
    assertTrue(Double.isNaN(ImageF1.best(crowd, List.of(found(1, 0.9, 0, 2)))));
    List<GroundTruth> both =
        List.of(GroundTruth.ofCrowd(1, row(5, 10)), GroundTruth.ofMask(1, row(0, 4)));
    assertEquals(100, ImageF1.best(both, List.of(found(1, 0.9, 6, 8), found(1, 0.8, 0, 4))));
  }
}
