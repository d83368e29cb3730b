package org.maskwright.datasets.regions;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.RgbImage;

/** Regions against scikit-image's; make_regions.py made the golden file. */
class FelzenszwalbTest {
  private static final double SIGMA = 0.8;
  private static final int PICTURES = 10;

  @Test
  void thePartitionIsThatOfTheReference() throws IOException {
    int pictures = 0;
    try (var in = new DataInputStream(FelzenszwalbTest.class.getResourceAsStream("regions.bin"))) {
      for (; in.available() > 0; pictures++) {
        int height = in.readUnsignedShort();
        int width = in.readUnsignedShort();
        int scale = in.readUnsignedShort();
        int least = in.readUnsignedShort();
        RgbImage picture = new RgbImage(width, height, in.readNBytes(3 * width * height));
        int[] expected = new int[width * height];
        for (int i = 0; i < expected.length; i++) {
          expected[i] = in.readUnsignedShort();
        }
        assertArrayEquals(
            renumbered(expected),
            new Felzenszwalb(scale, SIGMA, least).of(picture),
            "picture " + pictures);
      }
    }
    assertEquals(PICTURES, pictures);
  }

  /** By first appearance. */
  private static int[] renumbered(int[] labels) {
    Map<Integer, Integer> numbers = new HashMap<>();
    return Arrays.stream(labels)
        .map(label -> numbers.computeIfAbsent(label, l -> numbers.size()))
        .toArray();
  }

  @Test
  void aPictureOfOneColourIsOneRegion() {
    byte[] grey = new byte[3 * 7 * 5];
    Arrays.fill(grey, (byte) 90);
    int[] regions = new Felzenszwalb(1, SIGMA, 1).of(new RgbImage(7, 5, grey));
    assertArrayEquals(new int[35], regions);
  }

  @Test
  void noRegionIsSmallerThanTheLeastAndAPixelIsAPicture() {
    java.util.Random random = new java.util.Random(4);
    byte[] noise = new byte[3 * 20 * 20];
    random.nextBytes(noise);
    int[] regions = new Felzenszwalb(1, 0, 15).of(new RgbImage(20, 20, noise));
    Map<Integer, Integer> sizes = new HashMap<>();
    Arrays.stream(regions).forEach(r -> sizes.merge(r, 1, Integer::sum));
    assertEquals(true, sizes.size() > 1 && sizes.values().stream().allMatch(s -> s >= 15));
    assertArrayEquals(
        new int[] {0}, new Felzenszwalb(1, SIGMA, 5).of(new RgbImage(1, 1, new byte[3])));
  }

  @Test
  void aScaleOfNothingIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Felzenszwalb(0, SIGMA, 1));
  }
}
