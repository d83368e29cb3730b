package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The matrix of an image says of each pair what the pair says of itself. */
class MaskOverlapsTest {
  private static final int SIDE = 60; // a band of 2 pixels

  private static Rle rectangle(int x, int y, int width, int height) {
    byte[] bitmap = new byte[SIDE * SIDE];
    for (int i = 0; i < bitmap.length; i++) {
      int dx = i % SIDE - x;
      int dy = i / SIDE - y;
      bitmap[i] = (byte) (dx >= 0 && dx < width && dy >= 0 && dy < height ? 1 : 0);
    }
    return Rle.ofBitmap(bitmap, SIDE, SIDE);
  }

  private static Rle random(Random random) {
    int x = random.nextInt(SIDE);
    int y = random.nextInt(SIDE);
    return rectangle(x, y, 1 + random.nextInt(SIDE - x), 1 + random.nextInt(SIDE - y));
  }

  @Test
  void everyEntryIsTheOverlapOfItsPair() {
    Random random = new Random(6);
    for (int round = 0; round < 50; round++) {
      List<Rle> detections = random.ints(random.nextInt(4)).mapToObj(i -> random(random)).toList();
      List<Rle> truths = random.ints(random.nextInt(4)).mapToObj(i -> random(random)).toList();
      boolean[] crowd = new boolean[truths.size()];
      for (int g = 0; g < crowd.length; g++) {
        crowd[g] = random.nextInt(3) == 0;
      }
      double[][] ious = MaskOverlaps.iou(detections, truths, crowd);
      double[][] bands = MaskOverlaps.boundaryIou(detections, truths, crowd);
      assertEquals(detections.size(), ious.length);
      for (int d = 0; d < ious.length; d++) {
        assertEquals(truths.size(), ious[d].length);
        for (int g = 0; g < crowd.length; g++) {
          Rle detection = detections.get(d);
          Rle truth = truths.get(g);
          double iou = crowd[g] ? detection.iouWithCrowd(truth) : detection.iou(truth);
          double band = Boundary.of(detection).iou(Boundary.of(truth));
          assertEquals(iou, ious[d][g]);
          assertEquals(crowd[g] ? iou : Math.min(iou, band), bands[d][g]);
        }
      }
    }
  }

  @Test
  void theBandOfALargeMaskIsStricterAndACrowdHasNone() {
    List<Rle> detection = List.of(rectangle(10, 10, 40, 40));
    List<Rle> truth = List.of(rectangle(10, 10, 41, 40));
    double plain = 1600.0 / 1640;
    assertEquals(plain, MaskOverlaps.iou(detection, truth, new boolean[] {false})[0][0]);
    long shared = Boundary.of(detection.get(0)).intersectionArea(Boundary.of(truth.get(0)));
    assertEquals(
        shared / (double) (rim(40, 40) + rim(41, 40) - shared),
        MaskOverlaps.boundaryIou(detection, truth, new boolean[] {false})[0][0]);
    assertEquals(1, MaskOverlaps.boundaryIou(detection, truth, new boolean[] {true})[0][0]);
  }

  /** The pixels of a rectangle's band. */
  private static long rim(int width, int height) {
    int d = Boundary.dilation(SIDE, SIDE);
    return (long) width * height - (width - 2L * d) * (height - 2L * d);
  }

  @Test
  void masksOfTwoSizesAreMinusOneOnlyWhereTheirBoxesMeet() {
    Rle detection = rectangle(0, 0, 5, 5);
    List<Rle> truths =
        List.of(
            Rle.ofCounts(4, 4, new int[] {0, 16}), // meets
            Rle.ofCounts(8, 8, new int[] {63, 1})); // in its last corner
    double[][] expected = {{-1, 0}};
    assertArrayEquals(expected, MaskOverlaps.iou(List.of(detection), truths, new boolean[2]));
    assertArrayEquals(
        expected, MaskOverlaps.iou(List.of(detection), truths, new boolean[] {true, true}));
    assertArrayEquals(
        expected, MaskOverlaps.boundaryIou(List.of(detection), truths, new boolean[2]));
  }

  @Test
  void noDetectionsOrNoTruthsGiveAnEmptyMatrix() {
    List<Rle> one = List.of(rectangle(0, 0, 5, 5));
    assertEquals(0, MaskOverlaps.iou(List.of(), one, new boolean[1]).length);
    assertArrayEquals(new double[1][0], MaskOverlaps.boundaryIou(one, List.of(), new boolean[0]));
  }
}
