package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RleTest {
  @Test
  void theStringOfTheFormatsExampleIsReadAndWritten() {
    int[] counts = {3300, 500, 188200, 1280, 216320};
    Rle mask = Rle.ofCounts(640, 640, counts);
    assertEquals("TW3d?Xig5\\h0h^k0", mask.toCompressedString());
    assertArrayEquals(counts, Rle.ofString(640, 640, "TW3d?Xig5\\h0h^k0").counts());
  }

  @Test
  void mergesEqualPixelwiseLogicWhateverTheEmptyRuns() {
    Random random = new Random(1);
    for (int round = 0; round < 500; round++) {
      int height = 1 + random.nextInt(9);
      int width = 1 + random.nextInt(9);
      Rle a = random(random, height, width);
      Rle b = random(random, height, width);
      byte[] bitsA = a.toBitmap();
      byte[] bitsB = b.toBitmap();
      byte[] or = new byte[bitsA.length];
      byte[] and = new byte[bitsA.length];
      long shared = 0;
      for (int i = 0; i < or.length; i++) {
        or[i] = (byte) (bitsA[i] | bitsB[i]);
        and[i] = (byte) (bitsA[i] & bitsB[i]);
        shared += and[i];
      }
      assertEquals(Rle.ofBitmap(or, height, width), Rle.union(List.of(a, b)));
      assertEquals(Rle.ofBitmap(and, height, width), Rle.intersection(List.of(a, b)));
      assertEquals(shared, a.intersectionArea(b));
      assertEquals(shared, b.intersectionArea(a));
    }
  }

  @Test
  void aMaskMergedWithItselfKeepsItsPixels() {
    Rle mask = Rle.ofCounts(4, 4, new int[] {5, 3, 0, 2, 6});
    assertArrayEquals(new int[] {5, 5, 6}, Rle.union(List.of(mask, mask)).counts());
  }

  @Test
  void anEmptyForegroundRunIsNoPixelOfTheBox() {
    assertEquals(Box.EMPTY, Rle.ofCounts(4, 4, new int[] {0, 0, 16}).box());
    assertEquals(new Box(0, 2, 1, 2), Rle.ofCounts(4, 4, new int[] {2, 2, 5, 0, 7}).box());
  }

  @Test
  void aLabelsMaskPaintsBackTheLabel() {
    int[] labels = {1, 2, 2, 1, 2, 3};
    Rle mask = Rle.ofLabel(labels, 2, 3, 2);
    int[] painted = new int[6];
    mask.paint(painted, 9);
    assertArrayEquals(new int[] {0, 9, 9, 0, 9, 0}, painted);
  }

  @Test
  void lengthsThatDoNotFitAreRefused() {
    for (int[] counts :
        new int[][] {{}, {3}, {5}, {-1, 5}, {Integer.MAX_VALUE, 1 << 30, 1 << 30}}) {
      assertThrows(IllegalArgumentException.class, () -> Rle.ofCounts(2, 2, counts));
    }
    assertThrows(IllegalArgumentException.class, () -> Rle.ofCounts(0, 2, new int[0]));
    assertThrows(IllegalArgumentException.class, () -> Rle.ofCounts(1 << 16, 1 << 16, new int[1]));
  }

  @Test
  void stringsThatAreNotRunLengthsAreRefused() {
    for (String text :
        new String[] {
          "", "3", "5", "T", "4p", "4/", "O", "Tooooooooooooo0", "4\u00e9", "40000000004"
        }) {
      assertThrows(IllegalArgumentException.class, () -> Rle.ofString(2, 2, text), text);
    }
    assertEquals(Rle.empty(2, 2), Rle.ofString(2, 2, "4"));
  }

  private static Rle random(Random random, int height, int width) {
    int left = height * width;
    int[] counts = new int[40];
    int size = 0;
    while (left > 0 && size < counts.length - 1) {
      int run = random.nextInt(Math.min(left, 6) + 1);
      counts[size++] = run;
      left -= run;
    }
    counts[size++] = left;
    return Rle.ofCounts(height, width, counts, 0, size);
  }
}
