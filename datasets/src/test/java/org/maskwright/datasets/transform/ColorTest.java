package org.maskwright.datasets.transform;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.maskwright.datasets.RgbImage;
import org.maskwright.datasets.transform.ColorChange.Order;

final class ColorTest {
  /** One pixel after a change. */
  private static int[] changed(ColorChange change, int red, int green, int blue) {
    byte[] pixel = {(byte) red, (byte) green, (byte) blue};
    byte[] data = ColorRenderer.render(new RgbImage(1, 1, pixel), change).data();
    return new int[] {data[0] & 0xFF, data[1] & 0xFF, data[2] & 0xFF};
  }

  private static int[] rgb(int... channels) {
    return channels;
  }

  @Test
  void brightnessIsAddedClippedAndTruncated() {
    ColorChange brighter = new ColorChange(10.9f, 1, 1, 0, Order.CONTRAST_FIRST);
    assertArrayEquals(rgb(255, 10, 110), changed(brighter, 250, 0, 100));
    ColorChange darker = new ColorChange(-10.9f, 1, 1, 0, Order.CONTRAST_FIRST);
    assertArrayEquals(rgb(239, 0, 89), changed(darker, 250, 7, 100));
  }

  @Test
  void contrastMultipliesClipsAndTruncates() {
    for (Order order : Order.values()) {
      ColorChange more = new ColorChange(0, 1.25f, 1, 0, order);
      assertArrayEquals(rgb(255, 1, 126), changed(more, 250, 1, 101));
      ColorChange less = new ColorChange(0, 0.5f, 1, 0, order);
      assertArrayEquals(rgb(125, 0, 50), changed(less, 250, 1, 101));
    }
  }

  /** In OpenCV's 8 bits 200, 100, 100 is hue 0, saturation 127, value 200. */
  @Test
  void saturationIsMultipliedInHsv() {
    ColorChange half = new ColorChange(0, 1, 0.5f, 0, Order.CONTRAST_FIRST);
    assertArrayEquals(rgb(200, 151, 151), changed(half, 200, 100, 100));
    ColorChange more = new ColorChange(0, 1, 1.5f, 0, Order.CONTRAST_FIRST);
    assertArrayEquals(rgb(200, 51, 51), changed(more, 200, 100, 100));
    assertArrayEquals(rgb(77, 77, 77), changed(more, 77, 77, 77));
  }

  /** Hue counts in steps of two degrees: 18 are 36 degrees of the 60 from red to yellow. */
  @Test
  void hueTurnsInBothDirectionsThroughRed() {
    ColorChange forth = new ColorChange(0, 1, 1, 18, Order.CONTRAST_FIRST);
    assertArrayEquals(rgb(255, 153, 0), changed(forth, 255, 0, 0));
    ColorChange back = new ColorChange(0, 1, 1, -18, Order.CONTRAST_FIRST);
    assertArrayEquals(rgb(255, 0, 153), changed(back, 255, 0, 0));
  }

  /** Contrast first clips the red, so that less is left for the saturation to tell apart. */
  @Test
  void theOrderDecidesWhatIsClipped() {
    assertArrayEquals(
        rgb(255, 203, 203),
        changed(new ColorChange(0, 1.5f, 0.5f, 0, Order.CONTRAST_FIRST), 200, 100, 100));
    assertArrayEquals(
        rgb(255, 226, 226),
        changed(new ColorChange(0, 1.5f, 0.5f, 0, Order.CONTRAST_LAST), 200, 100, 100));
  }

  @Test
  void halfOfTheStepsAreDrawnFromTheirWholeRanges() {
    List<ColorChange> drawn = new ArrayList<>();
    for (int i = 0; i < 4000; i++) {
      drawn.add(
          (ColorChange)
              new ColorJitter()
                  .apply(View.whole(2, 2), null, SampleRandom.of(1, 0, i))
                  .colors()
                  .orElseThrow());
    }
    assertDrawn(drawn.stream().mapToDouble(ColorChange::brightness).toArray(), 0, -32, 32);
    assertDrawn(drawn.stream().mapToDouble(ColorChange::contrast).toArray(), 1, 0.5, 1.5);
    assertDrawn(drawn.stream().mapToDouble(ColorChange::saturation).toArray(), 1, 0.5, 1.5);
    // A hue that is drawn may be the neutral one, one time in 37.
    assertDrawn(drawn.stream().mapToDouble(ColorChange::hue).toArray(), 0, -18, 18);
    long last = drawn.stream().filter(c -> c.order() == Order.CONTRAST_LAST).count();
    assertEquals(2000.0, last, 150);
  }

  private static void assertDrawn(double[] values, double neutral, double low, double high) {
    double least = neutral;
    double most = neutral;
    int changed = 0;
    for (double value : values) {
      assertTrue(value >= low && value <= high, value + " in " + low + ".." + high);
      least = Math.min(least, value);
      most = Math.max(most, value);
      changed += value == neutral ? 0 : 1;
    }
    assertEquals(0.5 * values.length, changed, 0.0375 * values.length);
    assertEquals(low, least, 0.01 * (high - low));
    assertEquals(high, most, 0.01 * (high - low));
  }
}
