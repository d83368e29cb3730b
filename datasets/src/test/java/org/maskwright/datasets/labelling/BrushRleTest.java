package org.maskwright.datasets.labelling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.DatasetException;

/** Brush strokes are the pixels that Label Studio's own SDK unpacks (make_brush.py). */
class BrushRleTest {
  private static List<String[]> golden() throws IOException {
    try (InputStream in = BrushRleTest.class.getResourceAsStream("brush.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .map(line -> line.split(" ", -1))
          .toList();
    }
  }

  private static double[] numbers(String list) {
    return Stream.of(list.split(",", -1)).mapToDouble(Double::parseDouble).toArray();
  }

  @Test
  void pixelsAreThoseOfTheSdk() throws IOException {
    for (String[] line : golden()) {
      int width = Integer.parseInt(line[0]);
      int height = Integer.parseInt(line[1]);
      byte[] expected = new byte[width * height];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (byte) (line[3].charAt(i) - '0');
      }
      assertArrayEquals(
          expected, BrushRle.decode(numbers(line[2]), height, width).toBitmap(), line[0]);
    }
  }

  @Test
  void whatIsCutOffOrOfAnotherSizeIsRefused() throws IOException {
    double[] packed = numbers(golden().get(4)[2]);
    double[] cut = Arrays.copyOf(packed, packed.length / 2);
    DatasetException e = assertThrows(DatasetException.class, () -> BrushRle.decode(cut, 9, 13));
    assertTrue(e.getMessage().contains("rle: cut off after"), e.getMessage());
    e = assertThrows(DatasetException.class, () -> BrushRle.decode(packed, 9, 14));
    assertTrue(
        e.getMessage().contains("expected 504 values for 14 x 9 pixels, got 468"), e.getMessage());
  }
}
