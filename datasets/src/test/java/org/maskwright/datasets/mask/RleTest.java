package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

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
  void theBoxIsTheSmallestAroundThePixels() {
    Random random = new Random(8);
    for (int round = 0; round < 500; round++) {
      int height = 1 + random.nextInt(9);
      int width = 1 + random.nextInt(9);
      Rle mask = random(random, height, width);
      byte[] bitmap = mask.toBitmap();
      int x0 = width;
      int y0 = height;
      int x1 = 0;
      int y1 = 0;
      for (int i = 0; i < bitmap.length; i++) {
        if (bitmap[i] == 1) {
          x0 = Math.min(x0, i % width);
          y0 = Math.min(y0, i / width);
          x1 = Math.max(x1, i % width + 1);
          y1 = Math.max(y1, i / width + 1);
        }
      }
      assertEquals(x1 == 0 ? Box.EMPTY : new Box(x0, y0, x1 - x0, y1 - y0), mask.box());
    }
  }

  @Test
  void aLabelsMaskIsItsBitmapAndIsPaintedWhereTheBitmapIs() {
    Random random = new Random(9);
    for (int round = 0; round < 200; round++) {
      int height = 1 + random.nextInt(7);
      int width = 1 + random.nextInt(7);
      byte[] bitmap = random(random, height, width).toBitmap();
      int[] labels = new int[bitmap.length];
      int[] painted = new int[bitmap.length];
      Arrays.setAll(labels, i -> bitmap[i] == 1 ? 7 : i % 3);
      Rle mask = Rle.ofLabel(labels, height, width, 7);
      assertEquals(Rle.ofBitmap(bitmap, height, width), mask);
      mask.paint(painted, 7);
      for (int i = 0; i < painted.length; i++) {
        assertEquals(7 * bitmap[i], painted[i]);
      }
    }
  }

  @Test
  void manyLongRunsComeBackFromTheirString() {
    Random random = new Random(10);
    int[] counts = random.ints(200, 0, 10_000_000).toArray(); // five characters each
    int width = Arrays.stream(counts).sum();
    Rle mask = Rle.ofCounts(1, width, counts);
    String text = mask.toCompressedString();
    assertTrue(text.length() > 900, text);
    assertEquals(mask, Rle.ofString(1, width, text));
  }

  @Test
  void masksAreEqualByTheirSizeAndRuns() {
    Rle mask = Rle.ofCounts(2, 3, new int[] {1, 2, 3});
    assertEquals(mask, Rle.ofCounts(2, 3, new int[] {1, 2, 3}));
    assertEquals(mask.hashCode(), Rle.ofCounts(2, 3, new int[] {1, 2, 3}).hashCode());
    assertNotEquals(mask, Rle.ofCounts(3, 2, new int[] {1, 2, 3}));
    assertNotEquals(mask, Rle.ofCounts(2, 3, new int[] {1, 3, 2}));
    assertNotEquals(mask.hashCode(), Rle.ofCounts(3, 2, new int[] {1, 2, 3}).hashCode());
    assertEquals("Rle[2, 3] 123", mask.toString());
  }

  @Test
  void theLargestMaskHas2To31Minus1Pixels() {
    assertEquals(0, Rle.empty(1, Integer.MAX_VALUE).area());
    assertThrows(IllegalArgumentException.class, () -> Rle.empty(2, 1 << 30));
  }

  @Test
  void arraysOfAnotherSizeAreRefused() {
    byte[] bitmap = new byte[5];
    int[] labels = new int[7];
    Rle mask = Rle.empty(2, 3);
    assertRefused("bitmap of 5 pixels, expected 2 x 3", () -> Rle.ofBitmap(bitmap, 2, 3));
    assertRefused("bitmap of 7 pixels, expected 2 x 3", () -> Rle.ofLabel(labels, 2, 3, 0));
    assertRefused("bitmap of 7 pixels, expected 2 x 3", () -> mask.paint(labels, 1));
    assertRefused(
        "masks of different sizes: [2, 3] and [3, 2]",
        () -> mask.intersectionArea(Rle.empty(3, 2)));
    assertRefused(
        "merge of masks of different sizes: [2, 3] and [3, 2]",
        () -> Rle.union(List.of(mask, Rle.empty(3, 2))));
    assertRefused(
        "RLE: run lengths add up to 5, expected 6 for size [2, 3]",
        () -> Rle.ofCounts(2, 3, new int[] {5}));
  }

  private static void assertRefused(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }

  /** P adds five bits of nothing. */
  @Test
  void aNumberHasUpToSevenCharacters() {
    assertEquals(Rle.empty(2, 2), Rle.ofString(2, 2, "TPPPPP0"));
    assertRefused("RLE string: number at 7 is too long", () -> Rle.ofString(2, 2, "TPPPPPP0"));
    byte[] inside = "xxTPPPPPP0".getBytes(StandardCharsets.US_ASCII);
    assertRefused("RLE string: number at 7 is too long", () -> Rle.ofString(2, 2, inside, 2, 8));
    assertRefused(
        "RLE string: character code 120 at 1, expected 48 to 111", () -> Rle.ofString(2, 2, "4xx"));
    assertRefused(
        "RLE string: character code 120 at 0, expected 48 to 111",
        () -> Rle.ofString(2, 2, inside, 1, 8));
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
