package org.maskwright.datasets.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Labels of one byte, of three, and of an integer a pixel. */
class LabelMapTest {
  private static final int HEIGHT = 2;
  private static final int WIDTH = 3;
  private static final int[] SMALL = {0, 1, 127, 128, 254, 255};

  /** One byte that belongs to no pixel follows, as in a reader's buffer. */
  private static byte[] smallBytes() {
    return new byte[] {0, 1, 127, (byte) 128, (byte) 254, (byte) 255, 77};
  }

  private static LabelMap bytes() {
    return LabelMap.ofBytes(HEIGHT, WIDTH, smallBytes(), 1);
  }

  /** Ids of colours: 1 + 2 * 256 + 3 * 65536 and so on, with every channel at its bounds. */
  private static final int[] IDS = {197_121, 0, 255, 65_280, 16_711_680, 16_777_215};

  private static LabelMap colours() {
    byte[] rgb = {1, 2, 3, 0, 0, 0, -1, 0, 0, 0, -1, 0, 0, 0, -1, -1, -1, -1};
    return LabelMap.ofBytes(HEIGHT, WIDTH, rgb, 3);
  }

  private static int[] readPixelByPixel(LabelMap map) {
    return IntStream.range(0, map.height() * map.width())
        .map(i -> map.at(i % map.width(), i / map.width()))
        .toArray();
  }

  @Test
  void bytesAndColoursAreTheLabelsThatIntegersSay() {
    assertEquals(HEIGHT, bytes().height());
    assertEquals(WIDTH, bytes().width());
    assertArrayEquals(SMALL, readPixelByPixel(bytes()));
    assertArrayEquals(SMALL, bytes().labels());
    assertArrayEquals(IDS, readPixelByPixel(colours()));
    assertArrayEquals(IDS, colours().labels());
    assertArrayEquals(IDS, readPixelByPixel(new LabelMap(HEIGHT, WIDTH, IDS.clone())));
    assertEquals(IDS[0], PanopticIds.fromRgb(1, 2, 3));
    assertEquals(PanopticIds.MAX_ID, PanopticIds.fromRgb(255, 255, 255));
  }

  @Test
  void aMapSaysWhatItsArrayHoldsUntilItsLabelsAreIntegers() {
    LabelMap grey = bytes();
    assertTrue(grey.isBytes());
    assertFalse(grey.isRgb());
    assertArrayEquals(smallBytes(), grey.bytes());
    LabelMap colours = colours();
    assertTrue(colours.isRgb());
    assertFalse(colours.isBytes());
    for (LabelMap map : new LabelMap[] {grey, colours, new LabelMap(1, 1, new int[1])}) {
      int[] labels = map.labels();
      assertFalse(map.isBytes());
      assertFalse(map.isRgb());
      assertSame(labels, map.labels());
      assertThrows(IllegalStateException.class, map::bytes);
      assertArrayEquals(labels, readPixelByPixel(map));
    }
  }

  @Test
  void labelsThatFitAByteStayBytesAndTheBufferBehindThemIsLeftAlone() {
    LabelMap map = bytes();
    map.map(label -> 255 - label);
    assertTrue(map.isBytes());
    assertEquals(77, map.bytes()[6]);
    assertArrayEquals(new int[] {255, 254, 128, 127, 1, 0}, readPixelByPixel(map));
  }

  @Test
  void labelsBeyondAByteBecomeIntegers() {
    for (int shift : new int[] {1, -1, 1000}) {
      int[] expected = IntStream.of(SMALL).map(label -> label + shift).toArray();
      LabelMap map = bytes();
      map.map(label -> label + shift);
      assertFalse(map.isBytes());
      assertArrayEquals(expected, map.labels());
    }
    LabelMap colours = colours();
    colours.map(label -> label / 2);
    assertArrayEquals(IntStream.of(IDS).map(label -> label / 2).toArray(), colours.labels());
  }

  @Test
  void sidesThatAreNotPositiveOrDoNotFitTheArrayAreRefused() {
    new LabelMap(1, 1, new int[1]);
    for (int[] size : new int[][] {{0, 3}, {3, 0}, {-2, -3}, {2, 2}, {1 << 16, 1 << 16}}) {
      int length = size[0] == 1 << 16 ? 0 : 6;
      var error =
          assertThrows(
              IllegalArgumentException.class,
              () -> new LabelMap(size[0], size[1], new int[length]));
      assertEquals(
          "label map of %d pixels, expected %d x %d".formatted(length, size[0], size[1]),
          error.getMessage());
    }
    assertThrows(
        IllegalArgumentException.class, () -> new LabelMap(0, 1 << 16, new int[0]), "no rows");
    assertThrows(
        IllegalArgumentException.class,
        () -> LabelMap.ofBytes(1 << 16, 1 << 16, new byte[0], 1),
        "2^32 pixels");
  }
}
