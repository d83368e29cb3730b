package org.maskwright.datasets.picture;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChartTest {
  private static final double[] STEPS = {0, 100, 200, 300};

  @Test
  void aRisingLineRisesFromLeftToRight() {
    Picture drawn =
        new Chart("PQ", "step", "%").line("val", STEPS, new double[] {1, 2, 3, 4}).draw();
    double leftY = meanRow(drawn, 0.2);
    double middleY = meanRow(drawn, 0.5);
    double rightY = meanRow(drawn, 0.8);
    assertTrue(leftY > middleY && middleY > rightY, leftY + " " + middleY + " " + rightY);
  }

  @Test
  void nonFiniteValuesBreakTheLineAndDoNotMoveTheAxes() {
    double[] whole = {1, 2, 3, 4};
    double[] broken = {1, Double.NaN, Double.POSITIVE_INFINITY, 4};
    Picture a = new Chart("", "x", "y").line("a", STEPS, whole).draw();
    Picture b = new Chart("", "x", "y").line("a", STEPS, broken).draw();
    assertEquals(0, coloured(b, 0.5), "no line in the gap");
    assertTrue(coloured(a, 0.5) > 0);
    for (int y = 0; y < a.height(); y++) {
      for (int x = 0; x < a.width(); x++) {
        if (x < 48 || y > a.height() - 55) { // the numbers and names of the axes
          assertEquals(a.at(x, y), b.at(x, y), "at " + x + "," + y);
        }
      }
    }
    Picture c = new Chart("", "x", "y").line("a", STEPS, new double[] {1, 2, 3, 5}).draw();
    assertFalse(Arrays.equals(a.rgb(), c.rgb()));
  }

  @Test
  void aConstantLineAndASinglePointCanBeDrawn() {
    new Chart("", "x", "y").line("a", STEPS, new double[] {0, 0, 0, 0}).draw();
    new Chart("", "x", "y").line("a", new double[] {5}, new double[] {1e-9}).draw();
  }

  @Test
  void betweenWholeNumbersNothingIsMarked() {
    double[] y = {4, 3, 2, 1};
    assertEquals(
        List.of("1", "2", "3", "4"),
        new Chart("", "processes", "ms").line("a", new double[] {1, 2, 3, 4}, y).xLabels());
    assertEquals(
        List.of("1.0", "1.1", "1.2", "1.3", "1.4", "1.5"),
        new Chart("", "x", "y").line("a", new double[] {1, 1.2, 1.4, 1.5}, y).xLabels());
  }

  @Test
  void theSameValuesGiveTheSameBytes() {
    Chart chart = new Chart("t", "x", "y").line("a", STEPS, STEPS).yRange(0, 500);
    assertArrayEquals(chart.draw().toPng(), chart.draw().toPng());
  }

  @Test
  void nothingToDrawIsAnError() {
    assertThrows(IllegalStateException.class, () -> new Chart("t", "x", "y").draw());
    assertThrows(
        IllegalArgumentException.class,
        () -> new Chart("t", "x", "y").line("a", STEPS, new double[1]));
    assertThrows(IllegalArgumentException.class, () -> new Chart("t", "x", "y").yRange(1, 1));
  }

  private static boolean isLine(Picture p, int x, int y) {
    return p.at(x, y) == Palette.distinct(0);
  }

  private static int coloured(Picture p, double share) {
    int x = (int) (share * p.width());
    int n = 0;
    for (int y = 100; y < p.height() - 60; y++) {
      n += isLine(p, x, y) ? 1 : 0;
    }
    return n;
  }

  private static double meanRow(Picture p, double share) {
    int x = (int) (share * p.width());
    double sum = 0;
    int n = 0;
    for (int y = 80; y < p.height() - 60; y++) {
      if (isLine(p, x, y)) {
        sum += y;
        n++;
      }
    }
    return sum / n;
  }
}
