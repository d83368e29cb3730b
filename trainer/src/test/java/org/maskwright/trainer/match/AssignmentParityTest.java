package org.maskwright.trainer.match;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Against SciPy's answers in {@code assignments.txt}, which {@code make_assignments.py} wrote. */
final class AssignmentParityTest {

  @TestFactory
  Stream<DynamicTest> equalsScipy() throws IOException {
    return lines().stream()
        .map(
            line -> DynamicTest.dynamicTest(line.substring(0, line.indexOf('|')), () -> run(line)));
  }

  private static void run(String line) {
    String[] parts = line.split("\\|", 3);
    int[] sizes = integers(parts[0]);
    int rows = sizes[1];
    int columns = sizes[2];
    int levels = sizes[3];
    float[] costs = costs(sizes[0], rows, columns, levels);

    Assignment solved = Assignment.solve(costs, rows, columns);

    // Sums of up to 300 costs below 8, added in another order.
    double sum = 0;
    for (int i = 0; i < solved.size(); i++) {
      sum += costs[solved.row(i) * columns + solved.column(i)];
    }
    assertEquals(Double.parseDouble(parts[1].trim()), sum, 1e-9);
    // With ties, where several assignments are the cheapest, SciPy's.
    var columnOf = new int[rows];
    Arrays.fill(columnOf, -1);
    for (int i = 0; i < solved.size(); i++) {
      columnOf[solved.row(i)] = solved.column(i);
    }
    assertArrayEquals(integers(parts[2]), columnOf);
  }

  private static List<String> lines() throws IOException {
    try (InputStream in = AssignmentParityTest.class.getResourceAsStream("assignments.txt")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList();
    }
  }

  private static int[] integers(String text) {
    return Arrays.stream(text.trim().split(" +", -1)).mapToInt(Integer::parseInt).toArray();
  }

  /** The costs of the script: SplitMix64 from the case's seed. */
  private static float[] costs(long seed, int rows, int columns, int levels) {
    var costs = new float[rows * columns];
    long state = seed;
    for (int i = 0; i < costs.length; i++) {
      state += 0x9E3779B97F4A7C15L;
      long z = state;
      z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
      z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
      long bits = (z ^ (z >>> 31)) >>> 40;
      costs[i] = levels == 0 ? bits / (float) (1 << 20) - 8 : bits % levels;
    }
    return costs;
  }
}
